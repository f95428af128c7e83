package soma.tensor.cpu.vector;

/**
 * Float32 values and their indices packed into longs, whose ascending order is the stable order of
 * the values: the lower index first among equals, NaN last.
 */
final class SortKeys {
    private SortKeys() {}

    /** Keys of n values. */
    static long[] of(float[] values, int offset, int n, boolean descending) {
        long[] keys = new long[n];
        for (int i = 0; i < n; i++) {
            keys[i] = (long) rank(values[offset + i], descending) << 32 | i;
        }
        return keys;
    }

    /** The index in a key. */
    static int index(long key) {
        return (int) key;
    }

    /** An int that ascends with the value, or descends; NaN is the greatest either way. */
    static int rank(float value, boolean descending) {
        if (Float.isNaN(value)) {
            return Integer.MAX_VALUE;
        }
        // Adding 0 makes -0 equal to 0. Bits of negative floats run backwards.
        int bits = Float.floatToRawIntBits((descending ? -value : value) + 0f);
        return bits ^ (bits >> 31 & Integer.MAX_VALUE);
    }
}
