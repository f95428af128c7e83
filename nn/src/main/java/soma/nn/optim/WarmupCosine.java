package soma.nn.optim;

/**
 * Half a cosine from 1 to {@code end}, after a warm-up (detectron2's WarmupCosineLR).
 *
 * @param end the last multiplier
 */
public record WarmupCosine(double end, long maxIterations, Warmup warmup) implements Schedule {
    @Override
    public double multiplier(long iteration) {
        return warmup.apply(iteration, maxIterations, this::main);
    }

    private double main(double where) {
        return end + 0.5 * (1 - end) * (1 + Math.cos(Math.PI * where));
    }
}
