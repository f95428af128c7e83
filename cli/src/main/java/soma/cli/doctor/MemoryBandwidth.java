package soma.cli.doctor;

import soma.tensor.cpu.Workers;

/** The rate at which all threads together read and write main memory, in a plain copy. */
public final class MemoryBandwidth {
    /** Floats per thread and array: 32 MiB, beyond the caches of a core. */
    private static final int FLOATS = 8 << 20;

    private static final int ROUNDS = 6;

    private MemoryBandwidth() {}

    /** Bytes read and written per second, the best of a few rounds after a first to warm up. */
    public static double measure() {
        int threads = Workers.threads();
        float[][] from = new float[threads][FLOATS];
        float[][] to = new float[threads][FLOATS];
        double bytes = 2.0 * Float.BYTES * FLOATS * threads;
        double best = 0;
        for (int round = 0; round <= ROUNDS; round++) {
            long start = System.nanoTime();
            Workers.parallelFor(
                    threads, task -> System.arraycopy(from[task], 0, to[task], 0, FLOATS));
            double rate = bytes * 1e9 / (System.nanoTime() - start);
            if (round > 0) {
                best = Math.max(best, rate);
            }
        }
        return best;
    }
}
