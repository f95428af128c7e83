package soma.infer;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.structures.Instances;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Where a run gets detections from: a model, several, or what they left in files. */
public interface DetectionSource extends AutoCloseable {
    /** The configuration that fuses and post-processes; it has the number of classes. */
    Config config();

    /** Number of models. */
    int models();

    /** Whether {@link #detect} looks at the pixels. */
    default boolean needsPixels() {
        return true;
    }

    /**
     * Called once before the first image.
     *
     * @param scratch a folder for files that aren't needed after the run; not made yet
     * @return false if {@code stop} has said so
     */
    default boolean prepare(
            Dataset dataset,
            List<Category> categories,
            Path scratch,
            BooleanSupplier stop,
            InferenceRun.Progress progress) {
        return true;
    }

    /**
     * What each model finds in an image, before {@code SOMA.ENSEMBLE} and {@code SOMA.POST}.
     *
     * @param pixels blue, green, red; null if they aren't needed
     */
    List<Instances> detect(ImageRecord image, Image8 pixels);

    /** Gives back the models' memory. */
    @Override
    default void close() {}
}
