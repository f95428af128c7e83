package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.List;

/** Masks as fixtures hold them: COCO's compressed run lengths. */
final class FixtureMasks {
    private FixtureMasks() {}

    /** COCO's form: {@code {"size": [h, w], "counts": text}}. */
    static Rle ofCoco(JsonNode node) {
        return Rle.fromCocoString(
                node.required("size").required(0).asInt(),
                node.required("size").required(1).asInt(),
                node.required("counts").asText());
    }

    /** The texts in a field of a case, all of the case's {@code h} and {@code w}. */
    static List<Rle> ofCase(JsonNode c, String field) {
        List<Rle> out = new ArrayList<>();
        for (String counts : Json.names(c.get(field))) {
            out.add(Rle.fromCocoString(c.get("h").asInt(), c.get("w").asInt(), counts));
        }
        return out;
    }
}
