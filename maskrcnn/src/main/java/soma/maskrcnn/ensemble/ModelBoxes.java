package soma.maskrcnn.ensemble;

import soma.tensor.ShapeException;

/**
 * What one model found in an image.
 *
 * @param boxes x1, y1, x2, y2 of each, divided by the image's width and height; what lies outside
 *     [0, 1] is clipped, swapped corners are put right, and boxes without area are dropped
 * @param scores of each
 * @param labels of each
 */
public record ModelBoxes(double[][] boxes, double[] scores, int[] labels) {
    /** Checks that the arrays agree. */
    public ModelBoxes {
        if (boxes.length != scores.length || boxes.length != labels.length) {
            throw ShapeException.of(
                    "ensemble",
                    "model",
                    boxes.length + " scores and labels, one for each box",
                    scores.length + " scores, " + labels.length + " labels");
        }
    }
}
