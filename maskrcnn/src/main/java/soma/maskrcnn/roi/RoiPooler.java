package soma.maskrcnn.roi;

import soma.maskrcnn.boxes.Boxes;
import soma.tensor.DType;
import soma.tensor.Functional;
import soma.tensor.Tensor;
import soma.tensor.spi.VisionKernels.RoiAlignSpec;

import java.util.ArrayList;
import java.util.List;

/**
 * Pools boxes from the pyramid level that fits their size (FPN, Lin et al. 2017, equation 1;
 * detectron2's {@code ROIPooler}).
 */
public final class RoiPooler {
    private static final double CANONICAL_SIZE = 224;
    private static final double CANONICAL_LEVEL = 4;

    private final RoiAlignSpec spec;
    private final int minLevel;
    private final int maxLevel;
    private final boolean torchvisionLevels;

    /** A pooler from levels of the given strides, which are successive powers of two. */
    public RoiPooler(PoolerConfig config, int[] strides) {
        List<Double> scales = new ArrayList<>();
        for (int stride : strides) {
            scales.add(1.0 / stride);
        }
        this.spec =
                new RoiAlignSpec(
                        config.resolution(), config.samplingRatio(), config.aligned(), scales);
        this.torchvisionLevels = config.torchvisionLevels();
        this.minLevel = Integer.numberOfTrailingZeros(strides[0]);
        this.maxLevel = Integer.numberOfTrailingZeros(strides[strides.length - 1]);
    }

    /**
     * Pools [r,P,P,c].
     *
     * @param boxes [r,4]
     * @param image INT32 [r]
     */
    Tensor pool(List<Tensor> features, Tensor boxes, Tensor image) {
        return Functional.roiAlign(features, boxes, image, levels(boxes), spec);
    }

    /**
     * {@code floor(4 + log2(sqrt(area) / 224 + 1e-8))} within the levels there are, as INT32 [r]
     * counted from the finest; torchvision's is {@code floor(4 + log2(sqrt(area) / 224) + 1e-6)}.
     */
    public Tensor levels(Tensor boxes) {
        Tensor relative = Boxes.area(boxes).sqrt().div(CANONICAL_SIZE);
        Tensor log = (torchvisionLevels ? relative : relative.add(1e-8)).log().div(Math.log(2));
        Tensor level = log.add(CANONICAL_LEVEL);
        return (torchvisionLevels ? level.add(1e-6) : level)
                .floor()
                .max(minLevel)
                .min(maxLevel)
                .sub(minLevel)
                .to(DType.INT32);
    }
}
