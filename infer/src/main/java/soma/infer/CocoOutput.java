package soma.infer;

import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.CocoResultsWriter;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.structures.Instances;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A COCO results file. */
final class CocoOutput implements Output {
    private final OutputStream stream;
    private final CocoResultsWriter writer;
    private final List<Category> categories;

    CocoOutput(Path file, List<Category> categories, boolean integerImageIds) throws IOException {
        this.stream = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
        this.writer = new CocoResultsWriter(stream, integerImageIds);
        this.categories = categories;
    }

    @Override
    public void add(ImageRecord image, Image8 pixels, Instances found) throws IOException {
        for (Prediction prediction : Prediction.of(image.id(), found, categories)) {
            writer.add(prediction);
        }
    }

    @Override
    public void close() throws IOException {
        try (stream) {
            writer.close();
        }
    }
}
