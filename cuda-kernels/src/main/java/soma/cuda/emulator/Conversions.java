package soma.cuda.emulator;

import soma.cuda.emulator.Registers.Kind;
import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxType;

import java.math.BigInteger;
import java.util.List;

/** {@code cvt}. */
final class Conversions {
    private Conversions() {}

    static Step of(PtxInstruction i, Operands o) {
        List<PtxType> types = i.types();
        if (types.size() != 2) {
            throw o.error("expected two types");
        }
        Dialect.require(i, o);
        PtxType to = types.get(0);
        PtxType from = types.get(1);
        if (to == PtxType.BF16X2 || to == PtxType.F16X2) {
            return pack(o, to);
        }
        if (to == PtxType.F32 && from == PtxType.S32) {
            return intToFloat(o);
        }
        Target d = o.target(0);
        boolean wideTarget = to.bytes() == 8;
        // A narrower value may lie in a wider register.
        Source a = o.source(1, from == PtxType.TF32 ? PtxType.F32 : from);
        boolean wideSource = from.bytes() == 8;
        if (wideTarget != (d.kind() == Kind.LONG || d.kind() == Kind.DOUBLE)) {
            throw o.error("the register written is not of " + to.ptx());
        }
        Rounding rounding = Rounding.of(i);
        boolean saturates = i.has(".sat");
        return (w, mask) -> {
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                long bits = a.bits(w, lane, wideSource);
                d.set(w, lane, convert(rounding, saturates, from, to, bits));
            }
        };
    }

    private static Step intToFloat(Operands o) {
        Target d = o.target(0);
        Source a = o.source(1, PtxType.S32);
        return (w, mask) -> {
            int[] x = a.ints(w, mask);
            float[] out = d.floats(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = x[k];
            }
            d.done(w, mask, Kind.FLOAT);
        };
    }

    /** {@code cvt.rn.bf16x2.f32 d, high, low}. */
    private static Step pack(Operands o, PtxType to) {
        Target d = o.target(0);
        Source high = o.source(1, PtxType.F32);
        Source low = o.source(2, PtxType.F32);
        boolean brain = to == PtxType.BF16X2;
        return (w, mask) -> {
            float[] h = high.floats(w, mask);
            float[] l = low.floats(w, mask);
            int[] out = d.ints(w, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] =
                        brain
                                ? HalfFloats.toBrain(h[k]) << 16 | HalfFloats.toBrain(l[k])
                                : HalfFloats.toHalf(h[k]) << 16 | HalfFloats.toHalf(l[k]);
            }
            d.done(w, mask, Kind.INT);
        };
    }

    private static long convert(
            Rounding rounding, boolean saturates, PtxType from, PtxType to, long bits) {
        if (from.isFloat()) {
            double x = toDouble(from, bits);
            return to.isFloat()
                    ? fromDouble(rounding, saturates, to, from, x)
                    : toInteger(to, rounding.whole(x));
        }
        long x = integer(from, bits);
        if (!to.isFloat()) {
            return saturates ? saturated(from, to, x) : narrowed(to, x);
        }
        if (to == PtxType.F32) {
            boolean huge = from.bytes() == 8 && !from.isSigned() && x < 0;
            float value = huge ? unsigned(x).floatValue() : (float) x;
            return Float.floatToRawIntBits(value) & 0xffffffffL;
        }
        double value =
                from.bytes() == 8 && !from.isSigned() && x < 0
                        ? unsigned(x).doubleValue()
                        : (double) x;
        return fromDouble(rounding, saturates, to, PtxType.F64, value);
    }

    private static BigInteger unsigned(long x) {
        return new BigInteger(Long.toUnsignedString(x));
    }

    private static long integer(PtxType from, long bits) {
        return switch (from) {
            case S8 -> (byte) bits;
            case U8, B8 -> bits & 0xff;
            case S16 -> (short) bits;
            case U16, B16 -> bits & 0xffff;
            case S32 -> (int) bits;
            case U32, B32 -> bits & 0xffffffffL;
            default -> bits;
        };
    }

    /** What a register of 32 or 64 bits holds of a narrower integer: its value, sign and all. */
    private static long narrowed(PtxType to, long x) {
        return switch (to) {
            case S8 -> (byte) x;
            case U8, B8 -> x & 0xff;
            case S16 -> (short) x;
            case U16, B16 -> x & 0xffff;
            default -> x;
        };
    }

    private static long saturated(PtxType from, PtxType to, long x) {
        boolean huge = from == PtxType.U64 && x < 0;
        int width = 8 * to.bytes();
        long high =
                to.isSigned()
                        ? (1L << width - 1) - 1
                        : width == 64 ? Long.MAX_VALUE : (1L << width) - 1;
        long low = to.isSigned() ? -high - 1 : 0;
        return huge ? high : Math.clamp(x, low, high);
    }

    private static double toDouble(PtxType from, long bits) {
        return switch (from) {
            case F16 -> HalfFloats.ofHalf((int) bits);
            case BF16 -> HalfFloats.ofBrain((int) bits);
            case F64 -> Double.longBitsToDouble(bits);
            default -> Float.intBitsToFloat((int) bits);
        };
    }

    private static long fromDouble(
            Rounding rounding, boolean saturates, PtxType to, PtxType from, double exact) {
        double x = rounding.whole(exact);
        if (saturates) {
            x = x > 0 ? Math.min(x, 1) : 0;
        }
        return switch (to) {
            case F16 -> HalfFloats.toHalf((float) x);
            case BF16 -> HalfFloats.toBrain((float) x);
            case TF32 -> HalfFloats.toTf32((float) x) & 0xffffffffL;
            case F64 -> Double.doubleToRawLongBits(x);
            default ->
                    Float.floatToRawIntBits(from == PtxType.F64 ? rounding.single(x) : (float) x)
                            & 0xffffffffL;
        };
    }

    /** Out of range: the nearest that there is; NaN: 0. */
    private static long toInteger(PtxType to, double x) {
        if (Double.isNaN(x)) {
            return 0;
        }
        if (to == PtxType.U64) {
            return x <= 0
                    ? 0
                    : x >= 0x1p64
                            ? -1L
                            : x >= 0x1p63 ? (long) (x - 0x1p63) + Long.MIN_VALUE : (long) x;
        }
        int width = 8 * to.bytes();
        double high = to.isSigned() ? Math.scalb(1.0, width - 1) - 1 : Math.scalb(1.0, width) - 1;
        double low = to.isSigned() ? -Math.scalb(1.0, width - 1) : 0;
        return (long) Math.clamp(x, low, high);
    }
}
