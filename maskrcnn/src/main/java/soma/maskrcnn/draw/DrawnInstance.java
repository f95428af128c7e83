package soma.maskrcnn.draw;

import soma.maskrcnn.structures.Rle;

import java.util.Optional;

/**
 * An object as an overlay shows it.
 *
 * @param mask its pixels, of the size of the image
 * @param box x1, y1, x2, y2 in pixels; not to be changed
 * @param label its class
 * @param score confidence from 0 to 1; empty for annotations
 * @param outcome what it turned out to be, which decides its colour; empty when nothing was
 *     compared
 */
public record DrawnInstance(
        Rle mask, double[] box, String label, Optional<Double> score, Optional<Outcome> outcome) {
    /** Checks the box. */
    public DrawnInstance {
        if (box.length != 4) {
            throw new IllegalArgumentException(
                    "DrawnInstance: expected a box of 4 numbers, got " + box.length);
        }
    }

    /** An annotated object: no score, and the box of its mask. */
    public static DrawnInstance annotated(Rle mask, String label) {
        double[] xywh = mask.bbox();
        double[] box = {xywh[0], xywh[1], xywh[0] + xywh[2], xywh[1] + xywh[3]};
        return new DrawnInstance(mask, box, label, Optional.empty(), Optional.empty());
    }

    /** A detected object. */
    public static DrawnInstance detected(Rle mask, double[] box, String label, double score) {
        return new DrawnInstance(mask, box, label, Optional.of(score), Optional.empty());
    }

    /** Returns the same object, coloured as what it turned out to be. */
    public DrawnInstance as(Outcome result) {
        return new DrawnInstance(mask, box, label, score, Optional.of(result));
    }

    /** What a legend counts it as. */
    String kind() {
        return outcome.map(Outcome::text).orElse(label);
    }
}
