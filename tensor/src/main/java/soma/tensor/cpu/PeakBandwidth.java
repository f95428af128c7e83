package soma.tensor.cpu;

/**
 * The rate at which the machine moves memory: STREAM's triad {@code a = b + s c} over arrays beyond
 * the caches (McCalpin 1995), with all {@link Workers}. It is what kernels that only move numbers
 * are compared to.
 */
public final class PeakBandwidth {
    /** Elements of each of the three arrays: 32 MiB. */
    private static final int SIZE = 1 << 23;

    private static final int CHUNK = 1 << 18;

    private PeakBandwidth() {}

    /**
     * Bytes per second, the best of runs over about {@code seconds}: two reads and a write of each
     * element; that a write reads its line first does not count.
     */
    public static double measure(double seconds) {
        float[] a = new float[SIZE];
        float[] b = new float[SIZE];
        float[] c = new float[SIZE];
        long end = System.nanoTime() + (long) (seconds * 1e9);
        double best = 0;
        float s = 3;
        do {
            long start = System.nanoTime();
            Workers.parallelFor(SIZE / CHUNK, task -> triad(a, b, c, s, task * CHUNK));
            best = Math.max(best, 3.0 * Float.BYTES * SIZE * 1e9 / (System.nanoTime() - start));
        } while (System.nanoTime() < end);
        return best;
    }

    private static void triad(float[] a, float[] b, float[] c, float s, int from) {
        for (int i = from; i < from + CHUNK; i++) {
            a[i] = b[i] + s * c[i];
        }
    }
}
