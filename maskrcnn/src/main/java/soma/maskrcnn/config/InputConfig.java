package soma.maskrcnn.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The {@code INPUT} section: how images reach the model.
 *
 * @param minSizeTrain lengths in pixels that the shorter side is resized to; the single value 0: no
 *     resizing
 * @param maxSizeTrain limit in pixels for the longer side
 * @param minSizeTest as in training; 0: no resizing
 */
public record InputConfig(
        List<Integer> minSizeTrain,
        Sampling minSizeTrainSampling,
        int maxSizeTrain,
        int minSizeTest,
        int maxSizeTest,
        Flip randomFlip,
        Crop crop,
        ChannelOrder format,
        MaskFormat maskFormat) {

    /** How a training size is drawn. */
    public enum Sampling {
        /** One of the list. */
        CHOICE,
        /** Any whole number between the two of the list, both included. */
        RANGE
    }

    /** Direction of the random flip, taken with probability 1/2. */
    public enum Flip {
        NONE,
        HORIZONTAL,
        VERTICAL
    }

    /** Order of the colour channels that the model sees. */
    public enum ChannelOrder {
        BGR,
        RGB
    }

    /** How ground-truth masks are transformed and turned into targets. */
    public enum MaskFormat {
        POLYGON,
        BITMASK
    }

    /** What a crop's size means (detectron2 data/transforms, RandomCrop). */
    public enum CropType {
        /** A fixed part of the image. */
        RELATIVE,
        /** A part drawn between the size and 1. */
        RELATIVE_RANGE,
        /** Pixels. */
        ABSOLUTE,
        /** Pixels drawn for each side between the first and the second number. */
        ABSOLUTE_RANGE
    }

    /**
     * Random cropping in training.
     *
     * @param first height, or the lower limit of {@code ABSOLUTE_RANGE}
     * @param second width, or the upper limit of {@code ABSOLUTE_RANGE}
     */
    public record Crop(boolean enabled, CropType type, double first, double second) {}

    public InputConfig {
        minSizeTrain = List.copyOf(minSizeTrain);
    }

    /** Whether training images are resized. */
    public boolean resizesTraining() {
        return minSizeTrain.getFirst() != 0;
    }

    /** Whether test images are resized. */
    public boolean resizesTest() {
        return minSizeTest != 0;
    }

    /**
     * Reads and checks {@code INPUT}.
     *
     * @throws soma.tensor.SomaException naming the first key whose value can't be used
     */
    public static InputConfig from(Config config) {
        ConfigNode input = config.node("INPUT");
        Sampling sampling =
                Sampling.valueOf(
                        upper(input.getChoice("MIN_SIZE_TRAIN_SAMPLING", "choice", "range")));
        return new InputConfig(
                sizes(input, sampling),
                sampling,
                input.getInt("MAX_SIZE_TRAIN", 1),
                input.getInt("MIN_SIZE_TEST", 0),
                input.getInt("MAX_SIZE_TEST", 1),
                Flip.valueOf(
                        upper(input.getChoice("RANDOM_FLIP", "none", "horizontal", "vertical"))),
                crop(input.node("CROP")),
                ChannelOrder.valueOf(input.getChoice("FORMAT", "BGR", "RGB")),
                MaskFormat.valueOf(upper(input.getChoice("MASK_FORMAT", "polygon", "bitmask"))));
    }

    private static List<Integer> sizes(ConfigNode input, Sampling sampling) {
        int[] sizes = input.getInts("MIN_SIZE_TRAIN");
        boolean off = sizes.length == 1 && sizes[0] == 0;
        if (!off && (sizes.length == 0 || Arrays.stream(sizes).anyMatch(size -> size < 1))) {
            throw input.invalid("MIN_SIZE_TRAIN", "lengths in pixels, or [0] for no resizing");
        }
        if (!off && sampling == Sampling.RANGE && (sizes.length != 2 || sizes[0] > sizes[1])) {
            throw input.invalid("MIN_SIZE_TRAIN", "[lowest, highest] for sampling by range");
        }
        return Arrays.stream(sizes).boxed().toList();
    }

    private static Crop crop(ConfigNode crop) {
        CropType type =
                CropType.valueOf(
                        upper(
                                crop.getChoice(
                                        "TYPE",
                                        "relative",
                                        "relative_range",
                                        "absolute",
                                        "absolute_range")));
        double[] size = crop.getDoubles("SIZE", 2);
        boolean enabled = crop.getBoolean("ENABLED");
        if (enabled) {
            check(crop, type, size);
        }
        return new Crop(enabled, type, size[0], size[1]);
    }

    private static void check(ConfigNode crop, CropType type, double[] size) {
        boolean relative = type == CropType.RELATIVE || type == CropType.RELATIVE_RANGE;
        for (double side : size) {
            boolean fits = relative ? side > 0 && side <= 1 : side >= 1 && side == Math.rint(side);
            if (!fits) {
                throw crop.invalid(
                        "SIZE", relative ? "two parts in (0, 1]" : "two whole numbers of pixels");
            }
        }
        if (type == CropType.ABSOLUTE_RANGE && size[0] > size[1]) {
            throw crop.invalid("SIZE", "[lowest, highest]");
        }
    }

    private static String upper(String choice) {
        return choice.toUpperCase(Locale.ROOT);
    }
}
