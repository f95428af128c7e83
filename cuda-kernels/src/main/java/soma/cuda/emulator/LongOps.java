package soma.cuda.emulator;

import soma.cuda.emulator.Registers.Kind;
import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxType;

import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** Whole numbers and bits of 64 bits, and products of 32 that give 64. */
final class LongOps {
    private LongOps() {}

    /** The step of an instruction; null if the opcode isn't one of these. */
    static Step of(PtxInstruction i, Operands o, PtxType type) {
        boolean signed = type.isSigned();
        return switch (i.opcode()) {
            case "add" -> add(o, type);
            case "sub" -> binary(o, type, (x, y) -> x - y);
            case "mul" ->
                    i.has(".hi")
                            ? binary(
                                    o,
                                    type,
                                    signed ? Math::multiplyHigh : Math::unsignedMultiplyHigh)
                            : binary(o, type, (x, y) -> x * y);
            case "mad" -> multiplyAdd(o, type);
            case "div" ->
                    binary(
                            o,
                            type,
                            signed
                                    ? (x, y) -> y == 0 ? -1 : x / y
                                    : (x, y) -> y == 0 ? -1 : Long.divideUnsigned(x, y));
            case "rem" ->
                    binary(
                            o,
                            type,
                            signed
                                    ? (x, y) -> y == 0 ? x : x % y
                                    : (x, y) -> y == 0 ? x : Long.remainderUnsigned(x, y));
            case "min" ->
                    binary(
                            o,
                            type,
                            signed ? Math::min : (x, y) -> Long.compareUnsigned(x, y) < 0 ? x : y);
            case "max" ->
                    binary(
                            o,
                            type,
                            signed ? Math::max : (x, y) -> Long.compareUnsigned(x, y) > 0 ? x : y);
            case "neg" -> unary(o, type, x -> -x);
            case "abs" -> unary(o, type, Math::abs);
            case "not" -> unary(o, type, x -> ~x);
            case "and" -> binary(o, type, (x, y) -> x & y);
            case "or" -> binary(o, type, (x, y) -> x | y);
            case "xor" -> binary(o, type, (x, y) -> x ^ y);
            case "brev" -> unary(o, type, Long::reverse);
            case "shl" -> shift(o, type, (x, n) -> n > 63 ? 0 : x << n);
            case "shr" ->
                    shift(
                            o,
                            type,
                            signed
                                    ? (x, n) -> x >> Math.min(n, 63)
                                    : (x, n) -> n > 63 ? 0 : x >>> n);
            case "popc" -> counted(o, type, Long::bitCount);
            case "clz" -> counted(o, type, Long::numberOfLeadingZeros);
            case "bfind" ->
                    counted(o, type, x -> 63 - Long.numberOfLeadingZeros(signed && x < 0 ? ~x : x));
            default -> null;
        };
    }

    /** {@code mul.wide} and {@code mad.wide} of 32-bit factors, or of 16 bits into 32. */
    static Step wide(PtxInstruction i, Operands o, PtxType type) {
        boolean signed = type.isSigned();
        Target d = o.target(0);
        Source a = o.source(1, type);
        Source b = o.source(2, type);
        if (type.bytes() == 2) {
            if (i.opcode().equals("mad")) {
                throw o.error("mad.wide of 16 bits is not emulated");
            }
            return (w, mask) -> {
                int[] x = a.ints(w, mask);
                int[] y = b.ints(w, mask);
                int[] out = d.ints(w, mask);
                for (int k = 0; k < Warp.LANES; k++) {
                    out[k] =
                            signed
                                    ? (short) x[k] * (short) y[k]
                                    : (x[k] & 0xffff) * (y[k] & 0xffff);
                }
                d.done(w, mask, Kind.INT);
            };
        }
        Source c =
                i.opcode().equals("mad") ? o.source(3, PtxType.B64) : Source.constant(0, 0, 0, 0);
        long keep = signed ? -1L : 0xffffffffL;
        return (w, mask) -> {
            int[] x = a.ints(w, mask);
            int[] y = b.ints(w, mask);
            long[] z = c.longs(w, mask);
            long[] out = d.longs(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = (x[k] & keep) * (y[k] & keep) + z[k];
            }
            d.done(w, mask, Kind.LONG);
        };
    }

    private static Step add(Operands o, PtxType type) {
        Target d = o.target(0);
        Source a = o.source(1, type);
        Source b = o.source(2, type);
        return (w, mask) -> {
            long[] x = a.longs(w, mask);
            long[] y = b.longs(w, mask);
            long[] out = d.longs(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = x[k] + y[k];
            }
            d.done(w, mask, Kind.LONG);
        };
    }

    private static Step multiplyAdd(Operands o, PtxType type) {
        Target d = o.target(0);
        Source a = o.source(1, type);
        Source b = o.source(2, type);
        Source c = o.source(3, type);
        return (w, mask) -> {
            long[] x = a.longs(w, mask);
            long[] y = b.longs(w, mask);
            long[] z = c.longs(w, mask);
            long[] out = d.longs(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = x[k] * y[k] + z[k];
            }
            d.done(w, mask, Kind.LONG);
        };
    }

    private static Step unary(Operands o, PtxType type, LongUnaryOperator f) {
        Target d = o.target(0);
        Source a = o.source(1, type);
        return (w, mask) -> {
            long[] x = a.longs(w, mask);
            long[] out = d.longs(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = f.applyAsLong(x[k]);
            }
            d.done(w, mask, Kind.LONG);
        };
    }

    private static Step binary(Operands o, PtxType type, LongBinaryOperator f) {
        Target d = o.target(0);
        Source a = o.source(1, type);
        Source b = o.source(2, type);
        return (w, mask) -> {
            long[] x = a.longs(w, mask);
            long[] y = b.longs(w, mask);
            long[] out = d.longs(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = f.applyAsLong(x[k], y[k]);
            }
            d.done(w, mask, Kind.LONG);
        };
    }

    private static Step shift(Operands o, PtxType type, LongBinaryOperator f) {
        Target d = o.target(0);
        Source a = o.source(1, type);
        Source b = o.source(2, PtxType.U32);
        return (w, mask) -> {
            long[] x = a.longs(w, mask);
            int[] n = b.ints(w, mask);
            long[] out = d.longs(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = f.applyAsLong(x[k], n[k] & 0xffffffffL);
            }
            d.done(w, mask, Kind.LONG);
        };
    }

    private static Step counted(Operands o, PtxType type, java.util.function.LongToIntFunction f) {
        Target d = o.target(0);
        Source a = o.source(1, type);
        return (w, mask) -> {
            long[] x = a.longs(w, mask);
            int[] out = d.ints(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = f.applyAsInt(x[k]);
            }
            d.done(w, mask, Kind.INT);
        };
    }
}
