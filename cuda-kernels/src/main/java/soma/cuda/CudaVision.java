package soma.cuda;

import static soma.cuda.OperandTypes.require;

import soma.cuda.IndexCheck.Site;
import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DType;
import soma.tensor.spi.Backend;
import soma.tensor.spi.Storage;
import soma.tensor.spi.View;
import soma.tensor.spi.VisionKernels;

import java.util.List;

/** Kernels of detection models on float32; decisions are bit for bit the reference's. */
final class CudaVision implements VisionKernels {
    private static final int THREADS = 256;

    private final Launcher launcher;
    private final Backend memory;
    private final IndexCheck check;
    private final CudaRoiAlign roiAlign;
    private final CudaNms nms;
    private final CudaMaskPaste paste;
    private final CudaSubsample subsample;

    CudaVision(Launcher launcher, Backend memory, IndexCheck check) {
        this.launcher = launcher;
        this.memory = memory;
        this.check = check;
        roiAlign = new CudaRoiAlign(launcher, memory, check);
        nms = new CudaNms(launcher, memory);
        paste = new CudaMaskPaste(launcher, memory);
        subsample = new CudaSubsample(launcher, memory);
    }

    @Override
    public void roiAlign(
            RoiAlignSpec spec, List<View> levels, View boxes, View image, View level, View out) {
        roiAlign.forward(spec, levels, boxes, image, level, out);
    }

    @Override
    public void roiAlignBackward(
            RoiAlignSpec spec,
            View gradOut,
            View boxes,
            View image,
            View level,
            List<View> gradLevels) {
        roiAlign.backward(spec, gradOut, boxes, image, level, gradLevels);
    }

    @Override
    public void subsample(SubsampleSpec spec, View labels, View index, View sizes) {
        subsample.run(spec, labels, index, sizes);
    }

    @Override
    public int nms(View boxes, View scores, View group, double threshold, View keep) {
        return nms.run(boxes, scores, group, threshold, keep);
    }

    @Override
    public void iou(View a, View b, View out) {
        require("iou", "a", a, DType.FLOAT32);
        require("iou", "b", b, DType.FLOAT32);
        require("iou", "out", out, DType.FLOAT32);
        int m = a.shape().dim(0);
        int n = b.shape().dim(0);
        if (m == 0 || n == 0) {
            return;
        }
        int blocksX = (n - 1) / THREADS + 1;
        int blocksY = Math.clamp(launcher.wave() / blocksX, 1, m);
        launcher.launch(
                KernelFamily.VISION,
                "iou_f32",
                Geometry.of(blocksX, blocksY, THREADS),
                new Arguments()
                        .address(Launcher.address(a))
                        .address(Launcher.address(b))
                        .address(Launcher.address(out))
                        .u32(m)
                        .u32(n));
    }

    @Override
    public void match(
            View truth,
            View boxes,
            double[] thresholds,
            int[] labels,
            boolean allowLowQuality,
            View matches,
            View matchLabels) {
        require("match", "truth", truth, DType.FLOAT32);
        require("match", "boxes", boxes, DType.FLOAT32);
        int m = truth.shape().dim(0);
        int n = boxes.shape().dim(0);
        if (n == 0) {
            return;
        }
        int k = thresholds.length;
        float[] limits = new float[k];
        for (int i = 0; i < k; i++) {
            limits[i] = (float) thresholds[i];
        }
        Storage limitsThere = memory.allocate(DType.FLOAT32, k, "match");
        Storage labelsThere = memory.allocate(DType.INT32, k + 1, "match");
        Storage rowBest = memory.allocate(DType.FLOAT32, m, "match");
        memory.upload(limits, 0, limitsThere, 0, k);
        memory.upload(labels, 0, labelsThere, 0, k + 1);
        if (m > 0) {
            launcher.driver().fill(Launcher.address(rowBest), (byte) 0, 4L * m);
        }
        Geometry geometry = Geometry.of((n - 1) / THREADS + 1, THREADS);
        launcher.launch(
                KernelFamily.VISION,
                "match_best_f32",
                geometry,
                new Arguments()
                        .address(Launcher.address(truth))
                        .address(Launcher.address(boxes))
                        .address(Launcher.address(limitsThere))
                        .address(Launcher.address(labelsThere))
                        .address(Launcher.address(rowBest))
                        .address(Launcher.address(matches))
                        .address(Launcher.address(matchLabels))
                        .u32(m)
                        .u32(n)
                        .u32(m == 0 ? 0 : k));
        if (allowLowQuality && m > 0) {
            launcher.launch(
                    KernelFamily.VISION,
                    "match_low_quality_f32",
                    geometry,
                    new Arguments()
                            .address(Launcher.address(truth))
                            .address(Launcher.address(boxes))
                            .address(Launcher.address(rowBest))
                            .address(Launcher.address(matchLabels))
                            .u32(m)
                            .u32(n));
        }
        limitsThere.release();
        labelsThere.release();
        rowBest.release();
    }

    @Override
    public void maskTargets(
            MaskTargetSpec spec, View runs, View starts, View boxes, View object, View out) {
        require("maskTargets", "runs", runs, DType.INT32);
        require("maskTargets", "starts", starts, DType.INT32);
        require("maskTargets", "boxes", boxes, DType.FLOAT32);
        require("maskTargets", "object", object, DType.INT32);
        require("maskTargets", "out", out, DType.FLOAT32);
        if (out.shape().size() == 0) {
            return;
        }
        launcher.launch(
                KernelFamily.VISION,
                "mask_targets_f32",
                Geometry.covering(out.shape().size(), THREADS, launcher.wave()),
                new Arguments()
                        .address(Launcher.address(runs))
                        .address(Launcher.address(starts))
                        .address(Launcher.address(boxes))
                        .address(Launcher.address(object))
                        .address(Launcher.address(out))
                        .address(check.record())
                        .u32(Site.MASK_OBJECT.code())
                        .u32(runs.shape().dim(0))
                        .u32(starts.shape().dim(0) - 1)
                        .u32(boxes.shape().dim(0))
                        .u32(out.shape().dim(2))
                        .u32(spec.height())
                        .u32(spec.width())
                        .u32(spec.aligned() ? 1 : 0)
                        .u32(spec.hard() ? 1 : 0));
    }

    @Override
    public int[][] pasteMasks(
            View probabilities, View boxes, int height, int width, double threshold) {
        return paste.run(probabilities, boxes, height, width, threshold);
    }
}
