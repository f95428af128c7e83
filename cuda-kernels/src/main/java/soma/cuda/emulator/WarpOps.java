package soma.cuda.emulator;

import soma.cuda.emulator.Registers.Kind;
import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxOperand;
import soma.cuda.ptx.PtxType;

/** Instructions in which the lanes of a warp see each other. */
final class WarpOps {
    private WarpOps() {}

    /** {@code shfl.sync.MODE.b32 d|p, a, b, c, members}. */
    static Step shuffle(PtxInstruction i, Operands o) {
        boolean pair = o.get(0) instanceof PtxOperand.Pair;
        Target d = o.target(pair ? ((PtxOperand.Pair) o.get(0)).first() : o.get(0));
        Target p = pair ? o.target(((PtxOperand.Pair) o.get(0)).second()) : null;
        Source a = o.source(1, PtxType.B32);
        Source b = o.source(2, PtxType.U32);
        Source c = o.source(3, PtxType.U32);
        Source members = o.source(4, PtxType.U32);
        String mode = i.modifiers().get(1);
        return (w, mask) -> {
            requireMembers(w, mask, members);
            int[] lanes = b.ints(w, mask);
            int[] clamps = c.ints(w, mask);
            long[] values = new long[Warp.LANES];
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                values[lane] = a.bits(w, lane, false);
            }
            int inRange = 0;
            int[] from = new int[Warp.LANES];
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                int segment = clamps[lane] >>> 8 & 0x1f;
                int clamp = clamps[lane] & 0x1f;
                int high = lane & segment | clamp & ~segment;
                int low = lane & segment;
                int n = lanes[lane] & 0x1f;
                int source;
                boolean in;
                switch (mode) {
                    case ".up" -> {
                        source = lane - n;
                        in = source >= high;
                    }
                    case ".down" -> {
                        source = lane + n;
                        in = source <= high;
                    }
                    case ".bfly" -> {
                        source = lane ^ n;
                        in = source <= high;
                    }
                    case ".idx" -> {
                        source = low | n & ~segment;
                        in = source <= high;
                    }
                    default -> throw new Fault(lane, "shuffle " + mode + " is not emulated");
                }
                from[lane] = in ? source : lane;
                inRange |= in ? 1 << lane : 0;
                if ((mask >>> from[lane] & 1) == 0) {
                    throw new Fault(
                            lane, "shuffles from lane " + from[lane] + ", which doesn't take part");
                }
            }
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                d.set(w, lane, values[from[lane]]);
            }
            if (p != null) {
                p.predicate(w, mask, inRange);
            }
            w.passedWarpSync();
        };
    }

    /** {@code vote.sync.ballot.b32 d, p, members}, and all, any, uni into a predicate. */
    static Step vote(PtxInstruction i, Operands o) {
        PtxOperand.Register p = o.predicate(1);
        Source members = o.source(2, PtxType.U32);
        Target d = o.target(0);
        boolean ballot = i.has(".ballot");
        boolean all = i.has(".all");
        boolean any = i.has(".any");
        return (w, mask) -> {
            requireMembers(w, mask, members);
            int holds = Operands.holds(w, mask, p);
            if (ballot) {
                int[] out = d.ints(w, mask);
                java.util.Arrays.fill(out, holds);
                d.done(w, mask, Kind.INT);
            } else {
                boolean yes = all ? holds == mask : any ? holds != 0 : holds == 0 || holds == mask;
                d.predicate(w, mask, yes ? -1 : 0);
            }
            w.passedWarpSync();
        };
    }

    /** {@code activemask.b32 d}. */
    static Step activeMask(Operands o) {
        Target d = o.target(0);
        return (w, mask) -> {
            java.util.Arrays.fill(d.ints(w, mask), mask);
            d.done(w, mask, Kind.INT);
        };
    }

    /** {@code bar.warp.sync members}. */
    static Step warpBarrier(Operands o) {
        Source members = o.source(0, PtxType.U32);
        return (w, mask) -> {
            requireMembers(w, mask, members);
            w.passedWarpSync();
        };
    }

    /** All lanes that are named must be here, and all that are here must be named. */
    static void requireMembers(Warp w, int mask, Source members) {
        int[] named = members.ints(w, mask);
        int lane = Integer.numberOfTrailingZeros(mask);
        // Lanes that have left, or never were, are not waited for.
        int wanted = named[lane] & (w.groups.all() | mask);
        if (wanted != mask) {
            throw new Fault(
                    lane,
                    "wrong mask: lanes 0x"
                            + Integer.toHexString(mask)
                            + " are here, the mask names 0x"
                            + Integer.toHexString(named[lane]));
        }
    }
}
