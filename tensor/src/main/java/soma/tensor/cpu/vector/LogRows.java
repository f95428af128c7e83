package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;
import static soma.tensor.cpu.vector.VectorWidth.fma;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The natural logarithm of whole vectors: {@code log(x) = n log(2) + log(m)} with a polynomial for
 * m between {@code sqrt(0.5)} and {@code sqrt(2)} (the coefficients of Cephes' {@code logf}), good
 * to two units in the last place; and softplus, which needs it.
 */
final class LogRows {
    /** Bits of the float32 next to {@code sqrt(0.5)}. */
    private static final int ROOT_HALF = 0x3f3504f3;

    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;

    private LogRows() {}

    /** {@code out = log(x)}; n is a multiple of the vector length. */
    static void log(float[] x, int i, float[] out, int k, int n) {
        for (int t = 0; t < n; t += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, i + t);
            special(v, log(v)).intoArray(out, k + t);
        }
    }

    /** {@code out = max(x, 0) + log1p(exp(-|x|))}; n is a multiple of the vector length. */
    static void softplus(float[] x, int i, float[] out, int k, int n) {
        for (int t = 0; t < n; t += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, i + t);
            v.max(0).add(log1pExp(v.abs().neg())).intoArray(out, k + t);
        }
    }

    /**
     * {@code log(1 + exp(x))} for x up to 0. Kahan's {@code log1p(e) = log(1 + e) * e / ((1 + e) -
     * 1)} keeps the digits of small e.
     */
    static FloatVector log1pExp(FloatVector x) {
        FloatVector e = ExpRows.exp(x);
        FloatVector u = e.add(1);
        FloatVector step = u.sub(1);
        return log(u).mul(e).div(step).blend(e, step.compare(VectorOperators.EQ, 0));
    }

    /** For positive, finite numbers. */
    private static FloatVector log(FloatVector x) {
        VectorMask<Float> subnormal = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
        FloatVector scaled = x.blend(x.mul(0x1p25f), subnormal);
        IntVector bits = scaled.reinterpretAsInts().sub(ROOT_HALF);
        IntVector exponent = bits.lanewise(VectorOperators.ASHR, 23);
        FloatVector m = bits.and(0x7fffff).add(ROOT_HALF).reinterpretAsFloats();
        FloatVector e = (FloatVector) exponent.convertShape(VectorOperators.I2F, SPECIES, 0);
        e = e.blend(e.sub(25), subnormal);
        FloatVector f = m.sub(1);
        FloatVector z = f.mul(f);
        FloatVector y = polynomial(f).mul(f).mul(z);
        y = fma(e, FloatVector.broadcast(SPECIES, LN2_LOW), y);
        y = fma(z, FloatVector.broadcast(SPECIES, -0.5f), y);
        return fma(e, FloatVector.broadcast(SPECIES, LN2_HIGH), f.add(y));
    }

    private static FloatVector polynomial(FloatVector f) {
        FloatVector p = FloatVector.broadcast(SPECIES, 7.0376836292e-2f);
        p = fma(p, f, FloatVector.broadcast(SPECIES, -1.1514610310e-1f));
        p = fma(p, f, FloatVector.broadcast(SPECIES, 1.1676998740e-1f));
        p = fma(p, f, FloatVector.broadcast(SPECIES, -1.2420140846e-1f));
        p = fma(p, f, FloatVector.broadcast(SPECIES, 1.4249322787e-1f));
        p = fma(p, f, FloatVector.broadcast(SPECIES, -1.6668057665e-1f));
        p = fma(p, f, FloatVector.broadcast(SPECIES, 2.0000714765e-1f));
        p = fma(p, f, FloatVector.broadcast(SPECIES, -2.4999993993e-1f));
        return fma(p, f, FloatVector.broadcast(SPECIES, 3.3333331174e-1f));
    }

    /** Zero gives minus infinity, negative numbers NaN; infinity and NaN stay. */
    private static FloatVector special(FloatVector x, FloatVector result) {
        FloatVector r = result.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0));
        r = r.blend(Float.NaN, x.compare(VectorOperators.LT, 0));
        r = r.blend(x, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
        return r.blend(x, x.test(VectorOperators.IS_NAN));
    }
}
