package soma.maskrcnn.data;

import soma.tensor.SomaException;

import java.nio.file.Files;
import java.nio.file.Path;

/** Which file of predictions a path stands for. */
final class StoredFile {
    private static final String RESULTS = "results.json";

    private StoredFile() {}

    static Path of(Path path) {
        if (!Files.isDirectory(path)) {
            if (!Files.isRegularFile(path)) {
                throw new SomaException(path + ": file: expected one to read, got none there");
            }
            return path;
        }
        for (String name : new String[] {RawPredictions.FILE, RESULTS}) {
            if (Files.isRegularFile(path.resolve(name))) {
                return path.resolve(name);
            }
        }
        throw new SomaException(
                path
                        + ": predictions: expected "
                        + RawPredictions.FILE
                        + " or "
                        + RESULTS
                        + " in the folder, got neither");
    }

    static boolean isRaw(Path file) {
        return file.toString().endsWith(".safetensors");
    }
}
