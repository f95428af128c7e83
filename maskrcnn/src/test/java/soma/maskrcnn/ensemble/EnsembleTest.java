package soma.maskrcnn.ensemble;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.config.EnsembleConfig;
import soma.maskrcnn.config.EnsembleConfig.InMemory;
import soma.maskrcnn.config.EnsembleConfig.Masks;
import soma.maskrcnn.config.EnsembleConfig.Method;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.MaskPaste;
import soma.maskrcnn.structures.MaskProbabilities;
import soma.maskrcnn.structures.Rle;
import soma.tensor.ShapeException;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class EnsembleTest {
    private static final int HEIGHT = 40;
    private static final int WIDTH = 56;
    private static final int SIDE = 7;

    /** Weights of three models, times 10. */
    private static final int[] TENTHS = {7, 11, 23};

    private static Ensemble ensemble(Method method, double iou, List<Double> weights, Masks masks) {
        return new Ensemble(
                new EnsembleConfig(method, iou, weights, masks, false, InMemory.ALL),
                FusionSettings.DEFAULT);
    }

    /** Boxes around a few centres, so that models agree on some, with random masks. */
    private static Instances drawn(Random random, boolean probabilities) {
        int n = 12;
        float[] boxes = new float[4 * n];
        float[] scores = new float[n];
        int[] classes = new int[n];
        float[] values = new float[n * SIDE * SIDE];
        List<Rle> masks = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        MaskProbabilities squares = new MaskProbabilities(SIDE, values, MaskPaste.DETECTRON2);
        for (int i = 0; i < n; i++) {
            float x = 8 * random.nextInt(5) + 2 * random.nextFloat();
            float y = 8 * random.nextInt(4) + 2 * random.nextFloat();
            float[] box = {x, y, x + 12 + random.nextFloat(), y + 9 + random.nextFloat()};
            System.arraycopy(box, 0, boxes, 4 * i, 4);
            scores[i] = random.nextFloat();
            classes[i] = random.nextInt(2);
            masks.add(naiveMask(naiveProbabilities(values, i, box), 0.5));
        }
        return new Instances(
                HEIGHT, WIDTH, boxes, scores, classes, masks, probabilities ? squares : null);
    }

    /** Bilinear, zeros outside, at each pixel of the image. */
    private static double[] naiveProbabilities(float[] values, int i, float[] box) {
        double[] out = new double[HEIGHT * WIDTH];
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                double u = (x + 0.5 - box[0]) / (box[2] - box[0]) * SIDE - 0.5;
                double v = (y + 0.5 - box[1]) / (box[3] - box[1]) * SIDE - 0.5;
                for (int r = 0; r < SIDE; r++) {
                    for (int c = 0; c < SIDE; c++) {
                        double near =
                                Math.max(0, 1 - Math.abs(u - c)) * Math.max(0, 1 - Math.abs(v - r));
                        out[y * WIDTH + x] += near * values[(i * SIDE + r) * SIDE + c];
                    }
                }
            }
        }
        return out;
    }

    private static Rle naiveMask(double[] values, double threshold) {
        boolean[] set = new boolean[values.length];
        for (int i = 0; i < set.length; i++) {
            set[i] = values[i] >= threshold;
        }
        return Rle.encode(set, HEIGHT, WIDTH);
    }

    /** An object of a model. */
    private record One(int model, float[] box, float score, int label, Rle mask, double[] soft) {}

    private static List<One> all(List<Instances> models) {
        List<One> out = new ArrayList<>();
        for (int m = 0; m < models.size(); m++) {
            Instances f = models.get(m);
            for (int i = 0; i < f.size(); i++) {
                float[] box = java.util.Arrays.copyOfRange(f.boxes(), 4 * i, 4 * i + 4);
                Rle mask = f.masks().get(i);
                double[] soft;
                if (f.probabilities() == null) {
                    byte[] bits = mask.decode();
                    soft = new double[bits.length];
                    for (int k = 0; k < bits.length; k++) {
                        soft[k] = bits[k];
                    }
                } else {
                    soft = naiveProbabilities(f.probabilities().values(), i, box);
                }
                out.add(new One(m, box, f.scores()[i], f.classes()[i], mask, soft));
            }
        }
        return out;
    }

    private static double iou(float[] a, float[] b) {
        double w = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
        double h = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
        double common = w > 0 && h > 0 ? w * h : 0;
        double areas =
                (double) (a[2] - a[0]) * (a[3] - a[1]) + (double) (b[2] - b[0]) * (b[3] - b[1]);
        return common / (areas - common);
    }

    /** Greedy suppression: each object that stays, with those that it replaces. */
    private static List<List<One>> naiveClusters(List<One> all, double threshold) {
        List<One> left = new ArrayList<>(all);
        left.sort((a, b) -> Float.compare(b.score, a.score));
        List<List<One>> clusters = new ArrayList<>();
        for (One one : left) {
            List<One> best = null;
            double highest = threshold;
            for (List<One> cluster : clusters) {
                One first = cluster.getFirst();
                double overlap = first.label == one.label ? iou(first.box, one.box) : 0;
                if (overlap > highest) {
                    highest = overlap;
                    best = cluster;
                }
            }
            if (best == null) {
                best = new ArrayList<>();
                clusters.add(best);
            }
            best.add(one);
        }
        return clusters;
    }

    @ParameterizedTest
    @EnumSource(Masks.class)
    void suppressionAgreesWithNaiveLoops(Masks how) {
        Random random = new Random(how.ordinal());
        int fused = 0;
        for (int round = 0; round < 20; round++) {
            List<Instances> models =
                    List.of(drawn(random, true), drawn(random, false), drawn(random, true));
            Instances got = ensemble(Method.NMS, 0.4, List.of(0.7, 1.1, 2.3), how).fuse(models);
            List<One> weighed = new ArrayList<>();
            for (One o : all(models)) {
                float score = (float) (o.score * (TENTHS[o.model] / 41.0));
                weighed.add(new One(o.model, o.box, score, o.label, o.mask, o.soft));
            }
            List<List<One>> clusters = naiveClusters(weighed, 0.4);
            assertEquals(clusters.size(), got.size());
            for (int i = 0; i < clusters.size(); i++) {
                List<One> cluster = clusters.get(i);
                One winner = cluster.getFirst();
                assertEquals(winner.score, got.scores()[i], 1e-7);
                assertEquals(winner.label, got.classes()[i]);
                for (int k = 0; k < 4; k++) {
                    assertEquals(winner.box[k], got.boxes()[4 * i + k]);
                }
                Rle expected =
                        switch (how) {
                            case WINNER -> winner.mask;
                            case AVERAGE -> cluster.size() == 1 ? winner.mask : mean(cluster);
                            case VOTE -> majority(cluster);
                        };
                assertEquals(expected, got.masks().get(i));
                fused += cluster.size() > 1 ? 1 : 0;
            }
        }
        assertTrue(fused > 50, fused + " objects of several boxes");
    }

    private static Rle mean(List<One> cluster) {
        int total = cluster.stream().mapToInt(o -> TENTHS[o.model]).sum();
        double[] mean = new double[HEIGHT * WIDTH];
        for (One o : cluster) {
            for (int p = 0; p < mean.length; p++) {
                mean[p] += TENTHS[o.model] * o.soft[p] / total;
            }
        }
        return naiveMask(mean, 0.5);
    }

    private static Rle majority(List<One> cluster) {
        int[] ballot = new int[HEIGHT * WIDTH];
        for (One o : cluster) {
            byte[] bits = o.mask.decode();
            for (int p = 0; p < ballot.length; p++) {
                ballot[p] += bits[p] == 1 ? TENTHS[o.model] : -TENTHS[o.model];
            }
        }
        byte[] winner = cluster.getFirst().mask.decode();
        byte[] set = new byte[ballot.length];
        for (int p = 0; p < set.length; p++) {
            set[p] = ballot[p] == 0 ? winner[p] : (byte) (ballot[p] > 0 ? 1 : 0);
        }
        return Rle.encode(set, HEIGHT, WIDTH);
    }

    /** Two models see one object, a third model nothing of it. */
    private static List<Instances> two(Rle a, Rle b) {
        float[] boxA = {0, 0, 10, 10};
        float[] boxB = {1, 0, 11, 10};
        int[] one = {1};
        return List.of(
                new Instances(HEIGHT, WIDTH, boxA, new float[] {0.8f}, one, List.of(a)),
                new Instances(HEIGHT, WIDTH, boxB, new float[] {0.4f}, one, List.of(b)),
                Instances.none(HEIGHT, WIDTH));
    }

    @Test
    void weightedFusionAveragesBoxesInPixels() {
        Rle a = Rle.box(HEIGHT, WIDTH, 0, 0, 10, 10);
        Rle b = Rle.box(HEIGHT, WIDTH, 1, 0, 11, 10);
        Instances got = ensemble(Method.WBF, 0.5, List.of(), Masks.WINNER).fuse(two(a, b));
        assertEquals(1, got.size());
        assertArrayEquals(new float[] {1 / 3f, 0, 31 / 3f, 10}, got.boxes(), 1e-5f);
        // The mean of both, by two models of three.
        assertEquals(0.4f, got.scores()[0], 1e-6f);
        assertEquals(a, got.masks().getFirst());
    }

    @Test
    void theBestBoxDecidesATie() {
        Rle a = Rle.box(HEIGHT, WIDTH, 0, 0, 10, 10);
        Rle b = Rle.box(HEIGHT, WIDTH, 1, 0, 11, 10);
        List<Instances> models = two(a, b);
        assertEquals(
                a, ensemble(Method.NMS, 0.5, List.of(), Masks.VOTE).fuse(models).masks().get(0));
        // Half of the probability is enough.
        assertEquals(
                a.union(b),
                ensemble(Method.NMS, 0.5, List.of(), Masks.AVERAGE).fuse(models).masks().get(0));
        assertEquals(
                b,
                ensemble(Method.NMS, 0.5, List.of(1.0, 3.0, 1.0), Masks.VOTE)
                        .fuse(models)
                        .masks()
                        .get(0));
    }

    @ParameterizedTest
    @EnumSource(Method.class)
    void objectsComeByDescendingScoreWhateverTheirClass(Method method) {
        Random random = new Random(5);
        List<Instances> models = List.of(drawn(random, false), drawn(random, false));
        Instances got = ensemble(method, 0.5, List.of(), Masks.WINNER).fuse(models);
        for (int i = 1; i < got.size(); i++) {
            assertTrue(got.scores()[i - 1] >= got.scores()[i]);
        }
        assertEquals(2, java.util.Arrays.stream(got.classes()).distinct().count());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anOverlapOfExactlyTheThresholdStays(boolean above) {
        // 64 pixels wide: all divisions are exact. Common 8 x 4 of 16 x 4 + 16 x 4 - 32: 1/3.
        double third = 32.0 / 96;
        Instances found =
                new Instances(
                        64,
                        64,
                        new float[] {0, 0, 16, 4, 8, 0, 24, 4},
                        new float[] {0.9f, 0.8f},
                        new int[] {0, 0},
                        List.of(Rle.box(64, 64, 0, 0, 16, 4), Rle.box(64, 64, 8, 0, 24, 4)));
        double iou = above ? Math.nextDown(third) : third;
        Instances none = Instances.none(64, 64);
        Instances got =
                ensemble(Method.NMS, iou, List.of(), Masks.WINNER).fuse(List.of(found, none));
        assertEquals(above ? 1 : 2, got.size());
    }

    @Test
    void aSingleModelIsFusedOnlyWhenAsked() {
        Instances one = drawn(new Random(1), true);
        assertSame(one, ensemble(Method.NMS, 0.1, List.of(), Masks.WINNER).fuse(List.of(one)));
        EnsembleConfig asked =
                new EnsembleConfig(Method.NMS, 0.1, List.of(), Masks.WINNER, true, InMemory.ALL);
        Instances got = new Ensemble(asked, FusionSettings.DEFAULT).fuse(List.of(one));
        assertEquals(naiveClusters(all(List.of(one)), 0.1).size(), got.size());
        assertTrue(got.size() < one.size());
    }

    @Test
    void imagesOfAnotherSizeAreRefused() {
        List<Instances> models = List.of(Instances.none(4, 5), Instances.none(5, 4));
        ShapeException e =
                assertThrows(
                        ShapeException.class,
                        () -> ensemble(Method.NMS, 0.5, List.of(), Masks.WINNER).fuse(models));
        assertTrue(e.getMessage().contains("4 x 5"), e.getMessage());
    }
}
