package soma.maskrcnn.data;

import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.image.LabelImage;
import soma.maskrcnn.structures.LabelMasks;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a folder of images with label images {@code <name>_masks.tif|tiff|png} beside them, 0 for
 * background.
 */
final class LabelFolderReader {
    /** What a label image's name has more than its image's. */
    static final String SUFFIX = "_masks";

    /** The class of all objects. */
    static final Category CATEGORY = new Category(1, "cell");

    private LabelFolderReader() {}

    /** Whether {@code folder} holds a label image. */
    static boolean recognises(Path folder) {
        return ImageFiles.images(folder).stream().anyMatch(LabelFolderReader::isLabels);
    }

    private static boolean isLabels(Path file) {
        return ImageFiles.stem(file).endsWith(SUFFIX);
    }

    static Dataset read(Path folder) {
        DatasetBuilder builder = new DatasetBuilder(folder, DatasetFormat.LABELS);
        builder.categories(List.of(CATEGORY));
        long id = 0;
        for (Path image : ImageFiles.images(folder)) {
            if (isLabels(image)) {
                continue;
            }
            String imageId = ImageFiles.stem(image);
            if (builder.hasImage(imageId)) {
                builder.defect(Defect.DUPLICATE_IMAGE, image.toString());
                continue;
            }
            ImageSize size;
            try {
                size = ImageReader.readSize(image);
            } catch (SomaException e) {
                builder.defect(Defect.IMAGE_UNREADABLE, e.getMessage());
                continue;
            }
            builder.image(imageId, image, size.height(), size.width());
            Optional<LabelImage> labels = labels(folder, imageId, size, builder);
            if (labels.isEmpty()) {
                continue;
            }
            Map<Integer, Rle> masks =
                    LabelMasks.split(labels.get().labels(), size.height(), size.width());
            for (Map.Entry<Integer, Rle> mask : masks.entrySet()) {
                String name = "label " + mask.getKey() + " of image " + imageId;
                builder.mask(imageId, ++id, 0, mask.getValue(), name);
            }
        }
        return builder.build();
    }

    private static Optional<LabelImage> labels(
            Path folder, String imageId, ImageSize size, DatasetBuilder builder) {
        Path file = labelFile(folder, imageId);
        if (file == null) {
            return Optional.empty();
        }
        try {
            LabelImage labels = ImageReader.readLabels(file);
            if (labels.height() != size.height() || labels.width() != size.width()) {
                builder.defect(Defect.MASK_SIZE, file.toString());
                return Optional.empty();
            }
            return Optional.of(labels);
        } catch (SomaException e) {
            builder.defect(Defect.MASK_UNREADABLE, e.getMessage());
            return Optional.empty();
        }
    }

    private static Path labelFile(Path folder, String imageId) {
        for (String ending : List.of(".tif", ".tiff", ".png")) {
            Path file = folder.resolve(imageId + SUFFIX + ending);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        return null;
    }
}
