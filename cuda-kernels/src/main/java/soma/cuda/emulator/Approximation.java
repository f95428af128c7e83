package soma.cuda.emulator;

/**
 * PTX's approximate functions, with errors as large as PTX allows them to be: a kernel that needs
 * more digits than a GPU is sure to give fails here too. (PTX ISA 8.x, "Floating Point
 * Instructions".)
 */
final class Approximation {
    private static final double ULP = 0x1p-23;

    private Approximation() {}

    /** The error goes up for some inputs and down for others. */
    private static float off(double exact, float input, double relative) {
        int hash = Float.floatToRawIntBits(input) * 0x9E3779B9;
        return (float) (exact * (1 + (hash < 0 ? relative : -relative)));
    }

    /** {@code rcp.approx}: 1 ulp. */
    static float reciprocal(float x) {
        return off(1.0 / x, x, 0.5 * ULP);
    }

    /** {@code rsqrt.approx}: 2^-22.4. */
    static float inverseRoot(float x) {
        return off(1.0 / Math.sqrt(x), x, 0x1p-23);
    }

    /** {@code sqrt.approx}. */
    static float root(float x) {
        return off(Math.sqrt(x), x, 0x1p-23);
    }

    /** {@code div.approx} and {@code div.full}: 2 ulp. */
    static float quotient(float x, float y) {
        return off((double) x / y, x, ULP);
    }

    /** {@code ex2.approx}: 2^-22, exact at 0. */
    static float exp2(float x) {
        if (x == 0) {
            return 1;
        }
        return off(Math.pow(2, x), x, 0x1p-22);
    }

    /** {@code lg2.approx}: 2^-22, absolute near 1, exact at 1. */
    static float log2(float x) {
        if (x == 1) {
            return 0;
        }
        double exact = Math.log(x) / Math.log(2);
        if (x > 0.5f && x < 2) {
            return off(1, x, 0x1p-22) - 1 + (float) exact;
        }
        return off(exact, x, 0x1p-22);
    }

    /** {@code sin.approx}: absolute 2^-20.5, exact at 0. */
    static float sin(float x) {
        if (x == 0) {
            return x;
        }
        return (float) Math.sin(x) + (off(1, x, 0x1p-21) - 1);
    }

    /** {@code cos.approx}: absolute 2^-20.5, exact at 0. */
    static float cos(float x) {
        if (x == 0) {
            return 1;
        }
        return (float) Math.cos(x) + (off(1, x, 0x1p-21) - 1);
    }

    /** {@code tanh.approx}: 2^-11. */
    static float tanh(float x) {
        return off(Math.tanh(x), x, 0x1p-11);
    }
}
