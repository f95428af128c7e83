package soma.maskrcnn.config;

import soma.tensor.spi.Precision;

/**
 * What a training run does beside optimising: its seed, loading, logging, checkpoints, evaluation
 * and what happens when it diverges.
 *
 * @param seed negative: a new one each time
 * @param aspectRatioGrouping batches hold only wide or only tall images
 * @param filterEmptyAnnotations images without annotations are left out of training
 * @param logPeriod iterations between lines of {@code metrics.json}
 * @param checkpointPeriod iterations or epochs between checkpoints
 * @param evalPeriod iterations or epochs between evaluations; 0: only at the end
 * @param periodsInEpochs whether the two periods count epochs
 * @param precision what matrix products and convolutions multiply in
 * @param calibrateFrozenBn whether frozen batch norms get the statistics of the first images
 */
public record RunConfig(
        long seed,
        boolean aspectRatioGrouping,
        boolean filterEmptyAnnotations,
        int logPeriod,
        int checkpointPeriod,
        int evalPeriod,
        boolean periodsInEpochs,
        Precision precision,
        Normalization normalization,
        boolean calibrateFrozenBn,
        Divergence divergence) {

    /** Where the input's mean and standard deviation come from. */
    public enum Normalization {
        CONFIG,
        IMAGENET,
        DATA
    }

    /**
     * What happens when a loss or gradient is no longer finite.
     *
     * @param rollback go back to the last good checkpoint instead of stopping
     * @param lrFactor what the learning rate is multiplied by at each return
     * @param maxRollbacks returns before the run stops with an error
     */
    public record Divergence(boolean rollback, double lrFactor, int maxRollbacks) {}

    /** Iterations between checkpoints. */
    public int checkpointIterations(int iterationsPerEpoch) {
        return iterations(checkpointPeriod, iterationsPerEpoch);
    }

    /** Iterations between evaluations; 0: only at the end. */
    public int evalIterations(int iterationsPerEpoch) {
        return iterations(evalPeriod, iterationsPerEpoch);
    }

    private int iterations(int period, int iterationsPerEpoch) {
        long factor = periodsInEpochs ? Math.max(1, iterationsPerEpoch) : 1;
        return (int) Math.min(Integer.MAX_VALUE, period * factor);
    }

    /**
     * Reads and checks the keys.
     *
     * @throws soma.tensor.SomaException naming the first key whose value can't be used
     */
    public static RunConfig from(Config config) {
        ConfigNode soma = config.node("SOMA");
        ConfigNode divergence = soma.node("DIVERGENCE");
        double lrFactor = divergence.getDouble("LR_FACTOR");
        if (!(lrFactor > 0 && lrFactor < 1)) {
            throw divergence.invalid("LR_FACTOR", "a number between 0 and 1");
        }
        return new RunConfig(
                config.getLong("SEED"),
                config.getBoolean("DATALOADER.ASPECT_RATIO_GROUPING"),
                config.getBoolean("DATALOADER.FILTER_EMPTY_ANNOTATIONS"),
                soma.getInt("LOG_PERIOD", 1),
                config.getInt("SOLVER.CHECKPOINT_PERIOD", 1),
                config.getInt("TEST.EVAL_PERIOD", 0),
                soma.getBoolean("PERIODS_IN_EPOCHS"),
                switch (soma.getChoice("PRECISION", "float32", "tf32", "bf16")) {
                    case "tf32" -> Precision.TF32;
                    case "bf16" -> Precision.BF16;
                    default -> Precision.FLOAT32;
                },
                switch (soma.getChoice("NORMALIZATION", "config", "imagenet", "data")) {
                    case "imagenet" -> Normalization.IMAGENET;
                    case "data" -> Normalization.DATA;
                    default -> Normalization.CONFIG;
                },
                soma.getBoolean("CALIBRATE_FROZEN_BN"),
                new Divergence(
                        divergence.getBoolean("ROLLBACK"),
                        lrFactor,
                        divergence.getInt("MAX_ROLLBACKS", 1)));
    }
}
