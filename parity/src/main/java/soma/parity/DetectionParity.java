package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;

/** Final detections, boxes and masks at the image's own size, one to one. */
final class DetectionParity {
    /**
     * A pixel flips where its pasted value is within rounding of one half: so few of any mask, and
     * of large ones as many as leave the IoU at {@link #LEAST_IOU}.
     */
    private static final int FLIPPED_PIXELS = 3;

    private static final double LEAST_IOU = 0.99;

    /** Side of the masks that torchvision pastes. */
    private static final double MASK_SIDE = 28;

    private final ParityReport report;
    private final boolean torchvision;
    private final double boxTolerance;
    private final double scoreTolerance;

    /**
     * A comparison.
     *
     * @param torchvision whether masks were pasted as torchvision does, into boxes that are cut to
     *     whole pixels: one that lies within rounding of a pixel's edge may come out a pixel larger
     */
    DetectionParity(ParityReport report, Drift drift, boolean torchvision) {
        this.report = report;
        this.torchvision = torchvision;
        this.boxTolerance = drift.ofDetections("detections.boxes_max_abs_px");
        this.scoreTolerance = drift.ofDetections("detections.scores_max_abs");
    }

    /** Compares with COCO results; categories count from 1. */
    void compare(JsonNode expected, Instances found) {
        String shape = expected.size() + " detections";
        if (expected.size() != found.size()) {
            report.fails(
                    "detections",
                    shape,
                    "expected " + expected.size() + " detections, got " + found.size());
            return;
        }
        double[] boxes = new double[4 * found.size()];
        double[] scores = new double[found.size()];
        double boxDifference = 0;
        double scoreDifference = 0;
        int mostPixels = 0;
        boolean same = true;
        int flipped = 0;
        int onEdge = 0;
        double leastIou = 1;
        String lost = "";
        boolean[] taken = new boolean[found.size()];
        for (int i = 0; i < expected.size(); i++) {
            JsonNode one = expected.get(i);
            for (int k = 0; k < 4; k++) {
                boxes[4 * i + k] = one.get("bbox").get(k).asDouble();
            }
            scores[i] = one.get("score").asDouble();
            int match = match(one, i, found, taken);
            if (match < 0) {
                lost = "none like " + one.get("bbox") + ", score " + scores[i];
                continue;
            }
            taken[match] = true;
            boxDifference = Math.max(boxDifference, boxDifference(one, found, match));
            scoreDifference =
                    Math.max(scoreDifference, Math.abs(scores[i] - found.scores()[match]));
            Rle mask = FixtureMasks.ofCoco(one.get("segmentation"));
            Rle ours = found.masks().get(match);
            int common = mask.intersectionArea(ours);
            int different = mask.area() + ours.area() - 2 * common;
            flipped += different;
            boolean rim = different <= rim(boxes, 4 * i);
            if (different > FLIPPED_PIXELS && torchvision && rim && isOnEdge(boxes, 4 * i)) {
                onEdge++;
            } else if (different > 0) {
                double iou = (double) common / (mask.area() + ours.area() - common);
                same &= different <= FLIPPED_PIXELS || iou >= LEAST_IOU;
                mostPixels = Math.max(mostPixels, different);
                leastIou = Math.min(leastIou, iou);
            }
        }
        report.holds("detections one to one", shape, lost.isEmpty(), lost);
        report.measured("boxes at the image's size", shape, boxDifference, boxes, boxTolerance, "");
        report.measured("scores", shape, scoreDifference, scores, scoreTolerance, "");
        String note =
                "%d pixels in all, least mask IoU %.4f".formatted(flipped, leastIou)
                        + (onEdge == 0 ? "" : ", " + onEdge + " pasted at a pixel's edge");
        report.measured(
                "differing pixels of a mask",
                shape,
                mostPixels,
                new double[0],
                same ? Math.max(mostPixels, FLIPPED_PIXELS) : 0,
                flipped == 0 ? "" : note);
    }

    /** Pixels around a box: as many as may change where a mask is pasted a pixel larger. */
    private static double rim(double[] boxes, int at) {
        return 2 * (boxes[at + 2] + boxes[at + 3]);
    }

    /** Whether an end of the box, grown as torchvision grows it, is all but a whole number. */
    private boolean isOnEdge(double[] boxes, int at) {
        double tolerance = boxTolerance / Fixture.FACTOR;
        for (int axis = 0; axis < 2; axis++) {
            double half = boxes[at + axis + 2] / 2 * (MASK_SIDE + 2) / MASK_SIDE;
            double centre = boxes[at + axis] + boxes[at + axis + 2] / 2;
            for (double end : new double[] {centre - half, centre + half}) {
                if (Math.abs(end - Math.rint(end)) <= tolerance) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Nearly all are where they should be. */
    private int match(JsonNode one, int place, Instances found, boolean[] taken) {
        for (int step = 0; step < found.size(); step++) {
            int i = (place + step) % found.size();
            if (!taken[i]
                    && found.classes()[i] + 1 == one.get("category_id").asInt()
                    && Math.abs(one.get("score").asDouble() - found.scores()[i]) <= scoreTolerance
                    && boxDifference(one, found, i) <= boxTolerance) {
                return i;
            }
        }
        return -1;
    }

    private static double boxDifference(JsonNode one, Instances found, int i) {
        double[] box = found.xywh(i);
        double max = 0;
        for (int k = 0; k < 4; k++) {
            max = Math.max(max, Math.abs(one.get("bbox").get(k).asDouble() - box[k]));
        }
        return max;
    }
}
