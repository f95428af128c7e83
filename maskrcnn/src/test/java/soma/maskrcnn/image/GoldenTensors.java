package soma.maskrcnn.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import soma.maskrcnn.SharedFiles;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.util.Arrays;

/**
 * Raw values of the tensors of one golden safetensors file, by name.
 *
 * @param bytes the whole file
 * @param start where the values begin
 * @param entries the header
 */
public record GoldenTensors(byte[] bytes, int start, JsonNode entries) {
    /** Opens the file of a family of golden/ops; the calling test is skipped where it is absent. */
    public static GoldenTensors ops(String family) throws IOException {
        byte[] bytes =
                Files.readAllBytes(SharedFiles.require("golden/ops/" + family + ".safetensors"));
        int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        JsonNode entries = new ObjectMapper().readTree(bytes, 8, header);
        return new GoldenTensors(bytes, 8 + header, entries);
    }

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
