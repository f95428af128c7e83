package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import soma.tensor.DType;
import soma.tensor.Device;
import soma.tensor.Layout;
import soma.tensor.ShapeException;
import soma.tensor.spi.View;
import soma.tensor.spi.VisionKernels.RoiAlignSpec;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** RoIAlign and its gradient on the emulator against the reference. */
class RoiAlignTest {
    private static final int IMAGES = 2;
    private static final int[][] SIDES = {{25, 24}, {13, 12}, {1, 5}};
    private static final List<Double> SCALES = List.of(0.25, 0.125, 0.0625);

    private final CudaBackend backend = EmulatedBackend.create();

    private static float[] random(long seed, int n) {
        Random random = new Random(seed);
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = (float) random.nextGaussian();
        }
        return v;
    }

    /** Boxes around and partly outside an image of 100 x 100, some turned inside out. */
    private static float[] boxes(int n) {
        Random random = new Random(5);
        float[] b = new float[4 * n];
        for (int i = 0; i < n; i++) {
            b[4 * i] = random.nextFloat() * 110 - 10;
            b[4 * i + 1] = random.nextFloat() * 110 - 10;
            b[4 * i + 2] = b[4 * i] + random.nextFloat() * 80 - 5;
            b[4 * i + 3] = b[4 * i + 1] + random.nextFloat() * 80 - 5;
        }
        return b;
    }

    private record Case(RoiAlignSpec spec, float[] boxes, int c) {
        int rois() {
            return boxes.length / 4;
        }

        View boxesOn(TestOperands on) {
            return on.floats(boxes, rois(), 4);
        }

        View images(TestOperands on) {
            return on.ints(new Random(6).ints(rois(), 0, IMAGES).toArray(), rois());
        }

        View levels(TestOperands on) {
            return on.ints(new Random(7).ints(rois(), 0, SIDES.length).toArray(), rois());
        }

        List<View> maps(TestOperands on, float[][] values) {
            View[] maps = new View[SIDES.length];
            Arrays.setAll(maps, i -> on.floats(values[i], IMAGES, SIDES[i][0], SIDES[i][1], c));
            return List.of(maps);
        }

        float[][] values() {
            float[][] values = new float[SIDES.length][];
            Arrays.setAll(values, i -> random(i, IMAGES * SIDES[i][0] * SIDES[i][1] * c));
            return values;
        }

        float[] forward(TestOperands on) {
            View out = on.empty(DType.FLOAT32, rois(), spec.size(), spec.size(), c);
            on.backend()
                    .vision()
                    .roiAlign(spec, maps(on, values()), boxesOn(on), images(on), levels(on), out);
            return on.floats(out);
        }

        float[] backward(TestOperands on) {
            int size = spec.size();
            View grad = on.floats(random(9, rois() * size * size * c), rois(), size, size, c);
            float[][] before = values();
            List<View> sums = maps(on, before);
            on.backend()
                    .vision()
                    .roiAlignBackward(spec, grad, boxesOn(on), images(on), levels(on), sums);
            int length = Arrays.stream(before).mapToInt(v -> v.length).sum();
            float[] all = new float[length];
            int at = 0;
            for (View sum : sums) {
                float[] part = on.floats(sum);
                System.arraycopy(part, 0, all, at, part.length);
                at += part.length;
            }
            return all;
        }
    }

    private void agree(Case c) {
        float[] forward;
        float[] backward;
        try (TestOperands on = new TestOperands(Device.cpuReference().backend())) {
            forward = c.forward(on);
            backward = c.backward(on);
        }
        try (TestOperands on = new TestOperands(backend)) {
            assertArrayEquals(forward, c.forward(on), 2e-6f * largest(forward));
            float[] sums = c.backward(on);
            assertArrayEquals(backward, sums, 2e-6f * largest(backward));
            assertArrayEquals(sums, c.backward(on));
        }
        assertEquals(0, backend.memory().liveBytes());
    }

    private static float largest(float[] values) {
        float largest = Float.MIN_VALUE;
        for (float v : values) {
            largest = Math.max(largest, Math.abs(v));
        }
        return largest;
    }

    @Test
    void poolsAndItsGradientAreTheReferences() {
        for (int c : new int[] {1, 4, 37}) {
            for (int rois : new int[] {0, 1, 23}) {
                for (boolean aligned : new boolean[] {true, false}) {
                    for (int ratio : new int[] {0, 2}) {
                        agree(
                                new Case(
                                        new RoiAlignSpec(7, ratio, aligned, SCALES),
                                        boxes(rois),
                                        c));
                    }
                }
            }
        }
    }

    @Test
    void otherSizesAndManyChannels() {
        agree(new Case(new RoiAlignSpec(1, 0, true, SCALES), boxes(5), 3));
        agree(new Case(new RoiAlignSpec(14, 0, true, SCALES), boxes(5), 5));
        agree(new Case(new RoiAlignSpec(2, 3, false, SCALES), boxes(70), 300));
    }

    @Test
    void boxesFarAwayAndWithoutANumberHaveNoSamples() {
        float[] odd = {
            500, 500, 600, 600, -900, -900, -800, -800, 10, 10, 10, 10, Float.NaN, 0, 10, 10, 0, 0,
            10, Float.NaN, 30, 30, 20, 20, -50, -50, 150, 150
        };
        for (int ratio : new int[] {0, 2}) {
            agree(new Case(new RoiAlignSpec(3, ratio, true, SCALES), odd, 2));
            agree(new Case(new RoiAlignSpec(3, ratio, false, SCALES), odd, 2));
        }
    }

    @Test
    void wideLoadsServeAlignedMaps() {
        RoiAlignSpec spec = new RoiAlignSpec(7, 0, true, List.of(0.25));
        float[] map = random(1, 25 * 24 * 8);
        float[][] results = new float[2][];
        for (int i = 0; i < 2; i++) {
            TestOperands on = new TestOperands(backend);
            try (on) {
                // The second time the views begin where 16 bytes do.
                View source = on.floats(map, 1, 25, 24, 8);
                View out = on.empty(DType.FLOAT32, 6, 7, 7, 8);
                if (i == 1) {
                    source = shifted(source);
                    out = shifted(out);
                    backend.upload(map, 0, source.storage(), 0, map.length);
                }
                backend.vision()
                        .roiAlign(
                                spec,
                                List.of(source),
                                on.floats(boxes(6), 6, 4),
                                on.ints(new int[6], 6),
                                on.ints(new int[6], 6),
                                out);
                results[i] = on.floats(out);
            }
        }
        assertArrayEquals(results[0], results[1]);
    }

    private static View shifted(View view) {
        return new View(view.storage(), Layout.contiguous(view.shape()));
    }

    @Test
    void moreBinsThanSharedMemoryHoldsAreRefused() {
        try (TestOperands on = new TestOperands(backend)) {
            View none = on.empty(DType.FLOAT32, 0, 4);
            View index = on.empty(DType.INT32, 0);
            View map = on.empty(DType.FLOAT32, 1, 3, 3, 1);
            RoiAlignSpec spec = new RoiAlignSpec(1001, 0, true, List.of(1.0));
            View grad = on.empty(DType.FLOAT32, 0, 1001, 1001, 1);
            ShapeException e =
                    assertThrows(
                            ShapeException.class,
                            () ->
                                    backend.vision()
                                            .roiAlignBackward(
                                                    spec, grad, none, index, index, List.of(map)));
            assertEquals("roiAlignBackward: size: expected up to 1000, got 1001", e.getMessage());
        }
    }

    @Test
    void imagesAndLevelsOutOfRangeAreReported() {
        try (TestOperands on = new TestOperands(backend)) {
            View map = on.floats(random(1, 2 * 3 * 3), 2, 3, 3, 1);
            View out = on.empty(DType.FLOAT32, 1, 2, 2, 1);
            RoiAlignSpec spec = new RoiAlignSpec(2, 0, true, List.of(1.0));
            int[][] imageAndLevel = {{2, 0}, {0, -1}};
            String[] messages = {
                "roiAlign: image: expected 0 to 1, got 2 (seen when a later result was read)",
                "roiAlign: level: expected 0 to 0, got -1 (seen when a later result was read)"
            };
            for (int i = 0; i < 2; i++) {
                backend.vision()
                        .roiAlign(
                                spec,
                                List.of(map),
                                on.floats(new float[] {0, 0, 2, 2}, 1, 4),
                                on.ints(new int[] {imageAndLevel[i][0]}, 1),
                                on.ints(new int[] {imageAndLevel[i][1]}, 1),
                                out);
                IndexOutOfBoundsException e =
                        assertThrows(IndexOutOfBoundsException.class, () -> on.floats(out));
                assertEquals(messages[i], e.getMessage());
                assertArrayEquals(new float[4], on.floats(out));
            }
        }
    }
}
