package soma.infer;

import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.LabelImage;
import soma.maskrcnn.image.TiffWriter;
import soma.maskrcnn.structures.Instances;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder of label images: 1 is the object of the best score, which lies on top. */
final class LabelOutput implements Output {
    private final Path folder;
    private final FileNames names = new FileNames();

    LabelOutput(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    @Override
    public void add(ImageRecord image, Image8 pixels, Instances found) {
        int[] labels = new int[Math.multiplyExact(found.height(), found.width())];
        for (int i = found.size() - 1; i >= 0; i--) {
            found.masks().get(i).paint(labels, i + 1);
        }
        Path file = folder.resolve(names.of(image.id()) + ".tif");
        TiffWriter.writeLabels(file, new LabelImage(found.height(), found.width(), labels));
    }

    @Override
    public void close() {
        // Each image is a file of its own, closed when it was written.
    }
}
