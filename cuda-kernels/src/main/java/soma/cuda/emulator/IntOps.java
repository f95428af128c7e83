package soma.cuda.emulator;

import soma.cuda.emulator.Registers.Kind;
import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxType;

import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;

/** Whole numbers and bits of up to 32 bits; those of 16 are kept with zeros above. */
final class IntOps {
    /** A function of three values. */
    @FunctionalInterface
    private interface Ternary {
        int of(int x, int y, int z);
    }

    private IntOps() {}

    /** The step of an instruction; null if the opcode isn't one of these. */
    static Step of(PtxInstruction i, Operands o, PtxType type) {
        boolean signed = type.isSigned();
        return switch (i.opcode()) {
            case "add" ->
                    i.has(".sat")
                            ? binary(o, type, (x, y) -> saturated((long) x + y))
                            : loop(o, type, IntLoops::add, Integer::sum);
            case "sub" ->
                    i.has(".sat")
                            ? binary(o, type, (x, y) -> saturated((long) x - y))
                            : loop(o, type, IntLoops::subtract, (x, y) -> x - y);
            case "mul" ->
                    i.has(".hi")
                            ? binary(o, type, high(type))
                            : loop(o, type, IntLoops::multiply, (x, y) -> x * y);
            case "mad" ->
                    i.has(".hi")
                            ? ternary(o, type, (x, y, z) -> high(type).applyAsInt(x, y) + z)
                            : multiplyAdd(o, type);
            case "div" ->
                    binary(
                            o,
                            type,
                            signed
                                    ? IntOps::quotient
                                    : (x, y) -> y == 0 ? -1 : Integer.divideUnsigned(x, y));
            case "rem" ->
                    binary(
                            o,
                            type,
                            signed
                                    ? IntOps::remainder
                                    : (x, y) -> y == 0 ? x : Integer.remainderUnsigned(x, y));
            case "min" ->
                    binary(
                            o,
                            type,
                            signed
                                    ? Math::min
                                    : (x, y) -> Integer.compareUnsigned(x, y) < 0 ? x : y);
            case "max" ->
                    binary(
                            o,
                            type,
                            signed
                                    ? Math::max
                                    : (x, y) -> Integer.compareUnsigned(x, y) > 0 ? x : y);
            case "sad" ->
                    ternary(
                            o,
                            type,
                            signed
                                    ? (x, y, z) -> z + (x < y ? y - x : x - y)
                                    : (x, y, z) ->
                                            z
                                                    + (Integer.compareUnsigned(x, y) < 0
                                                            ? y - x
                                                            : x - y));
            case "neg" -> unary(o, type, x -> -x);
            case "abs" -> unary(o, type, Math::abs);
            case "not" -> unary(o, type, x -> ~x);
            case "and" -> loop(o, type, IntLoops::and, (x, y) -> x & y);
            case "or" -> binary(o, type, (x, y) -> x | y);
            case "xor" -> binary(o, type, (x, y) -> x ^ y);
            case "shl" -> shift(o, type, IntLoops::left, IntLoops::left);
            case "shr" ->
                    signed
                            ? shift(o, type, IntLoops::rightSigned, IntLoops::rightSigned)
                            : shift(o, type, IntLoops::right, IntLoops::right);
            case "popc" -> unary(o, type, Integer::bitCount);
            case "clz" -> unary(o, type, Integer::numberOfLeadingZeros);
            case "brev" -> unary(o, type, Integer::reverse);
            case "bfind" ->
                    unary(
                            o,
                            type,
                            x -> 31 - Integer.numberOfLeadingZeros(signed && x < 0 ? ~x : x));
            case "bfe" -> ternary(o, type, (x, p, n) -> field(x, p & 0xff, n & 0xff, signed));
            case "bfi" -> insert(o, type);
            case "lop3" -> lookup(o);
            case "prmt" -> ternary(o, type, IntOps::permute);
            default -> null;
        };
    }

    private static IntBinaryOperator high(PtxType type) {
        return type.isSigned()
                ? (x, y) -> (int) ((long) x * y >> 32)
                : (x, y) -> (int) ((x & 0xffffffffL) * (y & 0xffffffffL) >>> 32);
    }

    private static int saturated(long exact) {
        return Math.clamp(exact, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private static int quotient(int x, int y) {
        return y == 0 ? -1 : x / y;
    }

    private static int remainder(int x, int y) {
        return y == 0 ? x : x % y;
    }

    private static int field(int x, int position, int length, boolean signed) {
        int out = 0;
        int top = Math.min(position + length - 1, 31);
        boolean sign = signed && length > 0 && (x >>> top & 1) == 1;
        for (int k = 0; k < 32; k++) {
            boolean bit = k < length && position + k < 32 ? (x >>> position + k & 1) == 1 : sign;
            out |= bit ? 1 << k : 0;
        }
        return out;
    }

    private static int permute(int a, int b, int selector) {
        long bytes = a & 0xffffffffL | (long) b << 32;
        int out = 0;
        for (int k = 0; k < 4; k++) {
            int nibble = selector >>> 4 * k & 0xf;
            int value = (int) (bytes >>> 8 * (nibble & 7)) & 0xff;
            out |= ((nibble & 8) == 0 ? value : (value & 0x80) == 0 ? 0 : 0xff) << 8 * k;
        }
        return out;
    }

    /** Cuts a result to its type: what is read next expects zeros, or the sign, above. */
    private static int narrow(int x, PtxType type) {
        return type.bytes() == 2 ? x & 0xffff : x;
    }

    /** Reads an operand of 16 bits with its sign. */
    private static int widen(int x, PtxType type) {
        return type.bytes() == 4 ? x : type.isSigned() ? (short) x : x & 0xffff;
    }

    /** An operation that is frequent on 32 bits; {@code narrow} is for 16. */
    private static Step loop(
            Operands o, PtxType type, IntLoops.Binary loop, IntBinaryOperator narrow) {
        if (type.bytes() != 4) {
            return binary(o, type, narrow);
        }
        Target d = o.target(0);
        Source a = o.source(1, type);
        Source b = o.source(2, type);
        return (w, mask) -> {
            int[] x = a.ints(w, mask);
            int[] y = b.ints(w, mask);
            loop.run(x, y, d.ints(w, mask));
            d.done(w, mask, Kind.INT);
        };
    }

    private static Step multiplyAdd(Operands o, PtxType type) {
        if (type.bytes() != 4) {
            return ternary(o, type, (x, y, z) -> x * y + z);
        }
        Target d = o.target(0);
        Source a = o.source(1, type);
        Source b = o.source(2, type);
        Source c = o.source(3, type);
        return (w, mask) -> {
            int[] x = a.ints(w, mask);
            int[] y = b.ints(w, mask);
            int[] z = c.ints(w, mask);
            int[] out = d.ints(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = x[k] * y[k] + z[k];
            }
            d.done(w, mask, Kind.INT);
        };
    }

    private static Step unary(Operands o, PtxType type, IntUnaryOperator f) {
        Target d = o.target(0);
        Source a = o.source(1, type);
        return (w, mask) -> {
            int[] x = a.ints(w, mask);
            int[] out = d.ints(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = narrow(f.applyAsInt(widen(x[k], type)), type);
            }
            d.done(w, mask, Kind.INT);
        };
    }

    private static Step binary(Operands o, PtxType type, IntBinaryOperator f) {
        return binary(o, type, type, f);
    }

    private static Step shift(
            Operands o, PtxType type, IntLoops.Binary loop, IntBinaryOperator narrow) {
        return type.bytes() == 4
                ? loop(o, type, loop, narrow)
                : binary(o, type, PtxType.U32, narrow);
    }

    private static Step binary(Operands o, PtxType type, PtxType second, IntBinaryOperator f) {
        Target d = o.target(0);
        Source a = o.source(1, type);
        Source b = o.source(2, second);
        return (w, mask) -> {
            int[] x = a.ints(w, mask);
            int[] y = b.ints(w, mask);
            int[] out = d.ints(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = narrow(f.applyAsInt(widen(x[k], type), widen(y[k], second)), type);
            }
            d.done(w, mask, Kind.INT);
        };
    }

    private static Step ternary(Operands o, PtxType type, Ternary f) {
        Target d = o.target(0);
        Source a = o.source(1, type);
        Source b = o.source(2, type);
        Source c = o.source(3, type);
        return (w, mask) -> {
            int[] x = a.ints(w, mask);
            int[] y = b.ints(w, mask);
            int[] z = c.ints(w, mask);
            int[] out = d.ints(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] =
                        narrow(f.of(widen(x[k], type), widen(y[k], type), widen(z[k], type)), type);
            }
            d.done(w, mask, Kind.INT);
        };
    }

    /** {@code bfi d, a, b, position, length}: the low bits of a into b. */
    private static Step insert(Operands o, PtxType type) {
        Target d = o.target(0);
        Source a = o.source(1, type);
        Source b = o.source(2, type);
        Source position = o.source(3, PtxType.U32);
        Source length = o.source(4, PtxType.U32);
        return (w, mask) -> {
            int[] x = a.ints(w, mask);
            int[] y = b.ints(w, mask);
            int[] p = position.ints(w, mask);
            int[] n = length.ints(w, mask);
            int[] out = d.ints(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                int at = p[k] & 0xff;
                int bits = n[k] & 0xff;
                long ones = (bits >= 32 ? 0xffffffffL : (1L << bits) - 1) << Math.min(at, 32);
                out[k] = (int) (y[k] & ~ones | (x[k] & 0xffffffffL) << Math.min(at, 32) & ones);
            }
            d.done(w, mask, Kind.INT);
        };
    }

    /** {@code lop3 d, a, b, c, table}. */
    private static Step lookup(Operands o) {
        Target d = o.target(0);
        Source a = o.source(1, PtxType.B32);
        Source b = o.source(2, PtxType.B32);
        Source c = o.source(3, PtxType.B32);
        Source table = o.source(4, PtxType.B32);
        return (w, mask) -> {
            int[] x = a.ints(w, mask);
            int[] y = b.ints(w, mask);
            int[] z = c.ints(w, mask);
            int bits = table.ints(w, mask)[0];
            int[] out = d.ints(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                int value = 0;
                for (int entry = 0; entry < 8; entry++) {
                    if ((bits >>> entry & 1) == 1) {
                        value |=
                                ((entry & 4) == 0 ? ~x[k] : x[k])
                                        & ((entry & 2) == 0 ? ~y[k] : y[k])
                                        & ((entry & 1) == 0 ? ~z[k] : z[k]);
                    }
                }
                out[k] = value;
            }
            d.done(w, mask, Kind.INT);
        };
    }
}
