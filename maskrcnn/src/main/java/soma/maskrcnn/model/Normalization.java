package soma.maskrcnn.model;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.InputConfig;
import soma.maskrcnn.config.RunConfig;

import java.util.Arrays;

/**
 * The statistics that pixels are normalised with, in the order of {@code INPUT.FORMAT}.
 *
 * @param mean of each channel, on the scale 0 to 255
 * @param std of each channel
 */
public record Normalization(double[] mean, double[] std) {
    /** The statistics of ImageNet, in the order B, G, R (detectron2's caffe2 models). */
    public static final Normalization IMAGENET =
            new Normalization(
                    new double[] {103.53, 116.28, 123.675}, new double[] {57.375, 57.12, 58.395});

    /**
     * The statistics that {@code SOMA.NORMALIZATION} names; for {@code config} those of {@code
     * MODEL.PIXEL_MEAN} and {@code MODEL.PIXEL_STD}.
     *
     * @throws soma.tensor.SomaException for {@code data}, which training measures and writes down
     */
    public static Normalization from(Config config) {
        return switch (RunConfig.from(config).normalization()) {
            case CONFIG -> ofPixels(config);
            case IMAGENET ->
                    InputConfig.from(config).format() == InputConfig.ChannelOrder.RGB
                            ? IMAGENET.reversed()
                            : IMAGENET;
            case DATA ->
                    throw config.invalid(
                            "SOMA.NORMALIZATION",
                            "the config of a training run, which holds what was measured");
        };
    }

    /** The same statistics with the channels in reverse order. */
    public Normalization reversed() {
        return new Normalization(reversed(mean), reversed(std));
    }

    private static double[] reversed(double[] values) {
        double[] out = new double[values.length];
        Arrays.setAll(out, i -> values[values.length - 1 - i]);
        return out;
    }

    private static Normalization ofPixels(Config config) {
        double[] mean = config.getDoubles("MODEL.PIXEL_MEAN");
        double[] std = config.getDoubles("MODEL.PIXEL_STD", mean.length);
        for (double s : std) {
            if (!(s > 0)) {
                throw config.invalid("MODEL.PIXEL_STD", "positive numbers");
            }
        }
        return new Normalization(mean, std);
    }
}
