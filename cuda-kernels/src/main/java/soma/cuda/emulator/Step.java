package soma.cuda.emulator;

/** What one instruction does to the lanes of a mask. */
@FunctionalInterface
interface Step {
    /** Runs for the lanes in {@code mask}, which is not 0. */
    void run(Warp warp, int mask);
}
