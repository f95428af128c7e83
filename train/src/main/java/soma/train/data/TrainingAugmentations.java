package soma.train.data;

import soma.maskrcnn.augment.Augmentation;
import soma.maskrcnn.augment.FixedSizeCrop;
import soma.maskrcnn.augment.RandomColor;
import soma.maskrcnn.augment.RandomCrop;
import soma.maskrcnn.augment.RandomFlip;
import soma.maskrcnn.augment.RandomFlip.Direction;
import soma.maskrcnn.augment.RandomRotate90;
import soma.maskrcnn.augment.RandomRotation;
import soma.maskrcnn.augment.ResizeScale;
import soma.maskrcnn.augment.ResizeShortestEdge;
import soma.maskrcnn.config.AugmentationConfig;
import soma.maskrcnn.config.AugmentationConfig.Amount;
import soma.maskrcnn.config.AugmentationConfig.Color;
import soma.maskrcnn.config.AugmentationConfig.LargeScaleJitter;
import soma.maskrcnn.config.InputConfig;
import soma.maskrcnn.config.InputConfig.Crop;
import soma.maskrcnn.config.InputConfig.Flip;
import soma.maskrcnn.config.InputConfig.Sampling;
import soma.maskrcnn.image.Clahe;
import soma.maskrcnn.image.GaussianBlur;
import soma.maskrcnn.image.GaussianNoise;
import soma.maskrcnn.image.Hue;
import soma.maskrcnn.image.Tone;

import java.util.ArrayList;
import java.util.List;

/**
 * The augmentations that a configuration asks for, in order. Those of {@code INPUT} are in the
 * order of detectron2's {@code DefaultTrainer}: crop, resize, flip.
 */
final class TrainingAugmentations {
    private TrainingAugmentations() {}

    static List<Augmentation> geometric(InputConfig input, AugmentationConfig aug) {
        List<Augmentation> list = new ArrayList<>();
        if (aug.rotation().probability() > 0) {
            // First, so that a crop shows what lies beyond its corners instead of filling.
            list.add(
                    new RandomRotation(
                            aug.rotation().probability(), aug.rotation().degrees(), aug.fill()));
        }
        Crop crop = input.crop();
        if (crop.enabled()) {
            list.add(new RandomCrop(crop.type(), crop.first(), crop.second()));
        }
        LargeScaleJitter jitter = aug.largeScaleJitter();
        if (jitter.enabled()) {
            list.add(new ResizeScale(jitter.low(), jitter.high(), jitter.size()));
        } else if (input.resizesTraining()) {
            list.add(resize(input));
        }
        if (input.randomFlip() != Flip.NONE) {
            list.add(
                    new RandomFlip(
                            0.5,
                            input.randomFlip() == Flip.HORIZONTAL
                                    ? Direction.HORIZONTAL
                                    : Direction.VERTICAL));
        }
        if (aug.horizontalFlip() > 0) {
            list.add(new RandomFlip(aug.horizontalFlip(), Direction.HORIZONTAL));
        }
        if (aug.verticalFlip() > 0) {
            list.add(new RandomFlip(aug.verticalFlip(), Direction.VERTICAL));
        }
        if (aug.rotate90() > 0) {
            list.add(new RandomRotate90(aug.rotate90()));
        }
        if (jitter.enabled()) {
            list.add(new FixedSizeCrop(jitter.size(), aug.fill()));
        }
        return list;
    }

    private static ResizeShortestEdge resize(InputConfig input) {
        return new ResizeShortestEdge(
                input.minSizeTrain().stream().mapToInt(Integer::intValue).toArray(),
                input.maxSizeTrain(),
                input.minSizeTrainSampling() == Sampling.RANGE
                        ? ResizeShortestEdge.Sampling.RANGE
                        : ResizeShortestEdge.Sampling.CHOICE);
    }

    static List<RandomColor> color(Color color) {
        int rows = color.claheTiles().height();
        int columns = color.claheTiles().width();
        List<RandomColor> list = new ArrayList<>();
        add(list, color.brightness(), (image, factor, _) -> Tone.brightness(image, factor));
        add(list, color.contrast(), (image, factor, _) -> Tone.contrast(image, factor));
        add(list, color.saturation(), (image, factor, _) -> Tone.saturation(image, factor));
        add(list, color.hue(), (image, degrees, _) -> Hue.turn(image, degrees));
        add(list, color.gamma(), (image, exponent, _) -> Tone.gamma(image, exponent));
        add(list, color.clahe(), (image, limit, _) -> Clahe.apply(image, limit, rows, columns));
        add(list, color.blur(), (image, sigma, _) -> GaussianBlur.apply(image, sigma));
        add(list, color.noise(), GaussianNoise::add);
        return list;
    }

    private static void add(List<RandomColor> list, Amount amount, RandomColor.Change change) {
        if (amount.probability() > 0) {
            list.add(new RandomColor(amount.probability(), amount.low(), amount.high(), change));
        }
    }
}
