package soma.cuda.emulator;

import java.util.stream.IntStream;

/** Values at which instructions go wrong, in all pairs. */
final class Operand {
    private static final int[] INTS = {
        0,
        1,
        -1,
        2,
        7,
        -7,
        31,
        32,
        33,
        255,
        0x8000,
        0xffff,
        0x12345678,
        0x80000001,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE
    };
    private static final float[] FLOATS = {
        0,
        -0f,
        1,
        -1,
        0.1f,
        -2.5f,
        3.5f,
        1e-40f,
        3e9f,
        -3e9f,
        1e19f,
        Float.MAX_VALUE,
        Float.MIN_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN
    };
    private static final int N = INTS.length;

    private Operand() {}

    /** How many there are of each. */
    static int count() {
        return N * N;
    }

    /** First operands: the fastest to change. */
    static int[] a() {
        return IntStream.range(0, count()).map(i -> INTS[i % N]).toArray();
    }

    static int[] b() {
        return IntStream.range(0, count()).map(i -> INTS[i / N]).toArray();
    }

    static int[] c() {
        return IntStream.range(0, count()).map(i -> INTS[(5 * i + i / N) % N]).toArray();
    }

    static long[] longA() {
        return IntStream.range(0, count()).mapToLong(i -> wide(INTS[i % N])).toArray();
    }

    static long[] longB() {
        return IntStream.range(0, count()).mapToLong(i -> wide(INTS[i / N])).toArray();
    }

    /** Also what needs more than 32 bits. */
    private static long wide(int x) {
        return x > 100 ? (long) x * 0x100000001L : x == Integer.MIN_VALUE ? Long.MIN_VALUE : x;
    }

    static float[] floatA() {
        float[] out = new float[count()];
        for (int i = 0; i < out.length; i++) {
            out[i] = FLOATS[i % N];
        }
        return out;
    }

    static float[] floatB() {
        float[] out = new float[count()];
        for (int i = 0; i < out.length; i++) {
            out[i] = FLOATS[i / N];
        }
        return out;
    }

    static float[] floatC() {
        float[] out = new float[count()];
        for (int i = 0; i < out.length; i++) {
            out[i] = FLOATS[(5 * i + i / N) % N];
        }
        return out;
    }

    static double[] doubleA() {
        return IntStream.range(0, count()).mapToDouble(i -> FLOATS[i % N] * 1.1).toArray();
    }

    static double[] doubleB() {
        return IntStream.range(0, count()).mapToDouble(i -> FLOATS[i / N] * 1.1).toArray();
    }
}
