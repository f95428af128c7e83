package soma.tensor.cpu.vector;

import soma.tensor.cpu.Workers;

/** Splits a range into spans of a fixed length, which the threads share. */
final class Spans {
    /** Elements that are worth a task of their own in memory-bound loops. */
    static final int GRAIN = 1 << 14;

    private Spans() {}

    /** Work on the elements {@code from} to {@code to} (exclusive). */
    @FunctionalInterface
    interface Body {
        void run(int from, int to);
    }

    /** How many spans of {@code grain} cover {@code n} elements. */
    static int count(int n, int grain) {
        return (int) (((long) n + grain - 1) / grain);
    }

    /** Runs {@code body} on all spans of {@code grain} elements; the last one may be shorter. */
    static void forEach(int n, int grain, Body body) {
        Workers.parallelFor(
                count(n, grain),
                task -> body.run(task * grain, (int) Math.min(n, (task + 1L) * grain)));
    }
}
