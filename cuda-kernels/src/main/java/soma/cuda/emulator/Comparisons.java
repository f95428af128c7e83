package soma.cuda.emulator;

import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxOperand;
import soma.cuda.ptx.PtxType;

/** {@code setp} and {@code set}: comparisons. */
final class Comparisons {
    /** Of two lanes. */
    @FunctionalInterface
    private interface Test {
        /** Lanes in which the relation holds; all 32 are compared. */
        int of(Warp warp, int mask);
    }

    private Comparisons() {}

    /** {@code setp.lt.and.f32 p|q, a, b, c}. */
    static Step setp(PtxInstruction i, Operands o) {
        PtxType type = i.type();
        Test test = test(i, o, type);
        boolean pair = o.get(0) instanceof PtxOperand.Pair;
        Target p = predicate(o, pair ? ((PtxOperand.Pair) o.get(0)).first() : o.get(0));
        Target q = pair ? predicate(o, ((PtxOperand.Pair) o.get(0)).second()) : null;
        String combine = i.has(".and") ? "and" : i.has(".or") ? "or" : i.has(".xor") ? "xor" : null;
        PtxOperand.Register third = combine == null ? null : o.predicate(3);
        return (w, mask) -> {
            int holds = test.of(w, mask);
            int other = third == null ? 0 : Operands.holds(w, mask, third);
            if (p != null) {
                p.predicate(w, mask, combined(combine, holds, other));
            }
            if (q != null) {
                q.predicate(w, mask, combined(combine, ~holds, other));
            }
        };
    }

    /** {@code set.lt.u32.f32 d, a, b}: all ones or 1.0 where it holds. */
    static Step set(PtxInstruction i, Operands o) {
        Test test = test(i, o, i.types().getLast());
        boolean asFloat = i.types().getFirst() == PtxType.F32;
        Target d = o.target(0);
        return (w, mask) -> {
            int holds = test.of(w, mask);
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                boolean yes = (holds >>> lane & 1) == 1;
                d.set(w, lane, !yes ? 0 : asFloat ? Float.floatToRawIntBits(1) : 0xffffffffL);
            }
        };
    }

    /** {@code testp.finite.f32 p, a}. */
    static Step testp(PtxInstruction i, Operands o) {
        Target p = o.target(0);
        PtxType type = i.type();
        boolean wide = type == PtxType.F64;
        Source a = o.source(1, type);
        String what = i.modifiers().getFirst();
        double normal = wide ? Double.MIN_NORMAL : Float.MIN_NORMAL;
        return (w, mask) -> {
            int holds = 0;
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                long bits = a.bits(w, lane, wide);
                double x = wide ? Double.longBitsToDouble(bits) : Float.intBitsToFloat((int) bits);
                holds |= is(what, x, normal) ? 1 << lane : 0;
            }
            p.predicate(w, mask, holds);
        };
    }

    private static boolean is(String what, double x, double normal) {
        return switch (what) {
            case ".finite" -> Double.isFinite(x);
            case ".infinite" -> Double.isInfinite(x);
            case ".number" -> !Double.isNaN(x);
            case ".notanumber" -> Double.isNaN(x);
            case ".normal" -> Double.isFinite(x) && Math.abs(x) >= normal;
            case ".subnormal" -> x != 0 && Math.abs(x) < normal;
            default -> throw new Fault(-1, "test " + what + " is not emulated");
        };
    }

    private static Target predicate(Operands o, PtxOperand operand) {
        // "_" stands for a result that nobody wants; PTX names it a sink.
        return operand instanceof PtxOperand.Symbol(String name) && name.equals("_")
                ? null
                : o.target(o.predicate(operand));
    }

    private static int combined(String with, int holds, int other) {
        return switch (with) {
            case "and" -> holds & other;
            case "or" -> holds | other;
            case "xor" -> holds ^ other;
            case null, default -> holds;
        };
    }

    private static Test test(PtxInstruction i, Operands o, PtxType type) {
        Relation relation = Relation.of(i, o, type);
        Source a = o.source(1, type);
        Source b = o.source(2, type);
        if (type == PtxType.F32) {
            return (w, mask) -> floats(relation, a.floats(w, mask), b.floats(w, mask));
        }
        if (type == PtxType.F64) {
            return (w, mask) -> doubles(relation, a.doubles(w, mask), b.doubles(w, mask));
        }
        boolean signed = type.isSigned() && !relation.unsigned();
        if (type.bytes() == 8) {
            long flip = signed ? 0 : Long.MIN_VALUE;
            return (w, mask) -> longs(relation, a.longs(w, mask), b.longs(w, mask), flip);
        }
        if (type.bytes() == 4) {
            int flip = signed ? 0 : Integer.MIN_VALUE;
            return (w, mask) -> ints(relation, a.ints(w, mask), b.ints(w, mask), flip);
        }
        int keep = type.bytes() == 2 ? 0xffff : 0xff;
        int sign = signed ? keep / 2 + 1 : 0;
        return (w, mask) -> narrow(relation, a.ints(w, mask), b.ints(w, mask), keep, sign);
    }

    private static int ints(Relation relation, int[] x, int[] y, int flip) {
        int less = 0;
        int equal = 0;
        for (int k = 0; k < Warp.LANES; k++) {
            less |= ((x[k] ^ flip) < (y[k] ^ flip) ? 1 : 0) << k;
            equal |= (x[k] == y[k] ? 1 : 0) << k;
        }
        return relation.lanes(less, equal, 0);
    }

    /** Integers of 8 or 16 bits: with their sign bit flipped they are ordered as unsigned. */
    private static int narrow(Relation relation, int[] x, int[] y, int keep, int sign) {
        int less = 0;
        int equal = 0;
        for (int k = 0; k < Warp.LANES; k++) {
            int a = (x[k] & keep) ^ sign;
            int b = (y[k] & keep) ^ sign;
            less |= (a < b ? 1 : 0) << k;
            equal |= (a == b ? 1 : 0) << k;
        }
        return relation.lanes(less, equal, 0);
    }

    private static int longs(Relation relation, long[] x, long[] y, long flip) {
        int less = 0;
        int equal = 0;
        for (int k = 0; k < Warp.LANES; k++) {
            less |= ((x[k] ^ flip) < (y[k] ^ flip) ? 1 : 0) << k;
            equal |= (x[k] == y[k] ? 1 : 0) << k;
        }
        return relation.lanes(less, equal, 0);
    }

    private static int floats(Relation relation, float[] x, float[] y) {
        int less = 0;
        int equal = 0;
        int greater = 0;
        for (int k = 0; k < Warp.LANES; k++) {
            less |= (x[k] < y[k] ? 1 : 0) << k;
            equal |= (x[k] == y[k] ? 1 : 0) << k;
            greater |= (x[k] > y[k] ? 1 : 0) << k;
        }
        return relation.lanes(less, equal, ~(less | equal | greater));
    }

    private static int doubles(Relation relation, double[] x, double[] y) {
        int less = 0;
        int equal = 0;
        int greater = 0;
        for (int k = 0; k < Warp.LANES; k++) {
            less |= (x[k] < y[k] ? 1 : 0) << k;
            equal |= (x[k] == y[k] ? 1 : 0) << k;
            greater |= (x[k] > y[k] ? 1 : 0) << k;
        }
        return relation.lanes(less, equal, ~(less | equal | greater));
    }
}
