package soma.tensor.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Random;

class WinogradConvolutionTest {
    /**
     * Two to three times the error of the direct sum; ten times less than parity with detectron2
     * asks for.
     */
    private static final double RELATIVE_TO_MAXIMUM = 1e-6;

    @ParameterizedTest
    @CsvSource({"64,64,false", "256,48,false", "256,48,true", "336,32,true"})
    void theErrorIsSmallComparedToTheLargestOutput(int ci, int co, boolean rectified) {
        int height = 19;
        int width = 22;
        Random random = new Random(ci);
        float[] x = gaussian(random, height * width * ci, 1);
        if (rectified) { // sums of values of one sign are the larger ones
            for (int i = 0; i < x.length; i++) {
                x[i] = Math.abs(x[i]);
            }
        }
        float[] w = gaussian(random, 9 * ci * co, 0.05);
        float[] out = new float[height * width * co];
        FeatureMap in = new FeatureMap(x, 0, 1, height, width, ci);
        FeatureMap to = new FeatureMap(out, 0, 1, height, width, co);
        assertTrue(WinogradConvolution.suits(in, to));
        new WinogradConvolution(in, to, 1, 1, w, 0, ci * co, Epilogue.NONE).run();
        double largest = 0;
        double error = 0;
        for (int i = 0; i < out.length; i++) {
            double expected = direct(in, w, co, i / co / width, i / co % width, i % co);
            largest = Math.max(largest, Math.abs(expected));
            error = Math.max(error, Math.abs(out[i] - expected));
        }
        assertTrue(largest > 1, "the largest output is " + largest);
        assertEquals(0, error / largest, RELATIVE_TO_MAXIMUM);
    }

    @Test
    void fewChannelsOrPixelsAreLeftToTheDirectSum() {
        FeatureMap wide = new FeatureMap(new float[40 * 40 * 64], 0, 1, 40, 40, 64);
        FeatureMap narrow = new FeatureMap(new float[40 * 40 * 3], 0, 1, 40, 40, 3);
        FeatureMap small = new FeatureMap(new float[64], 0, 1, 1, 1, 64);
        assertTrue(WinogradConvolution.suits(wide, wide));
        assertFalse(WinogradConvolution.suits(narrow, wide));
        assertFalse(WinogradConvolution.suits(wide, narrow));
        assertFalse(WinogradConvolution.suits(small, small));
    }

    private static double direct(FeatureMap in, float[] w, int co, int y, int x, int channel) {
        double sum = 0;
        for (int tap = 0; tap < 9; tap++) {
            int row = y + tap / 3 - 1;
            int column = x + tap % 3 - 1;
            if (row < 0 || row >= in.height() || column < 0 || column >= in.width()) {
                continue;
            }
            for (int c = 0; c < in.channels(); c++) {
                double weight = w[(tap * in.channels() + c) * co + channel];
                sum += weight * in.data()[in.pixel(0, row, column) + c];
            }
        }
        return sum;
    }

    private static float[] gaussian(Random random, int length, double deviation) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return values;
    }
}
