package soma.maskrcnn.data;

import com.fasterxml.jackson.core.JsonGenerator;

import soma.maskrcnn.structures.Rle;

import java.io.IOException;
import java.io.OutputStream;

/** Writes a COCO results file as a stream, one detection at a time. */
public final class CocoResultsWriter implements AutoCloseable {
    private final JsonGenerator json;
    private final boolean integerImageIds;

    /**
     * Starts the list.
     *
     * @param out where to write; not closed by this writer
     * @param integerImageIds whether image ids are written as numbers
     */
    public CocoResultsWriter(OutputStream out, boolean integerImageIds) throws IOException {
        this.json = CocoJson.generator(out);
        this.integerImageIds = integerImageIds;
        json.writeStartArray();
    }

    /** Adds a detection: its box (or its mask's) and its mask, where it has one. */
    public void add(Prediction prediction) throws IOException {
        json.writeStartObject();
        CocoJson.writeId(json, "image_id", prediction.imageId(), integerImageIds);
        json.writeNumberField("category_id", prediction.categoryId());
        json.writeFieldName("bbox");
        CocoJson.writeNumbers(json, prediction.box());
        json.writeNumberField("score", prediction.score());
        Rle mask = prediction.mask();
        if (mask != null) {
            json.writeFieldName("segmentation");
            CocoJson.writeMask(json, mask);
        }
        json.writeEndObject();
        json.writeRaw('\n');
    }

    /** Ends the list. */
    @Override
    public void close() throws IOException {
        json.writeEndArray();
        json.close();
    }
}
