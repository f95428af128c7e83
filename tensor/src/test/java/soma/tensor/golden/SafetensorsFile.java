package soma.tensor.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a whole safetensors file: eight bytes of header length, a JSON header, raw data. */
final class SafetensorsFile {
    private final JsonNode header;
    private final ByteBuffer data;

    SafetensorsFile(Path file) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] json = new byte[(int) all.getLong()];
        all.get(json);
        header = new ObjectMapper().readTree(new String(json, StandardCharsets.UTF_8));
        data = all.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    boolean has(String name) {
        return header.has(name);
    }

    int[] shape(String name) {
        JsonNode dims = header.required(name).required("shape");
        int[] shape = new int[dims.size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = dims.get(i).asInt();
        }
        return shape;
    }

    /** The values of any supported type. */
    double[] values(String name) {
        JsonNode entry = header.required(name);
        int from = entry.required("data_offsets").get(0).asInt();
        int bytes = entry.required("data_offsets").get(1).asInt() - from;
        String dtype = entry.required("dtype").asText();
        int width =
                switch (dtype) {
                    case "F32" -> 4;
                    case "F64", "I64" -> 8;
                    case "U8", "BOOL" -> 1;
                    default -> throw new IllegalArgumentException(name + ": dtype " + dtype);
                };
        double[] values = new double[bytes / width];
        for (int i = 0; i < values.length; i++) {
            int at = from + i * width;
            values[i] =
                    switch (dtype) {
                        case "F32" -> data.getFloat(at);
                        case "F64" -> data.getDouble(at);
                        case "I64" -> data.getLong(at);
                        default -> data.get(at) & 0xff;
                    };
        }
        return values;
    }
}
