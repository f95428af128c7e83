package soma.nn.optim;

import soma.tensor.SomaException;

import java.util.Arrays;
import java.util.List;

/** Drops by a factor at given iterations, after a warm-up (detectron2's WarmupMultiStepLR). */
public final class WarmupMultiStep implements Schedule {
    private final long[] steps;
    private final double gamma;
    private final long maxIterations;
    private final Warmup warmup;

    /**
     * A schedule over {@code maxIterations} iterations.
     *
     * @param steps iterations of the drops; those after {@code maxIterations} have no effect
     * @param gamma factor of each drop
     * @throws SomaException if a step equals {@code maxIterations}, as detectron2 has it
     */
    public WarmupMultiStep(List<Long> steps, double gamma, long maxIterations, Warmup warmup) {
        if (steps.contains(maxIterations)) {
            throw new SomaException(
                    "SOLVER.STEPS: expected steps before MAX_ITER "
                            + maxIterations
                            + ", got "
                            + steps);
        }
        this.steps =
                steps.stream()
                        .mapToLong(Long::longValue)
                        .filter(s -> s < maxIterations)
                        .sorted()
                        .toArray();
        this.gamma = gamma;
        this.maxIterations = maxIterations;
        this.warmup = warmup;
    }

    @Override
    public double multiplier(long iteration) {
        return warmup.apply(iteration, maxIterations, this::main);
    }

    private double main(double where) {
        long done = (long) ((where + Warmup.EPSILON) * maxIterations);
        return Math.pow(gamma, Arrays.stream(steps).filter(s -> s <= done).count());
    }
}
