package soma.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;

import soma.maskrcnn.data.Category;
import soma.nn.io.AtomicFiles;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code classes.json} of a run directory: ids and names of the classes that were trained, so that
 * predictions on images alone carry them.
 */
public final class ClassNames {
    private static final String FILE = "classes.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private ClassNames() {}

    /** Writes the classes of a data set into a run directory. */
    public static void write(Path run, List<Category> categories) {
        ArrayNode list = JSON.createArrayNode();
        categories.forEach(c -> list.addObject().put("id", c.id()).put("name", c.name()));
        AtomicFiles.writeString(run.resolve(FILE), list.toPrettyString() + "\n");
    }

    /**
     * Reads the classes of a run directory.
     *
     * @return none when the directory doesn't have the file
     * @throws SomaException when the file is damaged
     */
    public static List<Category> read(Path run) {
        Path file = run.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        try {
            List<Category> categories = new ArrayList<>();
            for (JsonNode one : JSON.readTree(file.toFile())) {
                if (!one.path("id").isIntegralNumber() || !one.path("name").isTextual()) {
                    throw new SomaException(
                            file + ": classes: expected a list of id and name, got " + one);
                }
                categories.add(new Category(one.get("id").asLong(), one.get("name").asText()));
            }
            return categories;
        } catch (IOException e) {
            throw new SomaException(file + ": cannot read: " + ErrorLine.singleLine(e), e);
        }
    }
}
