package soma.maskrcnn.roi;

import soma.maskrcnn.data.GroundTruth;
import soma.maskrcnn.rpn.Proposals;
import soma.tensor.Tensor;
import soma.tensor.Vision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Labels and samples proposals (detectron2's {@code label_and_sample_proposals}). */
final class RoiSampler {
    private final RoiHeadsConfig config;

    RoiSampler(RoiHeadsConfig config) {
        this.config = config;
    }

    /**
     * What was drawn of one image's candidates.
     *
     * @param read INT32: numbers of foreground and background, then the object of each of {@code
     *     index}
     */
    private record Draw(Tensor candidates, Tensor index, Tensor read) {}

    /** Samples of each image; all that the host must know of them is read with one wait. */
    List<RoiSample> sample(
            List<Proposals> proposals, List<GroundTruth> truths, RandomGenerator random) {
        List<Draw> draws = new ArrayList<>();
        for (int i = 0; i < truths.size(); i++) {
            draws.add(draw(proposals.get(i).boxes(), truths.get(i), random));
        }
        int[] read =
                Tensor.concat(0, draws.stream().map(Draw::read).toArray(Tensor[]::new)).toInts();
        List<RoiSample> samples = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < truths.size(); i++) {
            Draw draw = draws.get(i);
            int to = from + draw.read.dim(0);
            samples.add(sample(draw, Arrays.copyOfRange(read, from, to), truths.get(i)));
            from = to;
        }
        return samples;
    }

    private Draw draw(Tensor proposals, GroundTruth truth, RandomGenerator random) {
        Tensor gt = Tensor.of(truth.boxes(), truth.size(), 4);
        Tensor candidates = config.appendTruth() ? Tensor.concat(0, proposals, gt) : proposals;
        Vision.Matches m =
                Vision.match(gt, candidates, config.iouThresholds(), config.iouLabels(), false);
        Vision.Subsample chosen =
                Vision.subsample(
                        m.labels(),
                        config.batchSizePerImage(),
                        config.positiveFraction(),
                        0,
                        random.nextLong());
        Tensor matches = m.matches().indexSelect(chosen.index());
        return new Draw(candidates, chosen.index(), Tensor.concat(0, chosen.sizes(), matches));
    }

    private RoiSample sample(Draw draw, int[] read, GroundTruth truth) {
        int foreground = read[0];
        int size = foreground + read[1];
        int[] matches = Arrays.copyOfRange(read, 2, 2 + size);
        int[] classes = new int[size];
        Arrays.setAll(
                classes, i -> i < foreground ? truth.classes()[matches[i]] : config.classes());
        Tensor boxes = draw.candidates.indexSelect(draw.index.slice(0, 0, size));
        return new RoiSample(boxes, classes, matches, foreground, truth);
    }
}
