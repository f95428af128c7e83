package soma.tensor.contract;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.DType;
import soma.tensor.Tensor;
import soma.tensor.Vision;
import soma.tensor.Vision.AnchorChoice;
import soma.tensor.Vision.Candidates;
import soma.tensor.spi.BoxKernels.Limits;
import soma.tensor.spi.BoxKernels.Weights;

import java.util.List;
import java.util.Random;

/** Coding and filtering of boxes against the reference. */
abstract class BoxContract extends DeviceContract {
    private static final Weights WEIGHTS = new Weights(10, 9, 5, 4);
    private static final double TOLERANCE = 2e-6;

    private static Tensor boxes(long seed, int n) {
        // Sides from 1 on: of positive width and height, as encoding wants its sources.
        Tensor sides = Tensor.of(new float[] {0, 0, 1, 1}, 4);
        return VisionContract.boxes(seed, n, 100, 60).add(sides);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 257, BEYOND_GRID})
    void encodesAndDecodes(int n) {
        agree(TOLERANCE, () -> Vision.encodeBoxes(WEIGHTS, boxes(1, n), boxes(2, n)));
        // Some ratios of sides are beyond what is decoded.
        agree(TOLERANCE, () -> Vision.decodeBoxes(WEIGHTS, deltas(n, 1), boxes(4, n)));
        if (n < BEYOND_GRID) {
            agree(TOLERANCE, () -> Vision.decodeBoxes(WEIGHTS, deltas(n, 3), boxes(4, n)));
        }
    }

    private static Tensor deltas(int n, int k) {
        return tensor(3, n, k, 4).mul(9);
    }

    @Test
    void laysAnchors() {
        int[][] maps = {{0, 3}, {1, 1}, {5, 7}, {1, BEYOND_GRID}};
        for (int[] map : maps) {
            for (int perCell : new int[] {1, 3}) {
                agree(
                        0,
                        () ->
                                Vision.anchors(
                                        boxes(5, perCell), map[0], map[1], 8, 16, 0.5 * 8, 3.25));
            }
        }
    }

    @Test
    void choosesProposals() {
        for (int n : new int[] {0, 1, 31, 300}) {
            for (boolean included : new boolean[] {false, true}) {
                agree(TOLERANCE, () -> proposals(n, new Limits(80, 90, 20, included)));
            }
        }
        agree(TOLERANCE, () -> proposals(BEYOND_GRID, new Limits(80, 90, 20, true)));
    }

    private static Tensor proposals(int n, Limits limits) {
        Tensor anchors = boxes(6, 40);
        Tensor deltas = tensor(7, 40, 4).mul(5);
        Tensor logits = tensor(8, 40);
        // One side of exactly the limit, one box and one logit that aren't finite.
        float[] special = {10, 10, 30, 60, 0, 0, 9, 9, 10, 10, 50, 50};
        float inf = Float.POSITIVE_INFINITY;
        float[] logit = {1, 2, inf};
        float[] moves = {0, 0, 0, 0, Float.NaN, 0, 0, 0, 0, 0, 0, 0};
        Candidates c =
                Vision.proposals(
                        WEIGHTS,
                        limits,
                        List.of(
                                new AnchorChoice(
                                        deltas, anchors, logits, VisionContract.ints(9, n, 40)),
                                new AnchorChoice(
                                        Tensor.of(moves, 3, 4),
                                        Tensor.of(special, 3, 4),
                                        Tensor.of(logit, 3),
                                        Tensor.of(new int[] {2, 1, 0}, 3))));
        return flat(c);
    }

    private static Tensor flat(Candidates c) {
        return flat(List.of(c.boxes(), c.scores(), c.group().to(DType.FLOAT32)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 31, 70})
    void choosesCandidates(int classes) {
        for (int rois : new int[] {0, 1, 37}) {
            for (int perRoi : new int[] {1, classes}) {
                agree(0, () -> candidates(rois, perRoi, classes));
            }
        }
    }

    @Test
    void choosesCandidatesBeyondOneGridDimension() {
        agree(0, () -> candidates(BEYOND_GRID / 4, 1, 2));
    }

    private static Tensor candidates(int rois, int perRoi, int classes) {
        Random random = new Random(11);
        float[] scores = new float[rois * (classes + 1)];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = random.nextInt(8) / 8f; // some just at the threshold
        }
        if (rois > 5) {
            scores[3 * (classes + 1) + classes] = Float.NaN; // of the background
        }
        Tensor boxes = VisionContract.boxes(10, rois * perRoi, 100, 60);
        if (rois > 5) {
            // The fifth RoI's last coordinate.
            float[] far = new float[4 * rois * perRoi];
            far[4 * 5 * perRoi - 1] = Float.NEGATIVE_INFINITY;
            boxes = boxes.add(Tensor.of(far, rois * perRoi, 4));
        }
        return flat(
                Vision.candidates(
                        new Limits(70, 80, 5, true),
                        0.5,
                        boxes.reshape(rois, perRoi, 4),
                        Tensor.of(scores, rois, classes + 1)));
    }
}
