package soma.bench;

import soma.maskrcnn.forward.Trace;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.model.MaskRcnn;
import soma.maskrcnn.model.TestTimeAugmentation;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Test-time augmentation of an image, from its variants to pasted masks, and right after it what it
 * should cost: the forward passes of the same variants, in the same batches.
 */
final class AugmentationStep implements Consumer<Laps> {
    private static final String AUGMENTED = "tta.detect";
    private static final String FORWARDS = "tta.forwards";

    private final MaskRcnn model;
    private final TestTimeAugmentation augmented;
    private final Image8 image;
    private final Device device;
    private final List<Double> ratios = new ArrayList<>();
    private int variants;
    private int detections;

    /**
     * Of one image.
     *
     * @param image B, G, R, at its own size
     */
    AugmentationStep(MaskRcnn model, TestTimeAugmentation augmented, Image8 image, Device device) {
        this.model = model;
        this.augmented = augmented;
        this.image = image;
        this.device = device;
    }

    /** The number of variants, and the time of augmentation over that of the forward passes. */
    Map<String, Object> fields() {
        return Map.of(
                "variants",
                variants,
                "detections",
                detections,
                "over_forwards",
                Sample.of(ratios).median());
    }

    @Override
    public void accept(Laps laps) {
        detections = augmented.detect(image).size();
        laps.lap(AUGMENTED);
        try (Scope _ = Scope.open("variants", device)) {
            List<List<Tensor>> batches = augmented.batches(image);
            variants = batches.stream().mapToInt(List::size).sum();
            laps.mark();
            for (List<Tensor> batch : batches) {
                try (Scope _ = Scope.open("batch")) {
                    model.detect(model.batchOf(batch), Trace.NONE);
                }
            }
            laps.lap(FORWARDS);
        }
        Map<String, Laps.Part> parts = laps.parts();
        ratios.add(parts.get(AUGMENTED).seconds() / parts.get(FORWARDS).seconds());
    }
}
