package soma.maskrcnn.roi;

import soma.tensor.Tensor;

import java.util.Arrays;
import java.util.List;

/** RoIs of several images, one image after another. */
final class RoiBatch {
    private RoiBatch() {}

    /** Index of the image of each RoI, INT32. */
    static Tensor imageOf(int... counts) {
        int[] image = new int[Arrays.stream(counts).sum()];
        int from = 0;
        for (int i = 0; i < counts.length; i++) {
            Arrays.fill(image, from, from + counts[i], i);
            from += counts[i];
        }
        return Tensor.of(image, image.length);
    }

    static Tensor imageOf(List<RoiSample> samples) {
        return imageOf(samples.stream().mapToInt(RoiSample::size).toArray());
    }

    /** Boxes of all RoIs [r,4]. */
    static Tensor boxes(List<RoiSample> samples) {
        return Tensor.concat(0, samples.stream().map(RoiSample::boxes).toArray(Tensor[]::new));
    }

    static int[] classes(List<RoiSample> samples) {
        return samples.stream().flatMapToInt(s -> Arrays.stream(s.classes())).toArray();
    }

    static int foreground(List<RoiSample> samples) {
        return samples.stream().mapToInt(RoiSample::foreground).sum();
    }
}
