package soma.cuda.emulator;

import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxOperand;

/**
 * A translated instruction.
 *
 * @param kind what it does to the flow
 * @param step what it does to lanes; null for what only directs the flow
 * @param guard predicate under which it runs; null for always
 * @param barrier which barrier it waits at: number and threads, for {@code bar.sync}
 */
record Op(
        PtxInstruction instruction,
        Kind kind,
        Step step,
        PtxOperand.Register guard,
        Barrier barrier) {
    /** What an instruction does to the flow. */
    enum Kind {
        STEP,
        BRANCH,
        EXIT,
        BARRIER
    }

    /**
     * What {@code bar.sync} names.
     *
     * @param id number of the barrier
     * @param threads that it waits for; 0 for all of the block
     */
    record Barrier(int id, int threads) {}
}
