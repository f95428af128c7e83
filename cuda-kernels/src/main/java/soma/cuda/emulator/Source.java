package soma.cuda.emulator;

import soma.cuda.emulator.Registers.Kind;

import java.util.Arrays;

/** An operand that is read: a register or a number, given as an array of 32 lanes. */
final class Source {
    private final int register;
    private final Kind kind;

    /** Which scratch array it may use: operands of one instruction differ. */
    private final int slot;

    private final int[] ints;
    private final long[] longs;
    private final float[] floats;
    private final double[] doubles;

    private Source(
            int register,
            Kind kind,
            int slot,
            int[] ints,
            long[] longs,
            float[] floats,
            double[] doubles) {
        this.register = register;
        this.kind = kind;
        this.slot = slot;
        this.ints = ints;
        this.longs = longs;
        this.floats = floats;
        this.doubles = doubles;
    }

    static Source register(int register, Kind kind, int slot) {
        return new Source(register, kind, slot, null, null, null, null);
    }

    /** The same number in all lanes, under each reading. */
    static Source constant(int i, long l, float f, double d) {
        int[] ints = new int[Warp.LANES];
        long[] longs = new long[Warp.LANES];
        float[] floats = new float[Warp.LANES];
        double[] doubles = new double[Warp.LANES];
        Arrays.fill(ints, i);
        Arrays.fill(longs, l);
        Arrays.fill(floats, f);
        Arrays.fill(doubles, d);
        return new Source(-1, null, 0, ints, longs, floats, doubles);
    }

    /** The number, if it is one. */
    boolean isConstant() {
        return register < 0;
    }

    int[] ints(Warp warp, int mask) {
        if (register < 0) {
            return ints;
        }
        warp.requireDefined(register, mask);
        if (kind == Kind.INT) {
            return warp.ints[register];
        }
        int[] out = warp.intScratch[slot];
        float[] in = warp.floats[register];
        for (int i = 0; i < Warp.LANES; i++) {
            out[i] = Float.floatToRawIntBits(in[i]);
        }
        return out;
    }

    float[] floats(Warp warp, int mask) {
        if (register < 0) {
            return floats;
        }
        warp.requireDefined(register, mask);
        if (kind == Kind.FLOAT) {
            return warp.floats[register];
        }
        float[] out = warp.floatScratch[slot];
        int[] in = warp.ints[register];
        for (int i = 0; i < Warp.LANES; i++) {
            out[i] = Float.intBitsToFloat(in[i]);
        }
        return out;
    }

    long[] longs(Warp warp, int mask) {
        if (register < 0) {
            return longs;
        }
        warp.requireDefined(register, mask);
        if (kind == Kind.LONG) {
            return warp.longs[register];
        }
        long[] out = warp.longScratch[slot];
        double[] in = warp.doubles[register];
        for (int i = 0; i < Warp.LANES; i++) {
            out[i] = Double.doubleToRawLongBits(in[i]);
        }
        return out;
    }

    double[] doubles(Warp warp, int mask) {
        if (register < 0) {
            return doubles;
        }
        warp.requireDefined(register, mask);
        if (kind == Kind.DOUBLE) {
            return warp.doubles[register];
        }
        double[] out = warp.doubleScratch[slot];
        long[] in = warp.longs[register];
        for (int i = 0; i < Warp.LANES; i++) {
            out[i] = Double.longBitsToDouble(in[i]);
        }
        return out;
    }

    /** Raw bits of a lane, whatever the kind. */
    long bits(Warp warp, int lane, boolean wide) {
        if (register < 0) {
            return wide ? longs[lane] : ints[lane] & 0xffffffffL;
        }
        warp.requireDefined(register, 1 << lane);
        return switch (kind) {
            case INT -> warp.ints[register][lane] & 0xffffffffL;
            case FLOAT -> Float.floatToRawIntBits(warp.floats[register][lane]) & 0xffffffffL;
            case LONG -> warp.longs[register][lane];
            case DOUBLE -> Double.doubleToRawLongBits(warp.doubles[register][lane]);
            case PREDICATE -> throw new IllegalStateException("bits of a predicate");
        };
    }
}
