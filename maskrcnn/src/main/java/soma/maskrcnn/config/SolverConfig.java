package soma.maskrcnn.config;

import java.util.Arrays;
import java.util.List;

/**
 * The {@code SOLVER} section: stochastic gradient descent and its learning rate.
 *
 * @param imagesPerBatch images in one step
 * @param weightDecayBias weight decay of biases (as {@code weightDecay} where the configuration
 *     says null)
 * @param biasLrFactor what the learning rate of biases is multiplied by
 */
public record SolverConfig(
        int maxIterations,
        int imagesPerBatch,
        Schedule schedule,
        double momentum,
        boolean nesterov,
        double weightDecay,
        double weightDecayNorm,
        double weightDecayBias,
        double biasLrFactor,
        Clipping clipping) {

    /** The main course of the learning rate. */
    public enum Decay {
        /** Multiplied by gamma at each step. */
        MULTI_STEP,
        /** Half a cosine from the base rate to the end rate. */
        COSINE
    }

    /** The course of the learning rate before {@code warmupIterations}. */
    public enum Warmup {
        /** From {@code warmupFactor} times the main course's start, linearly to the main course. */
        LINEAR,
        /** Constantly {@code warmupFactor} times the main course's start. */
        CONSTANT
    }

    /**
     * The learning rate over the iterations.
     *
     * @param steps iterations at which {@code MULTI_STEP} decays, ascending; those beyond the last
     *     iteration are left out
     * @param baseLrEnd last rate of {@code COSINE}
     */
    public record Schedule(
            Decay decay,
            double baseLr,
            double baseLrEnd,
            double gamma,
            List<Integer> steps,
            Warmup warmup,
            double warmupFactor,
            int warmupIterations) {
        public Schedule {
            steps = List.copyOf(steps);
        }
    }

    /** Which measure of a gradient is limited, for each parameter by itself. */
    public enum ClipType {
        NONE,
        /** The absolute value of each element. */
        VALUE,
        /** The norm over the elements of a parameter. */
        NORM
    }

    /**
     * Clipping of gradients.
     *
     * @param value the limit
     * @param normType p of the p-norm; infinite for the largest element
     */
    public record Clipping(ClipType type, double value, double normType) {}

    /**
     * Reads and checks {@code SOLVER}.
     *
     * @throws soma.tensor.SomaException naming the first key whose value can't be used
     */
    public static SolverConfig from(Config config) {
        ConfigNode solver = config.node("SOLVER");
        int maxIterations = solver.getInt("MAX_ITER", 1);
        double weightDecay = nonNegative(solver, "WEIGHT_DECAY");
        double biasDecay = solver.getOptionalDouble("WEIGHT_DECAY_BIAS").orElse(weightDecay);
        if (biasDecay < 0) {
            throw solver.invalid("WEIGHT_DECAY_BIAS", "null or a number of 0 or more");
        }
        boolean nesterov = solver.getBoolean("NESTEROV");
        double momentum = solver.getDouble("MOMENTUM", 0, 1);
        if (nesterov && momentum == 0) {
            throw solver.invalid("MOMENTUM", "a number above 0 with NESTEROV");
        }
        return new SolverConfig(
                maxIterations,
                solver.getInt("IMS_PER_BATCH", 1),
                schedule(solver, maxIterations),
                momentum,
                nesterov,
                weightDecay,
                nonNegative(solver, "WEIGHT_DECAY_NORM"),
                biasDecay,
                nonNegative(solver, "BIAS_LR_FACTOR"),
                clipping(solver.node("CLIP_GRADIENTS")));
    }

    private static Schedule schedule(ConfigNode solver, int maxIterations) {
        Decay decay =
                solver.getChoice("LR_SCHEDULER_NAME", "WarmupMultiStepLR", "WarmupCosineLR")
                                .equals("WarmupCosineLR")
                        ? Decay.COSINE
                        : Decay.MULTI_STEP;
        double baseLr = solver.getPositive("BASE_LR");
        double end = nonNegative(solver, "BASE_LR_END");
        if (decay == Decay.COSINE && end > baseLr) {
            throw solver.invalid("BASE_LR_END", "a number of 0 to SOLVER.BASE_LR");
        }
        return new Schedule(
                decay,
                baseLr,
                end,
                solver.getPositive("GAMMA"),
                steps(solver, decay, maxIterations),
                solver.getChoice("WARMUP_METHOD", "linear", "constant").equals("linear")
                        ? Warmup.LINEAR
                        : Warmup.CONSTANT,
                nonNegative(solver, "WARMUP_FACTOR"),
                solver.getInt("WARMUP_ITERS", 0));
    }

    private static List<Integer> steps(ConfigNode solver, Decay decay, int maxIterations) {
        if (decay == Decay.COSINE) {
            return List.of();
        }
        int[] steps = solver.getInts("STEPS");
        for (int i = 0; i < steps.length; i++) {
            // Milestones ascend in fvcore's MultiStepParamScheduler, and lie below the last.
            if (steps[i] < 1 || i > 0 && steps[i] <= steps[i - 1]) {
                throw solver.invalid("STEPS", "ascending iterations from 1");
            }
            if (steps[i] == maxIterations) {
                throw solver.invalid("STEPS", "iterations below SOLVER.MAX_ITER " + maxIterations);
            }
        }
        return Arrays.stream(steps).filter(step -> step < maxIterations).boxed().toList();
    }

    private static Clipping clipping(ConfigNode clip) {
        String type = clip.getChoice("CLIP_TYPE", "value", "norm");
        double value = clip.getPositive("CLIP_VALUE");
        double normType = clip.getDouble("NORM_TYPE");
        if (!(normType > 0)) {
            throw clip.invalid("NORM_TYPE", "a number above 0 or .inf");
        }
        if (!clip.getBoolean("ENABLED")) {
            return new Clipping(ClipType.NONE, value, normType);
        }
        return new Clipping(type.equals("value") ? ClipType.VALUE : ClipType.NORM, value, normType);
    }

    private static double nonNegative(ConfigNode solver, String key) {
        return solver.getDouble(key, 0, Double.MAX_VALUE);
    }
}
