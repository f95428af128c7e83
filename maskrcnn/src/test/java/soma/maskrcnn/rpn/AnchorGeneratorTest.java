package soma.maskrcnn.rpn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;

import soma.maskrcnn.GoldenOps;
import soma.maskrcnn.SharedFiles;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;

class AnchorGeneratorTest {
    private static final int[] STRIDES = {4, 8, 16, 32, 64};

    private static AnchorGenerator generator() {
        double[][] sizes = {{32}, {64}, {128}, {256}, {512}};
        return new AnchorGenerator(
                new AnchorConfig(sizes, new double[][] {{0.5, 1, 2}}, 0, false), STRIDES);
    }

    @Test
    void cellsLikeDetectron2() {
        GoldenOps golden = new GoldenOps("anchors");
        for (int l = 0; l < 5; l++) {
            assertArrayEquals(
                    golden.floats("cell.p" + (l + 2)), generator().cell(l), 1e-4f, "level " + l);
        }
    }

    @Test
    void gridsLikeDetectron2() {
        GoldenOps golden = new GoldenOps("anchors");
        JsonNode cases = SharedFiles.json("golden/ops/manifest.json").at("/families/anchors/cases");
        try (Scope _ = Scope.open("test", Device.cpu())) {
            for (String size : new String[] {"520x704", "800x1083"}) {
                JsonNode levels = cases.at("/" + size + "/params/levels");
                for (int l = 0; l < 5; l++) {
                    String level = "p" + (l + 2);
                    JsonNode p = levels.get(level);
                    int h = p.at("/map/0").asInt();
                    int w = p.at("/map/1").asInt();
                    Tensor grid = generator().grid(l, h, w, h * STRIDES[l], w * STRIDES[l]);
                    assertEquals(p.get("anchors").asInt(), grid.dim(0));
                    Tensor rows = grid.slice(0, 0, grid.dim(0), p.get("step").asInt());
                    golden.check(size + "." + level, rows);
                    double sum = 0;
                    for (double v : grid.toDoubles()) {
                        sum += v;
                    }
                    double expected = p.get("sum").asDouble();
                    assertEquals(expected, sum, 1e-6 * Math.abs(expected) + 1, size + level);
                }
            }
        }
    }

    @Test
    void ordersCellsRowByRowAndAnchorsInside() {
        try (Scope _ = Scope.open("test", Device.cpu())) {
            float[] grid = generator().grid(0, 2, 3, 8, 12).toFloats();
            // Square anchor of cell (1, 2): centre (8, 4), size 32.
            int row = (1 * 3 + 2) * 3 + 1;
            assertArrayEquals(
                    new float[] {-8, -12, 24, 20},
                    java.util.Arrays.copyOfRange(grid, 4 * row, 4 * row + 4),
                    1e-5f);
        }
    }
}
