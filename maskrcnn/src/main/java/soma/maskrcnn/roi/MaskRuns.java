package soma.maskrcnn.roi;

import soma.maskrcnn.structures.Rle;
import soma.tensor.ShapeException;
import soma.tensor.Tensor;
import soma.tensor.Vision;
import soma.tensor.spi.VisionKernels.MaskTargetSpec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs of the masks that proposals of one image are matched with, each once, for the device. */
final class MaskRuns {
    /** The mask without a pixel, which is always there. */
    static final int NONE = 0;

    private final Map<Integer, Integer> places = new HashMap<>();
    private final List<int[]> ends = new ArrayList<>(List.of(new int[0]));
    private int height;
    private int width;

    /** The place of an object's mask, which is taken in when the object is first seen. */
    int add(int object, Rle mask) {
        Integer known = places.get(object);
        if (known != null) {
            return known;
        }
        if (places.isEmpty()) {
            height = mask.height();
            width = mask.width();
        } else if (mask.height() != height || mask.width() != width) {
            throw ShapeException.of(
                    "mask targets",
                    "mask of object " + object,
                    height + " x " + width + " as the others",
                    mask.height() + " x " + mask.width());
        }
        int[] runs = mask.counts();
        for (int i = 1; i < runs.length; i++) {
            runs[i] += runs[i - 1];
        }
        int place = ends.size();
        places.put(object, place);
        ends.add(runs);
        return place;
    }

    /**
     * Crops masks to boxes.
     *
     * @param object place of each box's mask
     * @param boxes [n,4]
     * @return [n, side, side]
     */
    Tensor targets(int[] object, Tensor boxes, int side, boolean soft) {
        if (places.isEmpty()) {
            return Tensor.zeros(object.length, side, side);
        }
        int[] starts = new int[ends.size() + 1];
        for (int i = 0; i < ends.size(); i++) {
            starts[i + 1] = starts[i] + ends.get(i).length;
        }
        int[] runs = ends.stream().flatMapToInt(Arrays::stream).toArray();
        return Vision.maskTargets(
                new MaskTargetSpec(height, width, !soft, !soft),
                Tensor.of(runs, runs.length),
                Tensor.of(starts, starts.length),
                boxes,
                Tensor.of(object, object.length),
                side);
    }
}
