package soma.cuda.emulator;

import soma.cuda.emulator.Registers.Kind;
import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxOperand;
import soma.cuda.ptx.PtxType;

import java.util.List;

/** {@code ld} and {@code st}. */
final class MemoryOps {
    private MemoryOps() {}

    static Step load(PtxInstruction i, Operands o) {
        PtxType type = i.type();
        List<PtxOperand> parts = o.elements(0);
        List<Target> targets = parts.stream().map(o::target).toList();
        Addresses at = new Addresses(o, 1, Addresses.space(i, o), type.bytes() * targets.size());
        if (targets.size() == 1 && type.bytes() == 4) {
            return loadWord(at, targets.getFirst());
        }
        return (w, mask) -> {
            long[] addresses = at.of(w, mask, w.addresses);
            Memory memory = null;
            w.block().counts().access(at, addresses, mask);
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                memory = at.memory(w, lane, addresses[lane], memory);
                int offset = (int) (addresses[lane] - memory.base());
                checkRead(w, lane, memory, offset, at.width());
                for (int k = 0; k < targets.size(); k++) {
                    long bits = memory.get(offset + k * type.bytes(), type.bytes());
                    targets.get(k).set(w, lane, extended(type, bits));
                }
            }
        };
    }

    /** The common case, without detours. */
    private static Step loadWord(Addresses at, Target target) {
        boolean real = target.kind() == Kind.FLOAT;
        return (w, mask) -> {
            long[] addresses = at.of(w, mask, w.addresses);
            w.block().counts().access(at, addresses, mask);
            float[] floats = real ? w.floats[target.register()] : null;
            int[] ints = real ? null : w.ints[target.register()];
            Memory memory = null;
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                memory = at.memory(w, lane, addresses[lane], memory);
                int offset = (int) (addresses[lane] - memory.base());
                checkRead(w, lane, memory, offset, 4);
                if (real) {
                    floats[lane] = Float.intBitsToFloat(memory.getInt(offset));
                } else {
                    ints[lane] = memory.getInt(offset);
                }
            }
            w.defined[target.register()] |= mask;
        };
    }

    static Step store(PtxInstruction i, Operands o) {
        PtxType type = i.type();
        List<PtxOperand> parts = o.elements(1);
        boolean wide = type.bytes() == 8;
        List<Source> sources = parts.stream().map(p -> o.source(p, type, 1)).toList();
        Addresses at = new Addresses(o, 0, Addresses.space(i, o), type.bytes() * sources.size());
        if (at.space() == Space.CONST) {
            throw o.error("constant memory can't be written");
        }
        return (w, mask) -> {
            long[] addresses = at.of(w, mask, w.addresses);
            w.block().counts().access(at, addresses, mask);
            Memory memory = null;
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                memory = at.memory(w, lane, addresses[lane], memory);
                int offset = (int) (addresses[lane] - memory.base());
                for (int k = 0; k < sources.size(); k++) {
                    long bits = sources.get(k).bits(w, lane, wide);
                    write(w, lane, memory, offset + k * type.bytes(), type.bytes(), bits);
                }
            }
        };
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
    static void checkRead(Warp w, int lane, Memory memory, int offset, int width) {
        memory.requireWritten(lane, offset, width);
        if (memory.log() != null) {
            memory.log().read(w, lane, offset, width, memory);
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
