package soma.train.data;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decoded images up to a number of bytes. What came first stays: training draws every image once an
 * epoch, and evicting the oldest would then evict each image just before it is wanted. Safe for
 * several threads.
 */
public final class ImageCache {
    private final long budget;
    private final AtomicLong used = new AtomicLong();
    private final Map<Path, Image8> images = new ConcurrentHashMap<>();

    /** A cache of at most {@code budget} bytes; 0 caches nothing. */
    public ImageCache(long budget) {
        this.budget = budget;
    }

    /**
     * The image of a file as B, G, R.
     *
     * @throws soma.tensor.SomaException naming the file if it can't be read
     */
    public Image8 read(Path file) {
        Image8 cached = images.get(file);
        if (cached != null) {
            return cached.toBgr();
        }
        Image8 image = ImageReader.readBgr(file);
        if (used.get() < budget) {
            keep(file, isGray(image) ? image.toGray() : image);
        }
        return image;
    }

    private void keep(Path file, Image8 image) {
        if (used.addAndGet(image.pixels().length) > budget
                || images.putIfAbsent(file, image) != null) {
            used.addAndGet(-image.pixels().length);
        }
    }

    /** Bytes of pixels held. */
    public long bytes() {
        return used.get();
    }

    /** Microscopy is mostly gray, and one channel of three equal ones is enough to keep. */
    private static boolean isGray(Image8 image) {
        byte[] p = image.pixels();
        for (int i = 0; i + 2 < p.length; i += 3) {
            if (p[i] != p[i + 1] || p[i] != p[i + 2]) {
                return false;
            }
        }
        return image.channels() == 3;
    }
}
