package soma.maskrcnn.model;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.EnsembleConfig;
import soma.maskrcnn.config.Flavour;
import soma.maskrcnn.config.TestConfig;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.roi.Detections;
import soma.maskrcnn.roi.RoiHeadsConfig;
import soma.maskrcnn.structures.Instances;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;

import java.util.List;

/**
 * Detection on resized, mirrored and turned variants of an image, merged as {@code SOMA.TTA.MERGE}
 * says: {@link Detectron2Merge} or {@link OnePassMerge}.
 *
 * <p>Variants are made from the image as {@link Detector#prepare} gives it, so an image may be
 * resampled twice, as in detectron2. All are made on the device.
 */
public final class TestTimeAugmentation {
    private final Detector detector;
    private final TestConfig.Augmentation augmentation;
    private final VariantMerge merge;
    private final Device device;

    /**
     * Augmentation around a detector's model.
     *
     * @throws soma.tensor.SomaException for torchvision's flavour, which has none
     */
    public TestTimeAugmentation(MaskRcnn model, Detector detector, Config config, Device device) {
        if (Flavour.isTorchvision(config)) {
            throw config.invalid(
                    "TEST.AUG.ENABLED", "false with SOMA.FLAVOUR=torchvision, which has none");
        }
        this.detector = detector;
        this.augmentation = TestConfig.from(config).augmentation();
        this.device = device;
        RoiHeadsConfig heads = RoiHeadsConfig.from(config);
        this.merge =
                augmentation.merge() == TestConfig.Merge.DETECTRON2
                        ? new Detectron2Merge(model, heads)
                        : new OnePassMerge(
                                model,
                                heads,
                                augmentation.merge(),
                                EnsembleConfig.from(config).iou());
    }

    /**
     * The variants of an image as the network takes them, UINT8 [h,w,3] each, in the batches in
     * which {@link #detect} computes them and in the current scope.
     *
     * @param image B, G, R
     */
    public List<List<Tensor>> batches(Image8 image) {
        return merge.batches(all(image)).stream()
                .map(batch -> batch.stream().map(Variant::image).toList())
                .toList();
    }

    /**
     * Finds the objects of one image.
     *
     * @param image B, G, R
     */
    public Instances detect(Image8 image) {
        int height = image.height();
        int width = image.width();
        try (Scope _ = Scope.open("test-time augmentation", device);
                var _ = Autograd.noGrad()) {
            Detections merged = merge.merge(all(image), height, width);
            return merged.size() == 0
                    ? Instances.none(height, width)
                    : merged.postprocess(height, width, Detector.MASK_THRESHOLD);
        }
    }

    private List<Variant> all(Image8 image) {
        ImageSize size = new ImageSize(image.height(), image.width());
        return Variant.all(size, detector.prepare(image), augmentation);
    }
}
