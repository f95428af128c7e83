package soma.cuda.emulator;

import soma.cuda.emulator.Registers.Kind;
import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxType;

/** Arithmetic on float32. */
final class FloatOps {
    private static final PtxType TYPE = PtxType.F32;

    /** A function of a lane. */
    @FunctionalInterface
    private interface Unary {
        float of(float x);
    }

    /** A function of a lane. */
    @FunctionalInterface
    private interface Binary {
        float of(float x, float y);
    }

    private FloatOps() {}

    /** The step of an instruction; null if the opcode isn't one of these. */
    static Step of(PtxInstruction i, Operands o) {
        boolean approximate = i.has(".approx") || i.has(".full");
        return switch (i.opcode()) {
            case "add" -> saturated(i, o, add(o));
            case "sub" -> saturated(i, o, subtract(o));
            case "mul" -> saturated(i, o, multiply(o));
            case "fma", "mad" -> saturated(i, o, fma(o));
            case "div" -> binary(o, approximate ? Approximation::quotient : (x, y) -> x / y);
            case "min" -> binary(o, FloatOps::min);
            case "max" -> binary(o, FloatOps::max);
            case "copysign" -> binary(o, (sign, value) -> Math.copySign(value, sign));
            case "neg" -> unary(o, x -> -x);
            case "abs" -> unary(o, Math::abs);
            case "rcp" -> unary(o, approximate ? Approximation::reciprocal : x -> 1 / x);
            case "sqrt" -> unary(o, approximate ? Approximation::root : x -> (float) Math.sqrt(x));
            case "rsqrt" -> unary(o, Approximation::inverseRoot);
            case "ex2" -> unary(o, Approximation::exp2);
            case "lg2" -> unary(o, Approximation::log2);
            case "sin" -> unary(o, Approximation::sin);
            case "cos" -> unary(o, Approximation::cos);
            case "tanh" -> unary(o, Approximation::tanh);
            default -> null;
        };
    }

    /** PTX's minimum: the number if one operand is NaN, and -0 below 0. */
    static float min(float x, float y) {
        return Float.isNaN(x) ? y : Float.isNaN(y) ? x : Math.min(x, y);
    }

    /** PTX's maximum, as {@link #min}. */
    static float max(float x, float y) {
        return Float.isNaN(x) ? y : Float.isNaN(y) ? x : Math.max(x, y);
    }

    private static Step add(Operands o) {
        Target d = o.target(0);
        Source a = o.source(1, TYPE);
        Source b = o.source(2, TYPE);
        return (w, mask) -> {
            float[] x = a.floats(w, mask);
            float[] y = b.floats(w, mask);
            float[] out = d.floats(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = x[k] + y[k];
            }
            d.done(w, mask, Kind.FLOAT);
        };
    }

    private static Step subtract(Operands o) {
        Target d = o.target(0);
        Source a = o.source(1, TYPE);
        Source b = o.source(2, TYPE);
        return (w, mask) -> {
            float[] x = a.floats(w, mask);
            float[] y = b.floats(w, mask);
            float[] out = d.floats(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = x[k] - y[k];
            }
            d.done(w, mask, Kind.FLOAT);
        };
    }

    private static Step multiply(Operands o) {
        Target d = o.target(0);
        Source a = o.source(1, TYPE);
        Source b = o.source(2, TYPE);
        return (w, mask) -> {
            float[] x = a.floats(w, mask);
            float[] y = b.floats(w, mask);
            float[] out = d.floats(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = x[k] * y[k];
            }
            d.done(w, mask, Kind.FLOAT);
        };
    }

    private static Step fma(Operands o) {
        Target d = o.target(0);
        Source a = o.source(1, TYPE);
        Source b = o.source(2, TYPE);
        Source c = o.source(3, TYPE);
        return (w, mask) -> {
            float[] x = a.floats(w, mask);
            float[] y = b.floats(w, mask);
            float[] z = c.floats(w, mask);
            float[] out = d.floats(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = Math.fma(x[k], y[k], z[k]);
            }
            d.done(w, mask, Kind.FLOAT);
        };
    }

    private static Step unary(Operands o, Unary f) {
        Target d = o.target(0);
        Source a = o.source(1, TYPE);
        return (w, mask) -> {
            float[] x = a.floats(w, mask);
            float[] out = d.floats(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = f.of(x[k]);
            }
            d.done(w, mask, Kind.FLOAT);
        };
    }

    private static Step binary(Operands o, Binary f) {
        Target d = o.target(0);
        Source a = o.source(1, TYPE);
        Source b = o.source(2, TYPE);
        return (w, mask) -> {
            float[] x = a.floats(w, mask);
            float[] y = b.floats(w, mask);
            float[] out = d.floats(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = f.of(x[k], y[k]);
            }
            d.done(w, mask, Kind.FLOAT);
        };
    }

    /** {@code .sat}: clamped to [0, 1], NaN to 0. */
    private static Step saturated(PtxInstruction i, Operands o, Step step) {
        if (!i.has(".sat")) {
            return step;
        }
        Target d = o.target(0);
        Source result = o.source(0, TYPE);
        return (w, mask) -> {
            step.run(w, mask);
            float[] x = result.floats(w, mask);
            float[] out = d.floats(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = x[k] > 0 ? Math.min(x[k], 1) : 0;
            }
            d.done(w, mask, Kind.FLOAT);
        };
    }
}
