package soma.maskrcnn.config;

/**
 * The order of the training images: {@code DATALOADER.SAMPLER_TRAIN} and {@code REPEAT_*}.
 *
 * @param kind how they are drawn
 * @param repeatThreshold classes on a smaller share of the images are repeated
 * @param repeatSqrt whether they are repeated by the root of threshold over share, not the ratio
 */
public record SamplerConfig(Kind kind, double repeatThreshold, boolean repeatSqrt) {
    /** How training images are drawn. */
    public enum Kind {
        /** Each once an epoch (detectron2's {@code TrainingSampler}). */
        UNIFORM,
        /** Those of rare classes more often (detectron2's {@code RepeatFactorTrainingSampler}). */
        REPEAT_FACTOR
    }

    /**
     * Reads and checks the keys.
     *
     * @throws soma.tensor.SomaException naming the first key whose value can't be used
     */
    public static SamplerConfig from(Config config) {
        ConfigNode loader = config.node("DATALOADER");
        boolean uniform = loader.getString("SAMPLER_TRAIN").equals("TrainingSampler");
        return new SamplerConfig(
                uniform ? Kind.UNIFORM : Kind.REPEAT_FACTOR,
                loader.getDouble("REPEAT_THRESHOLD", 0, Double.MAX_VALUE),
                loader.getBoolean("REPEAT_SQRT"));
    }
}
