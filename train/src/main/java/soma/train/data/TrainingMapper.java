package soma.train.data;

import soma.maskrcnn.augment.Augmentation;
import soma.maskrcnn.augment.RandomColor;
import soma.maskrcnn.augment.TransformList;
import soma.maskrcnn.config.AugmentationConfig;
import soma.maskrcnn.config.InputConfig;
import soma.maskrcnn.config.InputConfig.ChannelOrder;
import soma.maskrcnn.data.GroundTruth;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.nn.RandomStreams;
import soma.tensor.SomaException;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Reads and augments one image with its annotations (detectron2's {@code DatasetMapper}); crowds,
 * boxes without area and empty masks are dropped.
 *
 * <p>What is drawn depends on the seed and the example's place in the training sequence alone, not
 * on the thread or on what was mapped before. Safe for several threads.
 */
public final class TrainingMapper {
    private final InputConfig input;
    private final List<Augmentation> geometric;
    private final AnnotationMapper annotations;
    private final CopyPaste copyPaste;
    private final List<RandomColor> colors;
    private final ImageCache cache;
    private final RandomStreams streams;

    /** A mapper that does what {@code INPUT} says, as detectron2 would. */
    public TrainingMapper(InputConfig input, ImageCache cache, RandomStreams streams) {
        this(input, AugmentationConfig.NONE, List.of(), cache, streams);
    }

    /**
     * A mapper of one run.
     *
     * @param images of the run, whose objects may be pasted into others
     */
    public TrainingMapper(
            InputConfig input,
            AugmentationConfig aug,
            List<ImageRecord> images,
            ImageCache cache,
            RandomStreams streams) {
        this.input = input;
        this.cache = cache;
        this.streams = streams;
        this.geometric = TrainingAugmentations.geometric(input, aug);
        this.annotations =
                new AnnotationMapper(
                        input.maskFormat(), input.crop().enabled() || aug.cuts(), aug.minVisible());
        this.copyPaste = new CopyPaste(aug.copyPaste(), aug.minVisible(), images);
        this.colors = TrainingAugmentations.color(aug.color());
    }

    /**
     * Maps the example at a position of the training sequence.
     *
     * @throws SomaException naming the file if it can't be read or has another size than annotated
     */
    public TrainingExample map(ImageRecord record, long position) {
        RandomGenerator random = streams.fresh("mapper/" + position);
        AugmentedImage augmented = transformed(record, random);
        Optional<ImageRecord> source = copyPaste.drawSource(record, random);
        if (source.isPresent()) {
            AugmentedImage second = transformed(source.get(), random);
            augmented = copyPaste.paste(augmented, second, random);
        }
        Image8 image = augmented.image();
        for (RandomColor color : colors) {
            image = color.apply(image, random);
        }
        return new TrainingExample(
                record.id(),
                input.format() == ChannelOrder.RGB ? image.reverseChannels() : image,
                truth(image, augmented.objects()));
    }

    private AugmentedImage transformed(ImageRecord record, RandomGenerator random) {
        ImageSize size = new ImageSize(record.height(), record.width());
        TransformList transform = TransformList.draw(geometric, size, random);
        return new AugmentedImage(
                transform.applyImage(read(record)), annotations.map(record, transform));
    }

    private Image8 read(ImageRecord record) {
        Image8 image = cache.read(record.file());
        if (image.height() != record.height() || image.width() != record.width()) {
            throw new SomaException(
                    "%s: image size: expected %dx%d as annotated, got %dx%d"
                            .formatted(
                                    record.file(),
                                    record.height(),
                                    record.width(),
                                    image.height(),
                                    image.width()));
        }
        return image;
    }

    private static GroundTruth truth(Image8 image, List<TrainingObject> objects) {
        float[] boxes = new float[4 * objects.size()];
        int[] classes = new int[objects.size()];
        List<Segmentation> masks = new ArrayList<>(objects.size());
        for (TrainingObject object : objects) {
            int i = masks.size();
            System.arraycopy(object.box(), 0, boxes, 4 * i, 4);
            classes[i] = object.category();
            masks.add(object.mask());
        }
        return new GroundTruth(image.height(), image.width(), boxes, classes, masks);
    }
}
