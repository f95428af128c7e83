package soma.cuda.emulator;

import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxOperand;
import soma.cuda.ptx.PtxType;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * {@code cp.async}: copies from global to shared memory that happen when they are waited for, and
 * not before, so that a wait that is missing shows as shared memory that was never written.
 */
final class AsyncCopies {
    /** Something to do later, in the name of a warp's lanes. */
    private record Pending(Warp warp, int lane, Memory to, int at, byte[] bytes) {}

    private final Deque<List<Pending>> groups = new ArrayDeque<>();
    private List<Pending> open = new ArrayList<>();

    /** Forgets everything, for the next block. */
    void reset() {
        groups.clear();
        open = new ArrayList<>();
    }

    /** {@code cp.async.cg.shared.global [to], [from], bytes (, sourceBytes)}. */
    static Step copy(PtxInstruction i, Operands o) {
        if (!(o.get(2) instanceof PtxOperand.Immediate(long bytes, PtxType _))) {
            throw o.error("expected a number of bytes");
        }
        int size = (int) bytes;
        Addresses to = new Addresses(o, 0, Space.SHARED, size);
        Addresses from = new Addresses(o, 1, Space.GLOBAL, size);
        Source read = o.size() > 3 ? o.source(3, PtxType.U32) : Source.constant(size, size, 0, 0);
        return (w, mask) -> {
            long[] sources = from.of(w, mask, new long[Warp.LANES]);
            long[] targets = to.of(w, mask, new long[Warp.LANES]);
            int[] counts = read.ints(w, mask);
            w.block().counts().access(from, sources, mask);
            for (int m = mask; m != 0; m &= m - 1) {
                int lane = Integer.numberOfTrailingZeros(m);
                byte[] copied = new byte[size]; // what is beyond the source's bytes is zero
                if (counts[lane] > 0) {
                    Memory memory = from.memory(w, lane, sources[lane], null);
                    int offset = (int) (sources[lane] - memory.base());
                    MemoryOps.checkRead(w, lane, memory, offset, counts[lane], false);
                    System.arraycopy(memory.bytes(), offset, copied, 0, counts[lane]);
                }
                Memory shared = to.memory(w, lane, targets[lane], null);
                shared.startWrite(w, lane, (int) targets[lane], size);
                w.copies.open.add(new Pending(w, lane, shared, (int) targets[lane], copied));
            }
        };
    }

    /** {@code cp.async.commit_group}. */
    static Step commit() {
        return (w, _) -> {
            w.copies.groups.addLast(w.copies.open);
            w.copies.open = new ArrayList<>();
        };
    }

    /** {@code cp.async.wait_group n}: all groups but the last n; {@code wait_all}: everything. */
    static Step await(PtxInstruction i, Operands o) {
        int but = i.has(".wait_all") ? 0 : (int) ((PtxOperand.Immediate) o.get(0)).bits();
        boolean all = i.has(".wait_all");
        return (w, _) -> {
            if (all) {
                w.copies.groups.addLast(w.copies.open);
                w.copies.open = new ArrayList<>();
            }
            while (w.copies.groups.size() > but) {
                w.copies.groups.removeFirst().forEach(AsyncCopies::land);
            }
        };
    }

    private static void land(Pending pending) {
        byte[] bytes = pending.bytes();
        pending.to().startWrite(pending.warp(), pending.lane(), pending.at(), bytes.length);
        System.arraycopy(bytes, 0, pending.to().bytes(), pending.at(), bytes.length);
        pending.to().written(pending.at(), bytes.length);
    }
}
