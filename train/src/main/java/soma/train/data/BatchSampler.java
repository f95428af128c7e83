package soma.train.data;

import soma.maskrcnn.data.ImageRecord;

import java.util.ArrayList;
import java.util.List;

/**
 * Groups the training sequence into batches, wide images apart from tall ones if wanted
 * (detectron2's {@code AspectRatioGroupedDataset}): a batch is given when its bucket is full, what
 * is left over waits.
 *
 * <p>The same sequence and batch size give the same batches, so a run is resumed by skipping those
 * it has seen; no image is read for that.
 */
public final class BatchSampler {
    private final List<ImageRecord> images;
    private final ImageSampler sampler;
    private final int batchSize;
    private final boolean grouped;
    private final List<List<Pick>> buckets = List.of(new ArrayList<>(), new ArrayList<>());
    private long position;

    /**
     * One image of a batch.
     *
     * @param position in the training sequence
     */
    public record Pick(ImageRecord image, long position) {}

    /**
     * Batches of {@code batchSize}.
     *
     * @param grouped whether images wider than high are kept apart from the others
     */
    public BatchSampler(
            List<ImageRecord> images, ImageSampler sampler, int batchSize, boolean grouped) {
        this.images = List.copyOf(images);
        this.sampler = sampler;
        this.batchSize = batchSize;
        this.grouped = grouped;
    }

    /** The images of the next batch. */
    public List<Pick> next() {
        while (true) {
            ImageRecord image = images.get(sampler.at(position));
            boolean wide = image.width() > image.height();
            List<Pick> bucket = buckets.get(grouped && !wide ? 1 : 0);
            bucket.add(new Pick(image, position++));
            if (bucket.size() == batchSize) {
                List<Pick> batch = List.copyOf(bucket);
                bucket.clear();
                return batch;
            }
        }
    }

    /** Passes over batches. */
    public void skip(long batches) {
        for (long i = 0; i < batches; i++) {
            next();
        }
    }

    /** Examples taken from the training sequence so far, those that wait included. */
    public long position() {
        return position;
    }
}
