package soma.cuda.emulator;

import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxOperand;
import soma.cuda.ptx.PtxType;

/** The addresses that an instruction accesses, checked: which memory, which offset. */
final class Addresses {
    private final Space space;
    private final int width;
    private final boolean narrow;
    private final Source base;
    private final long offset;

    /** Where a block keeps the memory that this instruction accessed last. */
    private final int slot;

    /** {@code width}: bytes that a lane accesses. */
    Addresses(Operands o, int operand, Space space, int width) {
        if (!(o.get(operand) instanceof PtxOperand.Address(PtxOperand at, long plus))) {
            throw o.error("expected an address in brackets");
        }
        this.space = space;
        this.width = width;
        this.offset = plus;
        this.slot = o.index();
        // Shared memory is also addressed by registers of 32 bits.
        narrow = at instanceof PtxOperand.Register r && r.register().type().bytes() == 4;
        if (narrow && space == Space.GLOBAL) {
            throw o.error("expected an address of 64 bits");
        }
        base = o.source(at, narrow ? PtxType.B32 : PtxType.B64, operand);
    }

    /** The space of an instruction. */
    static Space space(PtxInstruction i, Operands o) {
        for (Space space : Space.values()) {
            if (i.modifiers().stream()
                    .anyMatch(
                            m ->
                                    m.startsWith(
                                            "."
                                                    + space.name()
                                                            .toLowerCase(java.util.Locale.ROOT)))) {
                return space;
            }
        }
        throw o.error("expected a state space: .global, .shared, .local, .const or .param");
    }

    Space space() {
        return space;
    }

    int width() {
        return width;
    }

    /** Addresses of all lanes; only those of the mask mean anything. */
    long[] of(Warp warp, int mask, long[] out) {
        if (narrow) {
            int[] at = base.ints(warp, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = (at[k] & 0xffffffffL) + offset;
            }
        } else {
            long[] at = base.longs(warp, mask);
            for (int k = 0; k < Warp.LANES; k++) {
                out[k] = at[k] + offset;
            }
        }
        return out;
    }

    /**
     * The memory that the addresses of all lanes of the mask lie in, aligned and inside; null if
     * there is no such, or a lane has to be looked at on its own.
     *
     * @throws Fault if the first lane's address lies nowhere, or is misaligned
     */
    Memory common(Warp warp, int mask, long[] addresses) {
        if (space == Space.LOCAL) {
            return null;
        }
        Memory[] recent = warp.block().recent();
        int first = Integer.numberOfTrailingZeros(mask);
        Memory memory = memory(warp, first, addresses[first], recent[slot]);
        recent[slot] = memory;
        long base = memory.base();
        long last = (long) memory.size() - width;
        long outside = 0;
        long odd = 0;
        if (mask == Warp.FULL) {
            for (int k = 0; k < Warp.LANES; k++) {
                long at = addresses[k] - base;
                outside |= at | last - at;
                odd |= at;
            }
        } else {
            for (int m = mask; m != 0; m &= m - 1) {
                long at = addresses[Integer.numberOfTrailingZeros(m)] - base;
                outside |= at | last - at;
                odd |= at;
            }
        }
        return outside < 0 || (odd & width - 1) != 0 ? null : memory;
    }

    /**
     * The memory that a lane's address lies in.
     *
     * @param last where the lane before was, to look first
     * @throws Fault if it lies nowhere, or is not a multiple of the width
     */
    Memory memory(Warp warp, int lane, long address, Memory last) {
        if ((address & width - 1) != 0) {
            throw new Fault(
                    lane,
                    "misaligned access of "
                            + width
                            + " bytes, address 0x"
                            + Long.toHexString(address));
        }
        Memory memory = last;
        if (space != Space.GLOBAL) {
            memory =
                    space == Space.SHARED
                            ? warp.block().shared()
                            : space == Space.LOCAL
                                    ? warp.block().local(warp, lane)
                                    : warp.block().constants();
        } else if (last == null || !last.holds(address, width)) {
            memory = warp.block().global().find(address, width);
        }
        if (memory == null || !memory.holds(address, width)) {
            throw new Fault(
                    lane,
                    "out of bounds: "
                            + (space == Space.GLOBAL
                                    ? warp.block().global().nearest(address)
                                    : memory.describe(address))
                            + ", "
                            + width
                            + " bytes wanted");
        }
        return memory;
    }
}
