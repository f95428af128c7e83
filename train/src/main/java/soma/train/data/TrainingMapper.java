package soma.train.data;

import soma.maskrcnn.augment.Augmentation;
import soma.maskrcnn.augment.RandomFlip;
import soma.maskrcnn.augment.ResizeShortestEdge;
import soma.maskrcnn.augment.Transform;
import soma.maskrcnn.augment.TransformList;
import soma.maskrcnn.config.InputConfig;
import soma.maskrcnn.config.InputConfig.ChannelOrder;
import soma.maskrcnn.config.InputConfig.Flip;
import soma.maskrcnn.config.InputConfig.MaskFormat;
import soma.maskrcnn.config.InputConfig.Sampling;
import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.GroundTruth;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Rle;
import soma.nn.RandomStreams;
import soma.tensor.SomaException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads and augments one image with its annotations (detectron2's {@code DatasetMapper}): resize,
 * then flip; crowds, boxes without area and empty masks are dropped.
 *
 * <p>What is drawn depends on the seed and the example's place in the training sequence alone, not
 * on the thread or on what was mapped before. Safe for several threads.
 */
public final class TrainingMapper {
    /** detectron2 {@code filter_empty_instances}: smaller sides count as none. */
    private static final float MIN_SIDE = 1e-5f;

    private final InputConfig input;
    private final List<Augmentation> augmentations;
    private final ImageCache cache;
    private final RandomStreams streams;

    /**
     * A mapper of one run.
     *
     * @throws SomaException if the config asks for random crops, which aren't supported
     */
    public TrainingMapper(InputConfig input, ImageCache cache, RandomStreams streams) {
        if (input.crop().enabled()) {
            throw new SomaException(
                    "INPUT.CROP.ENABLED: expected false (random crops aren't supported), got true");
        }
        this.input = input;
        this.cache = cache;
        this.streams = streams;
        this.augmentations = augmentations(input);
    }

    private static List<Augmentation> augmentations(InputConfig input) {
        List<Augmentation> list = new ArrayList<>();
        if (input.resizesTraining()) {
            list.add(
                    new ResizeShortestEdge(
                            input.minSizeTrain().stream().mapToInt(Integer::intValue).toArray(),
                            input.maxSizeTrain(),
                            input.minSizeTrainSampling() == Sampling.RANGE
                                    ? ResizeShortestEdge.Sampling.RANGE
                                    : ResizeShortestEdge.Sampling.CHOICE));
        }
        if (input.randomFlip() != Flip.NONE) {
            list.add(
                    new RandomFlip(
                            0.5,
                            input.randomFlip() == Flip.HORIZONTAL
                                    ? RandomFlip.Direction.HORIZONTAL
                                    : RandomFlip.Direction.VERTICAL));
        }
        return list;
    }

    /**
     * Maps the example at a position of the training sequence.
     *
     * @throws SomaException naming the file if it can't be read or has another size than annotated
     */
    public TrainingExample map(ImageRecord record, long position) {
        ImageSize size = new ImageSize(record.height(), record.width());
        return map(
                record,
                TransformList.draw(augmentations, size, streams.fresh("mapper/" + position)));
    }

    /** Maps an image as it is: channel order only, no augmentation. */
    public TrainingExample mapUnchanged(ImageRecord record) {
        ImageSize size = new ImageSize(record.height(), record.width());
        return map(record, TransformList.draw(List.of(), size, streams.fresh("mapper")));
    }

    private TrainingExample map(ImageRecord record, Transform transform) {
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
        Image8 ordered = input.format() == ChannelOrder.RGB ? image.reverseChannels() : image;
        return new TrainingExample(
                record.id(), transform.applyImage(ordered), truth(record, transform));
    }

    private GroundTruth truth(ImageRecord record, Transform transform) {
        ImageSize size = transform.outputSize();
        int n = record.annotations().size();
        float[] boxes = new float[4 * n];
        int[] classes = new int[n];
        List<Segmentation> masks = new ArrayList<>(n);
        for (Annotation a : record.annotations()) {
            if (a.crowd()) {
                continue;
            }
            float[] box = box(a.bbox(), transform);
            if (!(box[2] - box[0] > MIN_SIDE && box[3] - box[1] > MIN_SIDE)) {
                continue;
            }
            Segmentation mask = mask(a.segmentation(), transform);
            if (isEmpty(mask)) {
                continue;
            }
            int i = masks.size();
            System.arraycopy(box, 0, boxes, 4 * i, 4);
            classes[i] = a.category();
            masks.add(mask);
        }
        int kept = masks.size();
        return new GroundTruth(
                size.height(),
                size.width(),
                Arrays.copyOf(boxes, 4 * kept),
                Arrays.copyOf(classes, kept),
                masks);
    }

    private static float[] box(double[] xywh, Transform transform) {
        double[] corners = {xywh[0], xywh[1], xywh[0] + xywh[2], xywh[1] + xywh[3]};
        double[] mapped = transform.applyBoxesClipped(corners);
        float[] box = new float[4];
        for (int i = 0; i < 4; i++) {
            box[i] = (float) mapped[i];
        }
        return box;
    }

    /**
     * Run lengths stay run lengths whatever MASK_FORMAT says; detectron2 refuses them for polygon.
     */
    private Segmentation mask(Segmentation segmentation, Transform transform) {
        return switch (segmentation) {
            case Segmentation.OfRle m -> new Segmentation.OfRle(transform.applyMask(m.rle()));
            case Segmentation.OfPolygons m -> {
                var outline = new Segmentation.OfPolygons(transform.applyPolygons(m.polygons()));
                if (input.maskFormat() == MaskFormat.POLYGON) {
                    yield outline;
                }
                ImageSize size = transform.outputSize();
                Rle filled = outline.toRle(size.height(), size.width());
                yield new Segmentation.OfRle(filled);
            }
        };
    }

    private static boolean isEmpty(Segmentation mask) {
        return switch (mask) {
            case Segmentation.OfRle m -> m.rle().isEmpty();
            case Segmentation.OfPolygons m -> m.polygons().size() == 0;
        };
    }
}
