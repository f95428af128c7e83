package soma.bench;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.InputConfig;
import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetReader;
import soma.maskrcnn.data.GroundTruth;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Rle;
import soma.maskrcnn.synthetic.CellGenerator;
import soma.maskrcnn.synthetic.CellScene;
import soma.maskrcnn.synthetic.SceneSettings;
import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Images with their objects, as they are: no resizing, no augmentation. */
record Batches(List<Image8> images, List<GroundTruth> truths) {
    /**
     * The first images of a data set, in the order of its file, that have an object.
     *
     * @throws SomaException if there are fewer than {@code count}, or one can't be read
     */
    static Batches read(Path data, Optional<Path> folder, Config config, int count) {
        Dataset set = DatasetReader.read(data, folder, Optional.empty());
        List<Image8> images = new ArrayList<>();
        List<GroundTruth> truths = new ArrayList<>();
        for (ImageRecord record : set.images()) {
            List<Annotation> objects =
                    record.annotations().stream().filter(Annotation::isTrainable).toList();
            if (images.size() < count && !objects.isEmpty()) {
                images.add(ordered(ImageReader.readBgr(record.file()), config));
                truths.add(truth(record, objects));
            }
        }
        if (images.size() < count) {
            throw new SomaException(
                    "%s: data set: expected %d images with objects, got %d"
                            .formatted(data, count, images.size()));
        }
        return new Batches(images, truths);
    }

    /** Drawn cells; class indices stay below that of the config. */
    static Batches drawn(ImageSize size, Config config, int count) {
        int classes = config.getInt("MODEL.ROI_HEADS.NUM_CLASSES", 1);
        CellGenerator generator =
                new CellGenerator(SceneSettings.DEFAULT.withSize(size.height(), size.width()));
        List<Image8> images = new ArrayList<>();
        List<GroundTruth> truths = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            CellScene scene = generator.generate(i);
            images.add(scene.image().toBgr());
            List<Segmentation> masks = new ArrayList<>();
            float[] boxes = new float[4 * scene.cells().size()];
            int[] labels = new int[scene.cells().size()];
            for (int k = 0; k < labels.length; k++) {
                Rle mask = scene.cells().get(k).mask();
                masks.add(new Segmentation.OfRle(mask));
                box(mask.bbox(), boxes, k);
                labels[k] = scene.cells().get(k).kind().ordinal() % classes;
            }
            truths.add(new GroundTruth(size.height(), size.width(), boxes, labels, masks));
        }
        return new Batches(images, truths);
    }

    /** The channels in the order of {@code INPUT.FORMAT}. */
    static Image8 ordered(Image8 bgr, Config config) {
        boolean rgb = InputConfig.from(config).format() == InputConfig.ChannelOrder.RGB;
        return rgb ? bgr.reverseChannels() : bgr;
    }

    private static GroundTruth truth(ImageRecord record, List<Annotation> objects) {
        float[] boxes = new float[4 * objects.size()];
        int[] labels = new int[objects.size()];
        List<Segmentation> masks = new ArrayList<>();
        for (int k = 0; k < labels.length; k++) {
            Annotation a = objects.get(k);
            box(a.bbox(), boxes, k);
            labels[k] = a.category();
            masks.add(a.segmentation());
        }
        return new GroundTruth(record.height(), record.width(), boxes, labels, masks);
    }

    private static void box(double[] xywh, float[] boxes, int k) {
        boxes[4 * k] = (float) xywh[0];
        boxes[4 * k + 1] = (float) xywh[1];
        boxes[4 * k + 2] = (float) (xywh[0] + xywh[2]);
        boxes[4 * k + 3] = (float) (xywh[1] + xywh[3]);
    }
}
