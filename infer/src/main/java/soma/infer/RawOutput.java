package soma.infer;

import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.RawPredictionsWriter;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.structures.Instances;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Detections with their mask probabilities. */
final class RawOutput implements Output {
    private final RawPredictionsWriter writer;

    RawOutput(Path file, List<Category> categories, boolean integerImageIds) throws IOException {
        writer = new RawPredictionsWriter(file, categories, integerImageIds);
    }

    @Override
    public void add(ImageRecord image, Image8 pixels, Instances found) throws IOException {
        writer.add(image.id(), found);
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
