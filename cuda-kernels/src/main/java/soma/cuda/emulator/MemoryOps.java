package soma.cuda.emulator;

import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxOperand;
import soma.cuda.ptx.PtxType;

import java.util.Arrays;
import java.util.List;

/** {@code ld} and {@code st}. */
final class MemoryOps {
    private MemoryOps() {}

    static Step load(PtxInstruction i, Operands o) {
        PtxType type = i.type();
        Target[] targets = o.elements(0).stream().map(o::target).toArray(Target[]::new);
        Addresses at = new Addresses(o, 1, Addresses.space(i, o), type.bytes() * targets.length);
        boolean words = type.bytes() == 4 && Arrays.stream(targets).allMatch(Target::isWord);
        boolean atomic = isStrong(i);
        return (w, mask) -> {
            long[] addresses = at.of(w, mask, w.addresses);
            w.block().counts().access(at, addresses, mask);
            Memory memory = words ? at.common(w, mask, addresses) : null;
            if (memory != null && !memory.isWatched()) {
                for (int k = 0; k < targets.length; k++) {
                    targets[k].load(w, mask, memory, addresses, 4 * k);
                }
                return;
            }
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                memory = at.memory(w, lane, addresses[lane], memory);
                int offset = (int) (addresses[lane] - memory.base());
                checkRead(w, lane, memory, offset, at.width(), atomic);
                for (int k = 0; k < targets.length; k++) {
                    long bits = memory.get(offset + k * type.bytes(), type.bytes());
                    targets[k].set(w, lane, extended(type, bits));
                }
            }
        };
    }

    /** Whether an access is made to be seen by others while it happens. */
    private static boolean isStrong(PtxInstruction i) {
        return i.has(".volatile") || i.has(".relaxed") || i.has(".acquire") || i.has(".release");
    }

    static Step store(PtxInstruction i, Operands o) {
        PtxType type = i.type();
        List<PtxOperand> parts = o.elements(1);
        Source[] sources = new Source[parts.size()];
        for (int k = 0; k < sources.length; k++) {
            sources[k] = o.source(parts.get(k), type, k);
        }
        boolean wide = type.bytes() == 8;
        boolean words = type.bytes() == 4;
        Addresses at = new Addresses(o, 0, Addresses.space(i, o), type.bytes() * sources.length);
        if (at.space() == Space.CONST) {
            throw o.error("constant memory can't be written");
        }
        if (isStrong(i)) {
            throw o.error("only plain stores are emulated: write atomically with atom.exch");
        }
        return (w, mask) -> {
            long[] addresses = at.of(w, mask, w.addresses);
            w.block().counts().access(at, addresses, mask);
            Memory memory = words ? at.common(w, mask, addresses) : null;
            if (memory != null && !memory.isWatched()) {
                for (int k = 0; k < sources.length; k++) {
                    storeWords(sources[k].ints(w, mask), mask, memory, addresses, 4 * k);
                }
                return;
            }
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                memory = at.memory(w, lane, addresses[lane], memory);
                int offset = (int) (addresses[lane] - memory.base());
                for (int k = 0; k < sources.length; k++) {
                    long bits = sources[k].bits(w, lane, wide);
                    write(w, lane, memory, offset + k * type.bytes(), type.bytes(), bits);
                }
            }
        };
    }

    private static void storeWords(
            int[] values, int mask, Memory memory, long[] addresses, int plus) {
        long base = memory.base() - plus;
        if (mask == Warp.FULL) {
            for (int k = 0; k < Warp.LANES; k++) {
                memory.putInt((int) (addresses[k] - base), values[k]);
            }
            return;
        }
        for (int m = mask; m != 0; m &= m - 1) {
            int lane = Integer.numberOfTrailingZeros(m);
            memory.putInt((int) (addresses[lane] - base), values[lane]);
        }
    }

    /** {@code ld.param}: an argument of the launch, by name. */
    static Step parameter(PtxInstruction i, Operands o, int index, int bytes) {
        if (i.type().bytes() != bytes) {
            throw o.error("the parameter has " + bytes + " bytes");
        }
        Target d = o.target(0);
        return (w, mask) -> {
            long bits = w.block().argument(index);
            for (int m = mask; m != 0; m &= m - 1) {
                d.set(w, Integer.numberOfTrailingZeros(m), bits);
            }
        };
    }

    /** Checks of a read that only full checking has. */
    static void checkRead(Warp w, int lane, Memory memory, int offset, int width, boolean atomic) {
        memory.requireWritten(lane, offset, width);
        if (memory.log() != null) {
            memory.log().read(w, lane, offset, width, atomic, memory);
        }
    }

    /** Writes a value of one lane, with the checks of a write. */
    static void write(Warp w, int lane, Memory memory, int offset, int width, long bits) {
        if (memory.log() != null) {
            long keep = width == 8 ? -1L : (1L << 8 * width) - 1;
            boolean same = (memory.get(offset, width) & keep) == (bits & keep);
            memory.log().write(w, lane, offset, width, same, memory);
        }
        memory.put(offset, width, bits);
    }

    /** A value narrower than its register, with its sign if it has one. */
    static long extended(PtxType type, long bits) {
        return switch (type) {
            case S8 -> (byte) bits;
            case S16 -> (short) bits;
            default -> bits;
        };
    }
}
