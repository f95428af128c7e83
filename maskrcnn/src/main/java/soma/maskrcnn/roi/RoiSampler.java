package soma.maskrcnn.roi;

import soma.maskrcnn.boxes.Subsample;
import soma.maskrcnn.data.GroundTruth;
import soma.tensor.Tensor;
import soma.tensor.Vision;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Labels and samples proposals (detectron2's {@code label_and_sample_proposals}). */
final class RoiSampler {
    private final RoiHeadsConfig config;

    RoiSampler(RoiHeadsConfig config) {
        this.config = config;
    }

    RoiSample sample(Tensor proposals, GroundTruth truth, RandomGenerator random) {
        Tensor gt = Tensor.of(truth.boxes(), truth.size(), 4);
        Tensor candidates = config.appendTruth() ? Tensor.concat(0, proposals, gt) : proposals;
        Vision.Matches m =
                Vision.match(gt, candidates, config.iouThresholds(), config.iouLabels(), false);
        // One read of both.
        int[] both = Tensor.concat(0, m.matches(), m.labels()).toInts();
        int[] matches = Arrays.copyOf(both, both.length / 2);
        int[] classes = Arrays.copyOfRange(both, both.length / 2, both.length);
        int background = config.classes();
        for (int i = 0; i < classes.length; i++) {
            classes[i] =
                    switch (classes[i]) {
                        case 0 -> background;
                        case Subsample.IGNORE -> Subsample.IGNORE;
                        default -> truth.classes()[matches[i]];
                    };
        }
        Subsample chosen =
                Subsample.draw(
                        classes,
                        config.batchSizePerImage(),
                        config.positiveFraction(),
                        background,
                        random);
        int[] all = chosen.all();
        return new RoiSample(
                candidates.indexSelect(Tensor.of(all, all.length)),
                pick(classes, all),
                pick(matches, all),
                chosen.positive().length,
                truth);
    }

    private static int[] pick(int[] values, int[] index) {
        int[] out = new int[index.length];
        for (int i = 0; i < index.length; i++) {
            out[i] = values[index[i]];
        }
        return out;
    }
}
