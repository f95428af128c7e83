package soma.maskrcnn.image;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The shared golden files; the calling test is skipped where they are absent. */
public final class SharedFixtures {
    private SharedFixtures() {}

    /** A file or folder under the shared root. */
    public static Path path(String relative) {
        Path path = Path.of(System.getProperty("soma.shared", "../../shared"), relative);
        assumeTrue(Files.exists(path), () -> "skipped: no shared fixtures at " + path);
        return path;
    }

    /** A parsed JSON file under the shared root. */
    public static JsonNode json(String relative) throws IOException {
        return new ObjectMapper().readTree(path(relative).toFile());
    }

    /** Opens a safetensors file of golden/ops. */
    public static Tensors ops(String family) throws IOException {
        byte[] bytes = Files.readAllBytes(path("golden/ops/" + family + ".safetensors"));
        int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        JsonNode entries = new ObjectMapper().readTree(bytes, 8, header);
        return new Tensors(bytes, 8 + header, entries);
    }

    /** Raw values of the tensors of one file, by name. */
    public record Tensors(byte[] bytes, int start, JsonNode entries) {
        /** The shape of a tensor. */
        public int[] shape(String name) {
            JsonNode shape = entries.required(name).required("shape");
            int[] sizes = new int[shape.size()];
            Arrays.setAll(sizes, i -> shape.get(i).intValue());
            return sizes;
        }

        /** The bytes of a uint8 tensor, or the raw bytes of another. */
        public byte[] raw(String name) {
            JsonNode offsets = entries.required(name).required("data_offsets");
            return Arrays.copyOfRange(
                    bytes, start + offsets.get(0).intValue(), start + offsets.get(1).intValue());
        }

        /** The values of a float32 tensor as doubles. */
        public double[] doubles(String name) {
            FloatBuffer floats =
                    ByteBuffer.wrap(raw(name)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            double[] values = new double[floats.remaining()];
            for (int i = 0; i < values.length; i++) {
                values[i] = floats.get(i);
            }
            return values;
        }

        /** A uint8 tensor of 2 or 3 axes as an image. */
        public Image8 image(String name) {
            int[] shape = shape(name);
            return new Image8(shape[0], shape[1], shape.length == 2 ? 1 : shape[2], raw(name));
        }
    }
}
