package soma.cuda.jcuda;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.cuda.driver.Kernel;

/**
 * The launches that the host has not waited for. A fault shows at some later call, so these are the
 * kernels that it may have happened in.
 */
final class LaunchLog {
    /** How many are kept; a line of text can't take more anyway. */
    private static final int KEPT = 4;

    private final Launch[] newest = new Launch[KEPT];
    private long count;

    private record Launch(Kernel kernel, Geometry geometry, Arguments arguments) {
        @Override
        public String toString() {
            return describe(kernel, geometry, arguments);
        }
    }

    /** A launch for messages. */
    static String describe(Kernel kernel, Geometry geometry, Arguments arguments) {
        return kernel.name() + " " + geometry + " (" + arguments.describe(kernel) + ")";
    }

    /** Remembers a launch. */
    void add(Kernel kernel, Geometry geometry, Arguments arguments) {
        newest[(int) (count++ % KEPT)] = new Launch(kernel, geometry, arguments);
    }

    /** All of them ended well. */
    void clear() {
        count = 0;
    }

    /** Names the kernels that a fault may come from, with geometry and arguments, newest first. */
    String suspects() {
        if (count == 0) {
            return "no kernel was running";
        }
        if (count == 1) {
            return "in kernel " + newest[0];
        }
        StringBuilder text =
                new StringBuilder("in one of the last " + count + " kernels (-D")
                        .append(NvidiaDriver.SYNC)
                        .append("=true tells which); the newest are ");
        for (int i = 0; i < Math.min(count, KEPT); i++) {
            text.append(i == 0 ? "" : ", then ").append(newest[(int) ((count - 1 - i) % KEPT)]);
        }
        return text.toString();
    }
}
