package soma.train;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.model.MaskRcnn;
import soma.nn.FrozenBatchNorm;
import soma.nn.Module;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.autograd.Autograd;

import java.util.ArrayList;
import java.util.List;

/**
 * Sets the statistics of frozen batch norms, layer by layer, to those that images give them. With
 * random weights the identity that they start from makes activations explode (2 to the power of the
 * number of blocks).
 */
final class FrozenNormCalibration {
    private FrozenNormCalibration() {}

    /** Whether a model has frozen batch norms. */
    static boolean applies(MaskRcnn model) {
        return !norms(model).isEmpty();
    }

    /**
     * Runs images through the backbone once.
     *
     * @param images in the order of {@code INPUT.FORMAT}, as training would see them
     * @return how many norms were set
     */
    static int calibrate(MaskRcnn model, List<Image8> images, Device device) {
        List<FrozenBatchNorm> norms = norms(model);
        norms.forEach(n -> n.calibrating(true));
        try (Scope _ = Scope.open("calibration", device);
                var _ = Autograd.noGrad()) {
            model.features(model.batch(images).pixels());
        } finally {
            norms.forEach(n -> n.calibrating(false));
        }
        return norms.size();
    }

    private static List<FrozenBatchNorm> norms(Module module) {
        List<FrozenBatchNorm> found = new ArrayList<>();
        if (module instanceof FrozenBatchNorm norm) {
            found.add(norm);
        }
        module.children().values().forEach(child -> found.addAll(norms(child)));
        return found;
    }
}
