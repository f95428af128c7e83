package soma.maskrcnn.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

import java.util.Random;

class MaskGridsTest {
    private static final int SIDE = 5;

    private static float[] random(Random random, int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = random.nextFloat();
        }
        return values;
    }

    /** Sums over all cells of the grid, each a tent of the width of two cells. */
    private static double naive(float[] boxes, float[] grids, int index, double x, double y) {
        double width = (boxes[4 * index + 2] - boxes[4 * index]) / SIDE;
        double height = (boxes[4 * index + 3] - boxes[4 * index + 1]) / SIDE;
        double sum = 0;
        for (int j = 0; j < SIDE; j++) {
            for (int i = 0; i < SIDE; i++) {
                double dx = Math.abs(x - boxes[4 * index] - (i + 0.5) * width) / width;
                double dy = Math.abs(y - boxes[4 * index + 1] - (j + 0.5) * height) / height;
                sum +=
                        Math.max(0, 1 - dx)
                                * Math.max(0, 1 - dy)
                                * grids[(index * SIDE + j) * SIDE + i];
            }
        }
        return sum;
    }

    @Test
    void theMeanIsThatOfTheTentsOfAllCells() {
        Random random = new Random(2);
        float[] boxes = {10, 20, 30, 50, 12, 19, 33, 48, 100, 100, 110, 110, 8, 22, 29, 51};
        float[] grids = random(random, 4 * SIDE * SIDE);
        float[] weights = {0.9f, 0.6f, 0.8f, 0.3f};
        float[] box = {9, 18, 31.5f, 52};
        float[] expected = new float[SIDE * SIDE];
        for (int j = 0; j < SIDE; j++) {
            for (int i = 0; i < SIDE; i++) {
                double x = box[0] + (i + 0.5) * (box[2] - box[0]) / SIDE;
                double y = box[1] + (j + 0.5) * (box[3] - box[1]) / SIDE;
                double sum =
                        0.9f * naive(boxes, grids, 0, x, y)
                                + 0.6f * naive(boxes, grids, 1, x, y)
                                + 0.3f * naive(boxes, grids, 3, x, y);
                expected[j * SIDE + i] = (float) (sum / (0.9f + 0.6f + 0.3f));
            }
        }
        float[] actual =
                new MaskGrids(boxes, grids, SIDE).average(new int[] {0, 1, 3}, weights, box);
        assertArrayEquals(expected, actual, 1e-6f);
    }

    @Test
    void aBoxOneCellAsideSeesTheGridOneCellAside() {
        float[] grid = random(new Random(3), SIDE * SIDE);
        MaskGrids grids = new MaskGrids(new float[] {0, 0, 10, 10}, grid, SIDE);
        int[] one = {0};
        float[] weight = {0.5f};
        assertArrayEquals(grid, grids.average(one, weight, new float[] {0, 0, 10, 10}), 1e-6f);
        float[] aside = new float[SIDE * SIDE];
        for (int y = 0; y < SIDE; y++) {
            System.arraycopy(grid, y * SIDE + 1, aside, y * SIDE, SIDE - 1);
        }
        assertArrayEquals(aside, grids.average(one, weight, new float[] {2, 0, 12, 10}), 1e-6f);
        float[] nothing = new float[SIDE * SIDE];
        assertArrayEquals(nothing, grids.average(one, weight, new float[] {50, 0, 60, 10}), 0f);
    }
}
