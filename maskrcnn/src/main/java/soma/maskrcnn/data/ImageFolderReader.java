package soma.maskrcnn.data;

import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.image.ImageSize;
import soma.tensor.SomaException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Takes image files, and the images of folders, as a data set without annotations. */
final class ImageFolderReader {
    private ImageFolderReader() {}

    static Dataset read(Path source, List<Path> paths) {
        DatasetBuilder builder = new DatasetBuilder(source, DatasetFormat.IMAGES);
        for (Path path : paths) {
            for (Path image : files(path)) {
                ImageSize size;
                try {
                    size = ImageReader.readSize(image);
                } catch (SomaException e) {
                    builder.defect(Defect.IMAGE_UNREADABLE, e.getMessage());
                    continue;
                }
                builder.image(freeId(builder, image), image, size.height(), size.width());
            }
        }
        return builder.build();
    }

    private static List<Path> files(Path path) {
        if (Files.isDirectory(path)) {
            List<Path> images = new ArrayList<>(ImageFiles.images(path));
            images.removeIf(image -> ImageFiles.stem(image).endsWith("_masks"));
            return images;
        }
        if (!Files.isRegularFile(path)) {
            throw new SomaException(
                    path + ": images: expected a file or a folder, got nothing there");
        }
        return List.of(path);
    }

    /** The file's name without its ending, made unique when images of several folders share it. */
    private static String freeId(DatasetBuilder builder, Path image) {
        String stem = ImageFiles.stem(image);
        String id = stem;
        for (int i = 2; builder.hasImage(id); i++) {
            id = stem + "_" + i;
        }
        return id;
    }
}
