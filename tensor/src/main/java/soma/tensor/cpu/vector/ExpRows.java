package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;
import static soma.tensor.cpu.vector.VectorWidth.fma;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The exponential and the logistic function of whole vectors: {@code exp(x) = 2^n exp(r)} with a
 * polynomial for {@code |r| <= ln(2) / 2} (the coefficients of Cephes' {@code expf}), good to two
 * units in the last place.
 */
final class ExpRows {
    private static final VectorSpecies<Integer> INTS = SPECIES.vectorShape().withLanes(int.class);

    /** Beyond these the result is infinite, or zero to float32. */
    private static final float HIGHEST = 88.72284f;

    private static final float LOWEST = -103.97208f;

    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;

    private ExpRows() {}

    /** {@code out = exp(x)}; n is a multiple of the vector length. */
    static void exp(float[] x, int i, float[] out, int k, int n) {
        for (int t = 0; t < n; t += LANES) {
            exp(FloatVector.fromArray(SPECIES, x, i + t)).intoArray(out, k + t);
        }
    }

    /** {@code out = 1 / (1 + exp(-x))}; n is a multiple of the vector length. */
    static void sigmoid(float[] x, int i, float[] out, int k, int n) {
        for (int t = 0; t < n; t += LANES) {
            sigmoid(FloatVector.fromArray(SPECIES, x, i + t)).intoArray(out, k + t);
        }
    }

    /** {@code 1 / (1 + exp(-x))} of one vector. */
    static FloatVector sigmoid(FloatVector x) {
        return FloatVector.broadcast(SPECIES, 1).div(exp(x.neg()).add(1));
    }

    /** Of one vector; NaN stays. */
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.max(LOWEST).min(HIGHEST);
        // Adding and subtracting 1.5 * 2^23 rounds to the nearest integer.
        FloatVector n = bounded.mul(1.44269504f).add(12582912f).sub(12582912f);
        FloatVector r = fma(n, FloatVector.broadcast(SPECIES, -LN2_HIGH), bounded);
        r = fma(n, FloatVector.broadcast(SPECIES, -LN2_LOW), r);
        FloatVector p = FloatVector.broadcast(SPECIES, 1.9875691500e-4f);
        p = fma(p, r, FloatVector.broadcast(SPECIES, 1.3981999507e-3f));
        p = fma(p, r, FloatVector.broadcast(SPECIES, 8.3334519073e-3f));
        p = fma(p, r, FloatVector.broadcast(SPECIES, 4.1665795894e-2f));
        p = fma(p, r, FloatVector.broadcast(SPECIES, 1.6666665459e-1f));
        p = fma(p, r, FloatVector.broadcast(SPECIES, 5.0000001201e-1f));
        FloatVector y = fma(p, r.mul(r), r).add(1);
        // Two factors, since 2^128 and the powers below 2^-126 are no normal numbers.
        IntVector power = (IntVector) n.convertShape(VectorOperators.F2I, INTS, 0);
        IntVector half = power.lanewise(VectorOperators.ASHR, 1);
        FloatVector scaled = y.mul(powerOfTwo(half)).mul(powerOfTwo(power.sub(half)));
        scaled = scaled.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, HIGHEST));
        return scaled.blend(0, x.compare(VectorOperators.LT, LOWEST));
    }

    private static FloatVector powerOfTwo(IntVector exponent) {
        return exponent.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    }
}
