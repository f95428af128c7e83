package soma.cuda.emulator;

import soma.cuda.emulator.Registers.Kind;
import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxType;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Arithmetic on float64. */
final class DoubleOps {
    private static final PtxType TYPE = PtxType.F64;

    private DoubleOps() {}

    /** The step of an instruction; null if the opcode isn't one of these. */
    static Step of(PtxInstruction i, Operands o) {
        return switch (i.opcode()) {
            case "add" -> binary(o, Double::sum);
            case "sub" -> binary(o, (x, y) -> x - y);
            case "mul" -> binary(o, (x, y) -> x * y);
            case "div" -> binary(o, (x, y) -> x / y);
            case "min" ->
                    binary(o, (x, y) -> Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.min(x, y));
            case "max" ->
                    binary(o, (x, y) -> Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.max(x, y));
            case "copysign" -> binary(o, (sign, value) -> Math.copySign(value, sign));
            case "fma", "mad" -> fma(o);
            case "neg" -> unary(o, x -> -x);
            case "abs" -> unary(o, Math::abs);
            case "sqrt" -> unary(o, Math::sqrt);
            case "rcp" -> unary(o, x -> 1 / x);
            default -> null;
        };
    }

    private static Step unary(Operands o, DoubleUnaryOperator f) {
        Target d = o.target(0);
        Source a = o.source(1, TYPE);
        return (w, mask) -> {
            double[] x = a.doubles(w, mask);
            double[] out = d.doubles(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = f.applyAsDouble(x[k]);
            }
            d.done(w, mask, Kind.DOUBLE);
        };
    }

    private static Step binary(Operands o, DoubleBinaryOperator f) {
        Target d = o.target(0);
        Source a = o.source(1, TYPE);
        Source b = o.source(2, TYPE);
        return (w, mask) -> {
            double[] x = a.doubles(w, mask);
            double[] y = b.doubles(w, mask);
            double[] out = d.doubles(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = f.applyAsDouble(x[k], y[k]);
            }
            d.done(w, mask, Kind.DOUBLE);
        };
    }

    private static Step fma(Operands o) {
        Target d = o.target(0);
        Source a = o.source(1, TYPE);
        Source b = o.source(2, TYPE);
        Source c = o.source(3, TYPE);
        return (w, mask) -> {
            double[] x = a.doubles(w, mask);
            double[] y = b.doubles(w, mask);
            double[] z = c.doubles(w, mask);
            double[] out = d.doubles(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = Math.fma(x[k], y[k], z[k]);
            }
            d.done(w, mask, Kind.DOUBLE);
        };
    }
}
