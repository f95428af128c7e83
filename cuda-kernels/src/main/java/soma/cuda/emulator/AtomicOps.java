package soma.cuda.emulator;

import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxType;

/**
 * {@code atom} and {@code red}: read, compute, write, one lane after the other. Kernels with these
 * run their blocks one at a time.
 */
final class AtomicOps {
    /** From the old value and the operands' bits to the new. */
    @FunctionalInterface
    private interface Update {
        long of(long old, long operand, long second);
    }

    private AtomicOps() {}

    static Step of(PtxInstruction i, Operands o) {
        boolean returns = i.opcode().equals("atom");
        int first = returns ? 1 : 0;
        PtxType type = i.type();
        boolean wide = type.bytes() == 8;
        Target d = returns ? o.target(0) : null;
        Addresses at = new Addresses(o, first, Addresses.space(i, o), type.bytes());
        Source value = o.source(first + 1, type);
        Source swap = i.has(".cas") ? o.source(first + 2, type) : null;
        Update update = update(i, o, type);
        return (w, mask) -> {
            long[] addresses = at.of(w, mask, w.addresses);
            w.block().counts().access(at, addresses, mask);
            Memory memory = null;
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                memory = at.memory(w, lane, addresses[lane], memory);
                int offset = (int) (addresses[lane] - memory.base());
                memory.requireWritten(lane, offset, type.bytes());
                if (memory.log() != null) {
                    memory.log().update(w, lane, offset, type.bytes(), memory);
                }
                long operand = value.bits(w, lane, wide);
                long second = swap == null ? 0 : swap.bits(w, lane, wide);
                long old = memory.get(offset, type.bytes());
                memory.put(offset, type.bytes(), update.of(old, operand, second));
                if (d != null) {
                    d.set(w, lane, old);
                }
            }
        };
    }

    private static Update update(PtxInstruction i, Operands o, PtxType type) {
        if (i.has(".cas")) {
            return (old, compare, swap) -> old == compare ? swap : old;
        }
        if (i.has(".exch")) {
            return (_, x, _) -> x;
        }
        if (i.has(".and")) {
            return (old, x, _) -> old & x;
        }
        if (i.has(".or")) {
            return (old, x, _) -> old | x;
        }
        if (i.has(".xor")) {
            return (old, x, _) -> old ^ x;
        }
        if (i.has(".inc")) {
            return (old, x, _) -> Long.compareUnsigned(old, x) >= 0 ? 0 : old + 1;
        }
        if (i.has(".add")) {
            return switch (type) {
                case F32 ->
                        (old, x, _) ->
                                Float.floatToRawIntBits(
                                                Float.intBitsToFloat((int) old)
                                                        + Float.intBitsToFloat((int) x))
                                        & 0xffffffffL;
                case F64 ->
                        (old, x, _) ->
                                Double.doubleToRawLongBits(
                                        Double.longBitsToDouble(old) + Double.longBitsToDouble(x));
                default -> (old, x, _) -> old + x;
            };
        }
        if (i.has(".min") || i.has(".max")) {
            boolean min = i.has(".min");
            return (old, x, _) -> compare(type, old, x) < 0 == min ? old : x;
        }
        throw o.error("the operation is not emulated");
    }

    private static int compare(PtxType type, long a, long b) {
        return switch (type) {
            case S32 -> Integer.compare((int) a, (int) b);
            case S64 -> Long.compare(a, b);
            default -> Long.compareUnsigned(a, b);
        };
    }
}
