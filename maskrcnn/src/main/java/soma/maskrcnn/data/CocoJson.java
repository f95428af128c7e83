package soma.maskrcnn.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import soma.maskrcnn.structures.Rle;

import java.io.IOException;
import java.io.OutputStream;

/** Writes the values that COCO's files share. */
final class CocoJson {
    /** Whole numbers up to here are written without a fraction. */
    private static final double MAX_WHOLE = 1L << 53;

    private static final JsonFactory FACTORY = new JsonFactory();

    private CocoJson() {}

    /** Returns a generator that leaves {@code out} open. */
    static JsonGenerator generator(OutputStream out) throws IOException {
        return FACTORY.createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    }

    static void writeId(JsonGenerator json, String field, String id, boolean integer)
            throws IOException {
        json.writeFieldName(field);
        if (integer) {
            json.writeNumber(Long.parseLong(id));
        } else {
            json.writeString(id);
        }
    }

    static void writeNumber(JsonGenerator json, double value) throws IOException {
        if (value == Math.rint(value) && Math.abs(value) < MAX_WHOLE) {
            json.writeNumber((long) value);
        } else {
            json.writeNumber(value);
        }
    }

    static void writeNumbers(JsonGenerator json, double[] values) throws IOException {
        json.writeStartArray();
        for (double value : values) {
            writeNumber(json, value);
        }
        json.writeEndArray();
    }

    static void writeMask(JsonGenerator json, Rle mask) throws IOException {
        json.writeStartObject();
        json.writeFieldName("size");
        writeNumbers(json, new double[] {mask.height(), mask.width()});
        json.writeStringField("counts", mask.toCocoString());
        json.writeEndObject();
    }
}
