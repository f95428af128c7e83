package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;
import static soma.tensor.cpu.vector.VectorWidth.fma;

import jdk.incubator.vector.FloatVector;

import soma.tensor.cpu.Workers;

/**
 * The float32 rate that the machine reaches at all: multiply-adds on registers, without memory.
 *
 * <p>It is measured with the vector width and the instructions of the kernels, and is what their
 * speed is compared to.
 */
public final class PeakFlops {
    private static final int STEPS = 20_000;
    private static final int CHAINS = 10;

    private PeakFlops() {}

    /** Operations per second of one thread, the best of runs over about {@code seconds}. */
    public static double oneThread(double seconds) {
        return best(1, seconds);
    }

    /**
     * Operations per second of all {@link Workers} together, the best of runs over about {@code
     * seconds}.
     */
    public static double allThreads(double seconds) {
        return best(Workers.threads(), seconds);
    }

    private static double best(int threads, double seconds) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        float[] sums = new float[threads * 64];
        double best = 0;
        int rounds = 20;
        double operations = 2.0 * threads * rounds * STEPS * CHAINS * LANES;
        while (System.nanoTime() < end) {
            long start = System.nanoTime();
            if (threads == 1) {
                runRounds(sums, 0, rounds);
            } else {
                Workers.parallelFor(threads, task -> runRounds(sums, task * 64, rounds));
            }
            best = Math.max(best, operations * 1e9 / (System.nanoTime() - start));
        }
        return best;
    }

    private static void runRounds(float[] sums, int at, int rounds) {
        for (int i = 0; i < rounds; i++) {
            sums[at] += chains(sums[at] * 1e-30f);
        }
    }

    /** Ten independent chains cover the latency of two multiply-add units. */
    private static float chains(float start) {
        FloatVector x = FloatVector.broadcast(SPECIES, 0.999f);
        FloatVector y = FloatVector.broadcast(SPECIES, 1e-3f + start);
        FloatVector c0 = y;
        FloatVector c1 = y.add(0.01f);
        FloatVector c2 = y.add(0.02f);
        FloatVector c3 = y.add(0.03f);
        FloatVector c4 = y.add(0.04f);
        FloatVector c5 = y.add(0.05f);
        FloatVector c6 = y.add(0.06f);
        FloatVector c7 = y.add(0.07f);
        FloatVector c8 = y.add(0.08f);
        FloatVector c9 = y.add(0.09f);
        for (int i = 0; i < STEPS; i++) {
            c0 = fma(c0, x, y);
            c1 = fma(c1, x, y);
            c2 = fma(c2, x, y);
            c3 = fma(c3, x, y);
            c4 = fma(c4, x, y);
            c5 = fma(c5, x, y);
            c6 = fma(c6, x, y);
            c7 = fma(c7, x, y);
            c8 = fma(c8, x, y);
            c9 = fma(c9, x, y);
        }
        FloatVector low = c0.add(c1).add(c2).add(c3).add(c4);
        FloatVector high = c5.add(c6).add(c7).add(c8).add(c9);
        return low.add(high).lane(0);
    }
}
