package soma.bench;

import soma.maskrcnn.model.CapturedFeatures;
import soma.maskrcnn.model.MaskRcnn;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;

import java.util.function.Consumer;

/** The feature pyramid of a batch, kernel by kernel and as one recorded graph. */
final class FeaturesStep implements Consumer<Laps>, AutoCloseable {
    private final MaskRcnn model;
    private final Tensor pixels;
    private final Device device;
    private final CapturedFeatures captured;

    /**
     * Of one batch, which is recorded here.
     *
     * @param pixels [n,H,W,3], normalised, held as long as this
     */
    FeaturesStep(MaskRcnn model, Tensor pixels, Device device) {
        this.model = model;
        this.pixels = pixels;
        this.device = device;
        this.captured = CapturedFeatures.of(model, pixels.shape(), device);
    }

    @Override
    public void accept(Laps laps) {
        try (Scope _ = Scope.open("features", device);
                var _ = Autograd.noGrad()) {
            model.features(pixels);
            laps.lap("features.launches");
            captured.of(pixels);
            laps.lap("features.graph");
        }
    }

    @Override
    public void close() {
        captured.close();
    }
}
