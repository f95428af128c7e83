package soma.infer;

import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.draw.DrawnInstance;
import soma.maskrcnn.draw.Overlay;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.PngWriter;
import soma.maskrcnn.structures.Instances;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A folder of images with their objects drawn. */
final class OverlayOutput implements Output {
    private final Path folder;
    private final List<Category> categories;
    private final FileNames names = new FileNames();

    OverlayOutput(Path folder, List<Category> categories) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.categories = categories;
    }

    @Override
    public void add(ImageRecord image, Image8 pixels, Instances found) {
        List<DrawnInstance> drawn = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            double[] box = new double[4];
            for (int k = 0; k < 4; k++) {
                box[k] = found.boxes()[4 * i + k];
            }
            drawn.add(
                    DrawnInstance.detected(
                            found.masks().get(i),
                            box,
                            categories.get(found.classes()[i]).name(),
                            found.scores()[i]));
        }
        Path file = folder.resolve(names.of(image.id()) + ".png");
        PngWriter.write(file, Overlay.draw(pixels, drawn));
    }

    @Override
    public void close() {
        // Each image is a file of its own, closed when it was written.
    }
}
