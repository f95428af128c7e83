package soma.cuda.emulator;

import soma.cuda.emulator.Registers.Kind;
import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxOperand;
import soma.cuda.ptx.PtxType;

import java.util.List;
import java.util.function.IntBinaryOperator;

/** {@code mov}, {@code cvta}, selections, and logic of predicates. */
final class Moves {
    private Moves() {}

    /** {@code mov.f32}, {@code mov.b64 {a, b}, d}, {@code mov.pred}. */
    static Step mov(PtxInstruction i, Operands o) {
        PtxType type = i.type();
        if (type == PtxType.PRED) {
            PtxOperand.Register from = o.predicate(1);
            Target d = o.target(0);
            return (w, mask) -> d.predicate(w, mask, Operands.holds(w, mask, from));
        }
        if (o.get(0) instanceof PtxOperand.Vector(List<PtxOperand> parts)) {
            return unpack(o, type, parts);
        }
        if (o.get(1) instanceof PtxOperand.Vector(List<PtxOperand> parts)) {
            return pack(o, type, parts);
        }
        return copy(o, type);
    }

    /** A plain copy; {@code cvta} is one, since every space has addresses of its own here. */
    static Step copy(Operands o, PtxType type) {
        Target d = o.target(0);
        Source a = o.source(1, type);
        if (d.kind() == Kind.FLOAT) {
            return (w, mask) -> {
                float[] x = a.floats(w, mask);
                System.arraycopy(x, 0, d.floats(w, mask), 0, Warp.LANES);
                d.done(w, mask, Kind.FLOAT);
            };
        }
        if (d.kind() == Kind.INT) {
            return (w, mask) -> {
                int[] x = a.ints(w, mask);
                System.arraycopy(x, 0, d.ints(w, mask), 0, Warp.LANES);
                d.done(w, mask, Kind.INT);
            };
        }
        if (d.kind() == Kind.LONG) {
            return (w, mask) -> {
                long[] x = a.longs(w, mask);
                System.arraycopy(x, 0, d.longs(w, mask), 0, Warp.LANES);
                d.done(w, mask, Kind.LONG);
            };
        }
        if (d.kind() == Kind.DOUBLE) {
            return (w, mask) -> {
                double[] x = a.doubles(w, mask);
                System.arraycopy(x, 0, d.doubles(w, mask), 0, Warp.LANES);
                d.done(w, mask, Kind.DOUBLE);
            };
        }
        throw o.error("a predicate is moved by mov.pred");
    }

    private static Step pack(Operands o, PtxType type, List<PtxOperand> parts) {
        int width = 8 * type.bytes() / parts.size();
        PtxType part = width == 32 ? PtxType.B32 : PtxType.B16;
        List<Source> sources = parts.stream().map(p -> o.source(p, part, 1)).toList();
        Target d = o.target(0);
        long keep = (1L << width) - 1;
        return (w, mask) -> {
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                long bits = 0;
                for (int k = 0; k < sources.size(); k++) {
                    bits |= (sources.get(k).bits(w, lane, false) & keep) << k * width;
                }
                d.set(w, lane, bits);
            }
        };
    }

    private static Step unpack(Operands o, PtxType type, List<PtxOperand> parts) {
        int width = 8 * type.bytes() / parts.size();
        List<Target> targets = parts.stream().map(o::target).toList();
        Source a = o.source(1, type);
        long keep = (1L << width) - 1;
        return (w, mask) -> {
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                long bits = a.bits(w, lane, type.bytes() == 8);
                for (int k = 0; k < targets.size(); k++) {
                    targets.get(k).set(w, lane, bits >>> k * width & keep);
                }
            }
        };
    }

    /** {@code selp d, a, b, p}: a where p holds. */
    static Step selp(PtxInstruction i, Operands o) {
        PtxType type = i.type();
        boolean wide = type.bytes() == 8;
        Target d = o.target(0);
        Source a = o.source(1, type);
        Source b = o.source(2, type);
        PtxOperand.Register p = o.predicate(3);
        if (d.kind() == Kind.FLOAT) {
            return (w, mask) -> {
                int holds = Operands.holds(w, mask, p);
                float[] x = holds == 0 ? null : a.floats(w, holds);
                float[] y = holds == mask ? null : b.floats(w, mask & ~holds);
                for (int m = mask; m != 0; m &= m - 1) {
                    int lane = Integer.numberOfTrailingZeros(m);
                    float value = (holds >>> lane & 1) == 1 ? x[lane] : y[lane];
                    d.set(w, lane, Float.floatToRawIntBits(value) & 0xffffffffL);
                }
            };
        }
        return (w, mask) -> {
            int holds = Operands.holds(w, mask, p);
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                d.set(w, lane, ((holds >>> lane & 1) == 1 ? a : b).bits(w, lane, wide));
            }
        };
    }

    /** {@code slct d, a, b, c}: a where c is not negative. */
    static Step slct(PtxInstruction i, Operands o) {
        PtxType type = i.types().getFirst();
        PtxType sign = i.types().getLast();
        boolean wide = type.bytes() == 8;
        Target d = o.target(0);
        Source a = o.source(1, type);
        Source b = o.source(2, type);
        Source c = o.source(3, sign);
        return (w, mask) -> {
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                int bits = (int) c.bits(w, lane, false);
                boolean first = sign == PtxType.F32 ? Float.intBitsToFloat(bits) >= 0 : bits >= 0;
                d.set(w, lane, (first ? a : b).bits(w, lane, wide));
            }
        };
    }

    /** {@code and.pred} and its kin. */
    static Step logic(PtxInstruction i, Operands o) {
        Target d = o.target(0);
        PtxOperand.Register a = o.predicate(1);
        if (i.opcode().equals("not")) {
            return (w, mask) -> d.predicate(w, mask, ~Operands.holds(w, mask, a));
        }
        PtxOperand.Register b = o.predicate(2);
        IntBinaryOperator f =
                switch (i.opcode()) {
                    case "and" -> (x, y) -> x & y;
                    case "or" -> (x, y) -> x | y;
                    case "xor" -> (x, y) -> x ^ y;
                    default -> throw o.error("the emulator doesn't know it for predicates");
                };
        return (w, mask) -> {
            int x = Operands.holds(w, mask, a);
            int y = Operands.holds(w, mask, b);
            d.predicate(w, mask, f.applyAsInt(x, y));
        };
    }
}
