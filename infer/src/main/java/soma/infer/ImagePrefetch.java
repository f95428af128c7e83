package soma.infer;

import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.tensor.SomaException;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Decodes the next image while the present one is worked on; no more than two are in memory. */
final class ImagePrefetch implements AutoCloseable {
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("soma-decode").factory());
    private final Iterator<ImageRecord> images;
    private Future<Image8> next;

    ImagePrefetch(List<ImageRecord> images) {
        this.images = images.iterator();
        submit();
    }

    private void submit() {
        if (images.hasNext()) {
            ImageRecord image = images.next();
            next = thread.submit(() -> ImageReader.readBgr(image.file()));
        }
    }

    /**
     * The pixels of the next image of the list.
     *
     * @throws SomaException when it can't be read; the one after it may still be
     */
    Image8 take() {
        Future<Image8> wanted = next;
        try {
            // Waiting first keeps the reader at one image, and the bound on memory.
            Image8 image = wanted.get();
            submit();
            return image;
        } catch (ExecutionException e) {
            submit();
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SomaException("interrupted while reading images", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
