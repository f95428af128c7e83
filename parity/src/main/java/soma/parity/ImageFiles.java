package soma.parity;

import java.nio.file.Files;
import java.nio.file.Path;

/** Looks for the images that fixtures name: in their folder, and in those around it. */
final class ImageFiles {
    private static final int LEVELS = 5;

    private final Path folder;

    /** Looks from a folder upwards. */
    ImageFiles(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    /** The file of a relative path such as {@code images/1.png}; null if there is none. */
    Path find(String relative) {
        Path at = folder;
        for (int i = 0; i < LEVELS && at != null; i++, at = at.getParent()) {
            Path file = at.resolve(relative);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        return null;
    }

    /** The image of an id. */
    Path ofId(String id) {
        return find("images/" + id + ".png");
    }
}
