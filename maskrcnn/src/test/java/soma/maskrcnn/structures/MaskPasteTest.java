package soma.maskrcnn.structures;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.Vision;

import java.util.Random;

class MaskPasteTest {
    private static final int HEIGHT = 31;
    private static final int WIDTH = 45;
    private static final int SIDE = 14;

    /** Cut at any threshold, the windows are the masks that the backend pastes. */
    @Test
    void detectron2sWindowsAreThoseOfTheBackend() {
        Random random = new Random(7);
        int n = 40;
        float[] boxes = new float[4 * n];
        float[] values = new float[n * SIDE * SIDE];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        for (int i = 0; i < n; i++) {
            float x = random.nextFloat() * WIDTH * 0.8f;
            float y = random.nextFloat() * HEIGHT * 0.8f;
            boxes[4 * i] = i % 5 == 0 ? 0 : x;
            boxes[4 * i + 1] = i % 7 == 0 ? 0 : y;
            boxes[4 * i + 2] = i % 3 == 0 ? WIDTH : x + 1 + random.nextFloat() * (WIDTH - x - 1);
            boxes[4 * i + 3] = i % 4 == 0 ? HEIGHT : y + 1 + random.nextFloat() * (HEIGHT - y - 1);
        }
        MaskProbabilities squares = new MaskProbabilities(SIDE, values, MaskPaste.DETECTRON2);
        try (Scope _ = Scope.open("test", Device.cpuReference())) {
            Tensor probabilities = Tensor.of(values, n, SIDE, SIDE);
            for (double threshold : new double[] {0.3, 0.5, 0.7}) {
                int[][] runs =
                        Vision.pasteMasks(
                                probabilities, Tensor.of(boxes, n, 4), HEIGHT, WIDTH, threshold);
                for (int i = 0; i < n; i++) {
                    float[] box = java.util.Arrays.copyOfRange(boxes, 4 * i, 4 * i + 4);
                    MaskWindow window = squares.window(i, box, HEIGHT, WIDTH);
                    assertEquals(Rle.of(HEIGHT, WIDTH, runs[i]), cut(window, (float) threshold));
                }
            }
        }
    }

    private static Rle cut(MaskWindow window, float threshold) {
        MaskBounds b = window.bounds();
        boolean[] set = new boolean[HEIGHT * WIDTH];
        for (int y = b.y0(); y < b.y1(); y++) {
            for (int x = b.x0(); x < b.x1(); x++) {
                float value = window.values()[(y - b.y0()) * b.width() + x - b.x0()];
                set[y * WIDTH + x] = value >= threshold;
            }
        }
        return Rle.encode(set, HEIGHT, WIDTH);
    }

    /** torchvision's box grows by a seventh and is cut to whole pixels, the last one included. */
    @Test
    void windowsEndAtTheImage() {
        assertEquals(new MaskBounds(0, 4, WIDTH, 21), bounds(MaskPaste.DETECTRON2));
        assertEquals(new MaskBounds(0, 3, WIDTH, 22), bounds(MaskPaste.TORCHVISION));
    }

    private static MaskBounds bounds(MaskPaste paste) {
        float[] box = {-20, 5, 1e9f, 20};
        MaskProbabilities square = new MaskProbabilities(SIDE, new float[SIDE * SIDE], paste);
        return square.window(0, box, HEIGHT, WIDTH).bounds();
    }
}
