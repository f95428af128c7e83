package soma.cuda.emulator;

import soma.cuda.emulator.Registers.Kind;

/** A register that is written. */
final class Target {
    /** For results whose register is of another kind. */
    private static final int SLOT = 5;

    private final int register;
    private final Kind kind;

    Target(int register, Kind kind) {
        this.register = register;
        this.kind = kind;
    }

    /** Its number. */
    int register() {
        return register;
    }

    Kind kind() {
        return kind;
    }

    /**
     * Where to write all 32 lanes; {@link #done} must follow, which keeps those of the mask. That
     * lanes outside are computed too is what makes the loops fast.
     */
    int[] ints(Warp warp, int mask) {
        return isDirect(mask, Kind.INT) ? warp.ints[register] : warp.intScratch[SLOT];
    }

    float[] floats(Warp warp, int mask) {
        return isDirect(mask, Kind.FLOAT) ? warp.floats[register] : warp.floatScratch[SLOT];
    }

    long[] longs(Warp warp, int mask) {
        return isDirect(mask, Kind.LONG) ? warp.longs[register] : warp.longScratch[SLOT];
    }

    double[] doubles(Warp warp, int mask) {
        return isDirect(mask, Kind.DOUBLE) ? warp.doubles[register] : warp.doubleScratch[SLOT];
    }

    private boolean isDirect(int mask, Kind written) {
        return mask == Warp.FULL && written == kind;
    }

    /** Ends a write of the kind that was asked for. */
    void done(Warp warp, int mask, Kind written) {
        warp.defined[register] |= mask;
        if (isDirect(mask, written)) {
            return;
        }
        for (int m = mask; m != 0; m &= m - 1) {
            int i = Integer.numberOfTrailingZeros(m);
            set(
                    warp,
                    i,
                    switch (written) {
                        case INT -> warp.intScratch[SLOT][i] & 0xffffffffL;
                        case FLOAT ->
                                Float.floatToRawIntBits(warp.floatScratch[SLOT][i]) & 0xffffffffL;
                        case LONG -> warp.longScratch[SLOT][i];
                        case DOUBLE -> Double.doubleToRawLongBits(warp.doubleScratch[SLOT][i]);
                        case PREDICATE ->
                                throw new IllegalStateException("a predicate has no lanes");
                    });
        }
    }

    /** Whether it has 32 bits, or up to that. */
    boolean isWord() {
        return kind == Kind.INT || kind == Kind.FLOAT;
    }

    /** Loads words at known good addresses, {@code plus} bytes further. */
    void load(Warp warp, int mask, Memory memory, long[] addresses, int plus) {
        long base = memory.base() - plus;
        if (kind == Kind.FLOAT) {
            float[] out = warp.floats[register];
            if (mask == Warp.FULL) {
                for (int k = 0; k < Warp.LANES; k++) {
                    out[k] = Float.intBitsToFloat(memory.getInt((int) (addresses[k] - base)));
                }
            } else {
                for (int m = mask; m != 0; m &= m - 1) {
                    int k = Integer.numberOfTrailingZeros(m);
                    out[k] = Float.intBitsToFloat(memory.getInt((int) (addresses[k] - base)));
                }
            }
        } else {
            int[] out = warp.ints[register];
            for (int m = mask; m != 0; m &= m - 1) {
                int k = Integer.numberOfTrailingZeros(m);
                out[k] = memory.getInt((int) (addresses[k] - base));
            }
        }
        warp.defined[register] |= mask;
    }

    /** Sets one lane from raw bits, whatever the kind. */
    void set(Warp warp, int lane, long bits) {
        switch (kind) {
            case INT -> warp.ints[register][lane] = (int) bits;
            case FLOAT -> warp.floats[register][lane] = Float.intBitsToFloat((int) bits);
            case LONG -> warp.longs[register][lane] = bits;
            case DOUBLE -> warp.doubles[register][lane] = Double.longBitsToDouble(bits);
            case PREDICATE -> throw new IllegalStateException("bits of a predicate");
        }
        warp.defined[register] |= 1 << lane;
    }

    /** Sets a predicate in the lanes of a mask. */
    void predicate(Warp warp, int mask, int values) {
        warp.predicates[register] = warp.predicates[register] & ~mask | values & mask;
        warp.defined[register] |= mask;
    }
}
