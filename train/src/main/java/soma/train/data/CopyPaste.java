package soma.train.data;

import soma.maskrcnn.config.AugmentationConfig;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Simple copy-paste (Ghiasi et al. 2021): objects of a second training image, augmented by itself,
 * are laid over the first one without blending. What they cover is cut from the objects below;
 * those of which too little remains vanish.
 */
final class CopyPaste {
    private final AugmentationConfig.CopyPaste settings;
    private final double minVisible;
    private final List<ImageRecord> images;
    private final Map<Integer, List<ImageRecord>> byClass = new HashMap<>();

    /**
     * Pasting from a set of images.
     *
     * @param minVisible part of an object that must remain, 0 to 1
     */
    CopyPaste(AugmentationConfig.CopyPaste settings, double minVisible, List<ImageRecord> images) {
        this.settings = settings;
        this.minVisible = minVisible;
        this.images = images;
        for (ImageRecord image : images) {
            byClass.computeIfAbsent(image.majorityCategory(), _ -> new ArrayList<>()).add(image);
        }
    }

    /** Draws the image to paste from, or none; without pasting nothing is drawn. */
    Optional<ImageRecord> drawSource(ImageRecord target, RandomGenerator random) {
        if (settings.probability() == 0 || random.nextDouble() >= settings.probability()) {
            return Optional.empty();
        }
        List<ImageRecord> sources =
                settings.sameClass()
                        ? byClass.getOrDefault(target.majorityCategory(), List.of())
                        : images;
        return sources.isEmpty()
                ? Optional.empty()
                : Optional.of(sources.get(random.nextInt(sources.size())));
    }

    /**
     * Pastes objects that are drawn from {@code source}; where it is of another size, the upper
     * left corners lie on each other.
     */
    AugmentedImage paste(AugmentedImage target, AugmentedImage source, RandomGenerator random) {
        Image8 image = target.image();
        List<TrainingObject> pasted = new ArrayList<>();
        List<Rle> masks = new ArrayList<>();
        for (TrainingObject object : source.objects()) {
            if (random.nextDouble() >= settings.part()) {
                continue;
            }
            Rle whole = object.mask().toRle(source.image().height(), source.image().width());
            Rle mask = whole.crop(0, 0, image.height(), image.width());
            remaining(object, whole, mask).ifPresent(pasted::add);
        }
        if (pasted.isEmpty()) {
            return target;
        }
        for (TrainingObject object : pasted) {
            masks.add(object.mask().toRle(image.height(), image.width()));
        }
        Rle cover = Rle.union(masks);
        List<TrainingObject> objects = new ArrayList<>();
        for (TrainingObject object : target.objects()) {
            Rle whole = object.mask().toRle(image.height(), image.width());
            if (whole.intersectionArea(cover) == 0) {
                objects.add(object);
            } else {
                remaining(object, whole, whole.subtract(cover)).ifPresent(objects::add);
            }
        }
        objects.addAll(pasted);
        return new AugmentedImage(copy(source.image(), cover, image), objects);
    }

    /** The object with what is left of its mask, unless that is too little. */
    private Optional<TrainingObject> remaining(TrainingObject object, Rle whole, Rle left) {
        double visible = object.visible() * left.area() / whole.area();
        if (left.isEmpty() || visible < minVisible) {
            return Optional.empty();
        }
        Segmentation mask = new Segmentation.OfRle(left);
        return Optional.of(
                new TrainingObject(object.category(), TrainingObject.bounds(mask), mask, visible));
    }

    private static Image8 copy(Image8 from, Rle where, Image8 onto) {
        int channels = onto.channels();
        byte[] pixels = onto.pixels().clone();
        where.forEachColumnRun(
                (x, top, bottom) -> {
                    for (int y = top; y < bottom; y++) {
                        System.arraycopy(
                                from.pixels(),
                                (y * from.width() + x) * channels,
                                pixels,
                                (y * onto.width() + x) * channels,
                                channels);
                    }
                });
        return new Image8(onto.height(), onto.width(), channels, pixels);
    }
}
