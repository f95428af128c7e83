package soma.maskrcnn.data;

import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Finds image files by the ends of their names. */
final class ImageFiles {
    private static final Set<String> ENDINGS = Set.of("png", "tif", "tiff", "jpg", "jpeg");

    private ImageFiles() {}

    static boolean isImage(Path file) {
        return ENDINGS.contains(ending(file)) && !file.getFileName().toString().startsWith(".");
    }

    static String stem(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    static String ending(Path file) {
        String name = file.getFileName().toString();
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /** Returns the entries of a folder, sorted by name. */
    static List<Path> list(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw new SomaException(folder + ": cannot list the folder: " + e.getMessage(), e);
        }
    }

    /** Returns the image files of a folder (not of folders in it), sorted by name. */
    static List<Path> images(Path folder) {
        return list(folder).stream()
                .filter(ImageFiles::isImage)
                .filter(Files::isRegularFile)
                .toList();
    }

    /**
     * Returns {@code folder/name} with the first ending of an image that exists there, {@code .png}
     * if there is none.
     */
    static Path byStem(Path folder, String name) {
        for (String ending : List.of("png", "tif", "tiff", "jpg", "jpeg")) {
            Path file = folder.resolve(name + "." + ending);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        return folder.resolve(name + ".png");
    }
}
