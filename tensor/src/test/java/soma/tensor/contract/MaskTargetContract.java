package soma.tensor.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.tensor.Functional;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.Vision;
import soma.tensor.spi.VisionKernels.MaskTargetSpec;
import soma.tensor.spi.VisionKernels.RoiAlignSpec;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Targets of masks in runs: those that RoIAlign makes of the same masks as maps. */
abstract class MaskTargetContract extends DeviceContract {
    private static final int HEIGHT = 43;
    private static final int WIDTH = 37;

    /** Row-major bitmaps of one size: ellipses, noise, all, none. */
    private record Masks(int height, int width, List<boolean[]> bitmaps) {
        static Masks of(int height, int width) {
            Random random = new Random(1);
            List<boolean[]> bitmaps = new ArrayList<>();
            for (int k = 0; k < 7; k++) {
                boolean[] bits = new boolean[height * width];
                double cy = random.nextDouble() * height;
                double cx = random.nextDouble() * width;
                for (int i = 0; i < bits.length; i++) {
                    double dy = (i / width - cy) / (2 + k);
                    double dx = (i % width - cx) / (3 + k);
                    bits[i] =
                            switch (k) {
                                case 0 -> false;
                                case 1 -> true;
                                case 2 -> random.nextBoolean();
                                default -> dy * dy + dx * dx < 1;
                            };
                }
                bitmaps.add(bits);
            }
            return new Masks(height, width, bitmaps);
        }

        int count() {
            return bitmaps.size();
        }

        int pixels() {
            return height * width;
        }

        /** As maps [count, height, width, 1]. */
        Tensor maps() {
            float[] maps = new float[count() * pixels()];
            for (int i = 0; i < maps.length; i++) {
                maps[i] = bitmaps.get(i / pixels())[i % pixels()] ? 1 : 0;
            }
            return Tensor.of(maps, count(), height, width, 1);
        }

        Tensor targets(Tensor boxes, Tensor object, int side, boolean aligned, boolean hard) {
            List<Integer> ends = new ArrayList<>();
            int[] starts = new int[count() + 1];
            for (int k = 0; k < count(); k++) {
                boolean before = false;
                for (int i = 0; i < pixels(); i++) {
                    boolean now = bitmaps.get(k)[i % height * width + i / height];
                    if (now != before) {
                        ends.add(i);
                        before = now;
                    }
                }
                ends.add(pixels());
                starts[k + 1] = ends.size();
            }
            int[] runs = ends.stream().mapToInt(i -> i).toArray();
            return Vision.maskTargets(
                    new MaskTargetSpec(height, width, aligned, hard),
                    Tensor.of(runs, runs.length),
                    Tensor.of(starts, starts.length),
                    boxes,
                    object,
                    side);
        }
    }

    private final Masks masks = Masks.of(HEIGHT, WIDTH);

    /** Boxes within, around, beyond, without extent, inside out. */
    private static Tensor boxes(int n) {
        Tensor usual = VisionContract.boxes(3, n, 45, 40);
        float[] odd = {
            0, 0, WIDTH, HEIGHT, -9, -9, 60, 70, 5, 5, 5, 5, 20, 30, 10, 12, 36.5f, 42.5f, 37, 43,
            -30, -30, -20, -20, 8, 8, 16, 16, 100, 3, 120, 9
        };
        return Tensor.concat(0, usual, Tensor.of(odd, odd.length / 4, 4));
    }

    @ParameterizedTest
    @CsvSource({"1, true", "2, false", "7, true", "28, true", "28, false"})
    void theVeryValuesOfRoiAlign(int side, boolean aligned) {
        try (Scope _ = Scope.open("contract", device())) {
            Tensor boxes = boxes(31);
            int n = boxes.dim(0);
            Tensor object = VisionContract.ints(4, n, masks.count());
            RoiAlignSpec spec = new RoiAlignSpec(side, 0, aligned, List.of(1.0));
            float[] expected =
                    Functional.roiAlign(
                                    List.of(masks.maps()),
                                    boxes,
                                    object,
                                    Tensor.of(new int[n], n),
                                    spec)
                            .toFloats();
            float[] soft = masks.targets(boxes, object, side, aligned, false).toFloats();
            assertArrayEquals(expected, soft);
            float[] hard = masks.targets(boxes, object, side, aligned, true).toFloats();
            for (int i = 0; i < soft.length; i++) {
                assertEquals(soft[i] >= 0.5f ? 1 : 0, hard[i], "cell " + i);
            }
        }
    }

    @Test
    void agreesWithTheReference() {
        for (int side : new int[] {1, 5, 28}) {
            agree(
                    2e-6,
                    () -> {
                        Tensor boxes = boxes(17);
                        Tensor object = VisionContract.ints(4, boxes.dim(0), masks.count());
                        return masks.targets(boxes, object, side, side != 5, false);
                    });
        }
    }

    /** A mask of 2 x 2 with its diagonal set, each cell of the crop one pixel. */
    @Test
    void oneHalfIsSet() {
        try (Scope _ = Scope.open("contract", device())) {
            MaskTargetSpec hard = new MaskTargetSpec(2, 2, true, true);
            Tensor runs = Tensor.of(new int[] {0, 1, 3, 4}, 4);
            Tensor starts = Tensor.of(new int[] {0, 4}, 2);
            Tensor boxes = Tensor.of(new float[] {0, 0, 2, 2, 0.5f, 0, 1.5f, 1}, 2, 4);
            Tensor object = Tensor.of(new int[2], 2);
            Tensor diagonal =
                    Vision.maskTargets(
                            hard, runs, starts, boxes.slice(0, 0, 1), object.slice(0, 0, 1), 2);
            assertArrayEquals(new float[] {1, 0, 0, 1}, diagonal.toFloats());
            // Half of a pixel that is set, half of one that isn't.
            Tensor half =
                    Vision.maskTargets(
                            hard, runs, starts, boxes.slice(0, 1, 2), object.slice(0, 1, 2), 1);
            assertArrayEquals(new float[] {1}, half.toFloats());
        }
    }

    @Test
    void noBoxesAndMoreThanOneGridDimension() {
        agree(0, () -> masks.targets(Tensor.zeros(0, 4), Tensor.of(new int[0], 0), 7, true, true));
        Masks small = Masks.of(3, 2);
        agree(
                2e-6,
                () ->
                        small.targets(
                                VisionContract.boxes(5, BEYOND_GRID, 8, 3),
                                VisionContract.ints(6, BEYOND_GRID, small.count()),
                                1,
                                true,
                                false));
    }
}
