package soma.nn.optim;

/**
 * The beginning of a schedule, in which the rate rises to it (detectron2's {@code
 * WarmupParamScheduler}).
 *
 * @param iterations its length; at 0 there is none
 * @param factor of the schedule's first value, at which it begins
 * @param method how it rises
 */
public record Warmup(long iterations, double factor, Method method) {
    /** How the rate rises. */
    public enum Method {
        /** It stays at its beginning. */
        CONSTANT,
        /** In a line to the schedule's value at the warm-up's end. */
        LINEAR
    }

    /** fvcore's tolerance on the fraction of training done. */
    static final double EPSILON = 1e-6;

    /** A main schedule as a function of the fraction of training done. */
    interface Curve {
        double at(double where);
    }

    /** The multiplier at an iteration of a schedule that begins with this. */
    double apply(long iteration, long maxIterations, Curve main) {
        double where = (double) iteration / maxIterations;
        double length = Math.min((double) iterations / maxIterations, 1);
        if (where + EPSILON > length) {
            return main.at(where);
        }
        double start = factor * main.at(0);
        if (method == Method.CONSTANT) {
            return start;
        }
        double done = where / length;
        return main.at(length) * done + start * (1 - done);
    }
}
