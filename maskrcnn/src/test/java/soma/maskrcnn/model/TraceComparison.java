package soma.maskrcnn.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Holds a forward pass against a recorded one of detectron2. Tolerances are those that the
 * manifests of the golden fixtures advise; proposals are compared as sets, detections one to one.
 */
final class TraceComparison {
    private static final double MAP_TOLERANCE = 1e-4;
    private static final double BOX_PIXELS = 0.02;
    private static final double SCORE = 1e-4;
    private static final double PROBABILITY = 1e-3;

    /** Proposals that may differ: NMS and top-k flip where scores or overlaps nearly tie. */
    private static final double FLIPPED_PROPOSALS = 0.002;

    /** A pixel may differ where the pasted value is this near to the threshold; few are. */
    private static final int FLIPPED_PIXELS = 3;

    private TraceComparison() {}

    static void compareTrace(StateDict golden, StateDict actual) {
        int[] rank = ranks(golden, actual);
        List<String> wrong = new ArrayList<>();
        for (String name : golden.names()) {
            HostTensor expected = golden.require(name);
            HostTensor got = actual.require(name);
            if (name.startsWith("proposals.") || name.startsWith("box.")) {
                proposalRows(name, expected, got, rank, wrong);
            } else if (name.equals("detections.classes")) {
                assertArrayEquals(expected.longs(), got.longs(), name);
            } else if (name.startsWith("detections.") || name.equals("mask.probs")) {
                assertEquals(expected.shape(), got.shape(), name);
                double limit =
                        switch (name) {
                            case "detections.boxes" -> BOX_PIXELS;
                            case "detections.scores" -> SCORE;
                            default -> PROBABILITY;
                        };
                check(name, maxDifference(expected.floats(), got.floats()), limit, wrong);
            } else {
                float[] values = sampled(got, expected.shape().dims(), golden, name);
                double scale = maxAbs(expected.floats());
                double difference = maxDifference(expected.floats(), values) / scale;
                check(name, difference, MAP_TOLERANCE, wrong);
            }
        }
        assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
    }

    /** The row of our proposals at which each expected proposal is, or -1. */
    private static int[] ranks(StateDict golden, StateDict actual) {
        float[] expected = golden.require("proposals.boxes").floats();
        float[] got = actual.require("proposals.boxes").floats();
        int n = expected.length / 4;
        assertEquals(n, got.length / 4, "number of proposals");
        int[] rank = new int[n];
        int lost = 0;
        for (int i = 0; i < n; i++) {
            rank[i] = same(expected, i, got, i) ? i : -1;
            for (int j = 0; rank[i] < 0 && j < n; j++) {
                rank[i] = same(expected, i, got, j) ? j : -1;
            }
            lost += rank[i] < 0 ? 1 : 0;
        }
        assertTrue(lost <= FLIPPED_PROPOSALS * n, lost + " of " + n + " proposals are lost");
        return rank;
    }

    private static boolean same(float[] a, int i, float[] b, int j) {
        for (int k = 0; k < 4; k++) {
            if (Math.abs(a[4 * i + k] - b[4 * j + k]) > BOX_PIXELS) {
                return false;
            }
        }
        return true;
    }

    /** Compares what has a row for each proposal, row by matching row. */
    private static void proposalRows(
            String name, HostTensor expected, HostTensor got, int[] rank, List<String> wrong) {
        int[] dims = expected.shape().dims();
        int[] whole = got.shape().dims();
        whole[0] = dims[0];
        float[] e = expected.floats();
        int rows = dims[0];
        float[] g = sampled(reordered(got, rank, rows), dims, strideOf(whole, dims));
        int width = e.length / rows;
        boolean boxes = name.equals("proposals.boxes");
        double limit =
                boxes ? BOX_PIXELS : name.equals("box.scores") ? SCORE : MAP_TOLERANCE * maxAbs(e);
        double worst = 0;
        for (int r = 0; r < rows; r++) {
            if (rank[r] < 0) {
                continue;
            }
            for (int k = 0; k < width; k++) {
                worst = Math.max(worst, Math.abs(e[r * width + k] - g[r * width + k]));
            }
        }
        check(name, worst, limit, wrong);
    }

    private static HostTensor reordered(HostTensor t, int[] rank, int rows) {
        int[] dims = t.shape().dims();
        float[] all = t.floats();
        int width = all.length / dims[0];
        float[] out = new float[rows * width];
        for (int r = 0; r < rows; r++) {
            if (rank[r] >= 0) {
                System.arraycopy(all, rank[r] * width, out, r * width, width);
            }
        }
        dims[0] = rows;
        return HostTensor.of(out, dims);
    }

    /** Every stride-th row and column of a map; the first of more samples than expected. */
    private static float[] sampled(HostTensor map, int[] dims, StateDict golden, String name) {
        String stride = golden.metadata().get("stride." + name);
        return sampled(map, dims, stride == null ? 1 : Integer.parseInt(stride));
    }

    private static float[] sampled(HostTensor map, int[] dims, int stride) {
        int[] full = map.shape().dims();
        float[] values = map.floats();
        if (dims.length != 4) {
            assertEquals(full[full.length - 1], dims[dims.length - 1]);
            return Arrays.copyOf(values, Arrays.stream(dims).reduce(1, (a, b) -> a * b));
        }
        assertEquals(full[1], dims[1], "channels");
        assertEquals((full[2] + stride - 1) / stride, dims[2], "rows");
        assertEquals((full[3] + stride - 1) / stride, dims[3], "columns");
        float[] out = new float[dims[0] * dims[1] * dims[2] * dims[3]];
        int o = 0;
        for (int plane = 0; plane < dims[0] * dims[1]; plane++) {
            for (int y = 0; y < dims[2]; y++) {
                for (int x = 0; x < dims[3]; x++) {
                    out[o++] = values[(plane * full[2] + y * stride) * full[3] + x * stride];
                }
            }
        }
        return out;
    }

    private static int strideOf(int[] full, int[] dims) {
        if (full.length < 4 || full[2] == dims[2]) {
            return 1;
        }
        return (full[2] + dims[2] - 1) / dims[2];
    }

    private static void check(String name, double difference, double limit, List<String> wrong) {
        if (Boolean.getBoolean("soma.test.verbose")) {
            System.Logger log = System.getLogger(TraceComparison.class.getName());
            log.log(System.Logger.Level.INFO, "{0}: {1} of {2}", name, "" + difference, "" + limit);
        }
        if (!(difference <= limit)) {
            wrong.add(name + ": expected a difference of at most " + limit + ", got " + difference);
        }
    }

    private static double maxAbs(float[] values) {
        double max = 0;
        for (float v : values) {
            max = Math.max(max, Math.abs(v));
        }
        return max;
    }

    private static double maxDifference(float[] a, float[] b) {
        assertEquals(a.length, b.length, "number of values");
        double max = 0;
        for (int i = 0; i < a.length; i++) {
            double d = Math.abs((double) a[i] - b[i]);
            max = d <= max ? max : d;
        }
        return max;
    }

    static void compareDetections(JsonNode expected, Instances found) {
        assertEquals(expected.size(), found.size(), "number of detections");
        List<String> wrong = new ArrayList<>();
        double boxes = 0;
        double scores = 0;
        int pixels = 0;
        int used = 0;
        boolean[] taken = new boolean[found.size()];
        for (JsonNode one : expected) {
            int match = match(one, found, taken);
            if (match < 0) {
                wrong.add("no detection like " + one.get("bbox") + " " + one.get("score"));
                continue;
            }
            taken[match] = true;
            used++;
            boxes = Math.max(boxes, boxDifference(one, found, match));
            scores =
                    Math.max(scores, Math.abs(one.get("score").asDouble() - found.scores()[match]));
            JsonNode segmentation = one.get("segmentation");
            Rle mask =
                    Rle.fromCocoString(
                            segmentation.get("size").get(0).asInt(),
                            segmentation.get("size").get(1).asInt(),
                            segmentation.get("counts").asText());
            Rle ours = found.masks().get(match);
            int different = mask.area() + ours.area() - 2 * mask.intersectionArea(ours);
            pixels = Math.max(pixels, different);
        }
        check("boxes after post-processing", boxes, BOX_PIXELS, wrong);
        check("scores after post-processing", scores, SCORE, wrong);
        check("different pixels of a mask", pixels, FLIPPED_PIXELS, wrong);
        assertEquals(expected.size(), used, () -> String.join("\n", wrong));
        assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
    }

    private static int match(JsonNode one, Instances found, boolean[] taken) {
        for (int i = 0; i < found.size(); i++) {
            if (!taken[i]
                    && found.classes()[i] + 1 == one.get("category_id").asInt()
                    && Math.abs(one.get("score").asDouble() - found.scores()[i]) <= SCORE
                    && boxDifference(one, found, i) <= BOX_PIXELS) {
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
