package soma.cuda.jcuda;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.cuda.driver.Kernel;

/**
 * The launches, of kernels and by libraries, that the host has not waited for. A fault shows at
 * some later call, so these are what it may have happened in.
 */
final class LaunchLog {
    /** How many are kept; a line of text can't take more anyway. */
    private static final int KEPT = 4;

    private final Object[] newest = new Object[KEPT];
    private long count;

    private record Launch(Kernel kernel, Geometry geometry, Arguments arguments) {
        @Override
        public String toString() {
            return "kernel " + describe(kernel, geometry, arguments);
        }
    }

    private record LibraryCall(String function, Object operands) {
        @Override
        public String toString() {
            return function + " of " + operands;
        }
    }

    /** A launch for messages. */
    static String describe(Kernel kernel, Geometry geometry, Arguments arguments) {
        return kernel.name() + " " + geometry + " (" + arguments.describe(kernel) + ")";
    }

    /** Remembers a launch. */
    void add(Kernel kernel, Geometry geometry, Arguments arguments) {
        add(new Launch(kernel, geometry, arguments));
    }

    /** Remembers a call of a library's function that starts kernels of its own. */
    void add(String function, Object operands) {
        add(new LibraryCall(function, operands));
    }

    private void add(Object launch) {
        newest[(int) (count++ % KEPT)] = launch;
    }

    /** All of them ended well. */
    void clear() {
        count = 0;
    }

    /** Names what a fault may come from, newest first, with geometry and arguments. */
    String suspects() {
        if (count == 0) {
            return "nothing was running";
        }
        if (count == 1) {
            return "in " + newest[0];
        }
        StringBuilder text =
                new StringBuilder("in one of the last " + count + " launches (-D")
                        .append(NvidiaDriver.SYNC)
                        .append("=true tells which); the newest are ");
        for (int i = 0; i < Math.min(count, KEPT); i++) {
            text.append(i == 0 ? "" : ", then ").append(newest[(int) ((count - 1 - i) % KEPT)]);
        }
        return text.toString();
    }
}
