package soma.tensor.cpu.scalar;

import soma.tensor.DType;
import soma.tensor.Shape;
import soma.tensor.spi.View;
import soma.tensor.spi.VisionKernels.MaskTargetSpec;
import soma.tensor.spi.VisionKernels.RoiAlignSpec;

import java.util.List;

/** Mask targets by their definition: RoIAlign whose pixels are looked up in the masks' runs. */
final class ScalarMaskTargets {
    private ScalarMaskTargets() {}

    static void run(
            MaskTargetSpec spec, View runs, View starts, View boxes, View object, View out) {
        int[] ends = Values.ints(runs);
        int[] first = Values.ints(starts);
        int[] mask = Values.ints(object);
        int height = spec.height();
        int width = spec.width();
        RoiAlignSpec crop = new RoiAlignSpec(out.shape().dim(2), 0, spec.aligned(), List.of(1.0));
        double[] targets =
                new ScalarRoiAlign(crop, DType.FLOAT32, boxes)
                        .forward(
                                Shape.of(1, height, width, 1),
                                (roi, pixel) ->
                                        isSet(
                                                ends,
                                                first[mask[roi]],
                                                first[mask[roi] + 1],
                                                pixel % width * height + pixel / width));
        if (spec.hard()) {
            for (int i = 0; i < targets.length; i++) {
                // As float32, since equality decides.
                targets[i] = (float) targets[i] >= 0.5f ? 1 : 0;
            }
        }
        Values.store(targets, out);
    }

    /** Whether an odd number of runs ends at or before a pixel: the first run is of zeros. */
    private static boolean isSet(int[] ends, int from, int to, int pixel) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ends[middle] <= pixel) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return (low - from) % 2 == 1;
    }
}
