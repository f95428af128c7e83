package soma.maskrcnn.roi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.structures.Polygons;
import soma.maskrcnn.structures.Rle;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.ShapeException;
import soma.tensor.Tensor;

import java.util.Arrays;
import java.util.List;

/** How masks of both kinds come together; the values themselves are compared elsewhere. */
class MaskTargetsTest {
    private static final int SIDE = 8;

    private static final Segmentation RUNS = new Segmentation.OfRle(Rle.box(40, 50, 4, 4, 20, 12));

    private static final Segmentation OTHER_RUNS =
            new Segmentation.OfRle(Rle.box(40, 50, 30, 10, 45, 38));

    private static final Segmentation POLYGON =
            new Segmentation.OfPolygons(
                    Polygons.of(List.of(new double[] {5, 5, 25, 7, 20, 30, 8, 22})));

    /** Of every row of {@code matches} in a box of its own. */
    private static float[] targets(List<Segmentation> masks, boolean soft, int... matches) {
        float[] boxes = new float[4 * matches.length];
        for (int i = 0; i < matches.length; i++) {
            float[] box = {3 + i, 2, 26 + i, 33};
            System.arraycopy(box, 0, boxes, 4 * i, 4);
        }
        Tensor corners = Tensor.of(boxes, matches.length, 4);
        return MaskTargets.of(masks, matches, corners, SIDE, soft).toFloats();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void polygonsAndRunsOfOneImageKeepTheirRows(boolean soft) {
        try (Scope _ = Scope.open("test", Device.cpu())) {
            List<Segmentation> masks = List.of(POLYGON, OTHER_RUNS, RUNS);
            int[] matches = {2, 0, 2, 1, 0};
            float[] all = targets(masks, soft, matches);
            for (int k = 0; k < 3; k++) {
                int[] alone = new int[5];
                float[] own = targets(List.of(masks.get(k)), soft, alone);
                for (int i = 0; i < 5; i++) {
                    if (matches[i] == k) {
                        int from = i * SIDE * SIDE;
                        int to = from + SIDE * SIDE;
                        assertArrayEquals(
                                Arrays.copyOfRange(own, from, to),
                                Arrays.copyOfRange(all, from, to),
                                "row " + i);
                    }
                }
            }
            int set = 0;
            for (float v : all) {
                set += v > 0 ? 1 : 0;
            }
            assertTrue(set > 30 && set < all.length, set + " cells");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cpu-reference"})
    void polygonsAloneNeedNoRuns(String device) {
        try (Scope _ = Scope.open("test", Device.of(device))) {
            float[] alone = targets(List.of(POLYGON), false, 0, 0);
            assertArrayEquals(targets(List.of(RUNS, POLYGON), false, 1, 1), alone);
        }
    }

    @Test
    void noProposalHasNoTarget() {
        try (Scope _ = Scope.open("test", Device.cpu())) {
            assertEquals(0, targets(List.of(), false).length);
        }
    }

    @Test
    void masksOfAnotherSizeAreRefused() {
        List<Segmentation> masks =
                List.of(RUNS, new Segmentation.OfRle(Rle.box(40, 51, 0, 0, 9, 9)));
        try (Scope _ = Scope.open("test", Device.cpu())) {
            ShapeException e =
                    assertThrows(ShapeException.class, () -> targets(masks, false, 0, 1));
            assertEquals(
                    "mask targets: mask of object 1: expected 40 x 50 as the others, got 40 x 51",
                    e.getMessage());
        }
    }
}
