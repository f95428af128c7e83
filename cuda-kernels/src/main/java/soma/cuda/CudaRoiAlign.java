package soma.cuda;

import static soma.cuda.OperandTypes.require;

import soma.cuda.IndexCheck.Site;
import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DType;
import soma.tensor.ShapeException;
import soma.tensor.spi.Backend;
import soma.tensor.spi.Storage;
import soma.tensor.spi.View;
import soma.tensor.spi.VisionKernels.RoiAlignSpec;

import java.util.List;

/**
 * RoIAlign over all levels in one launch, after a small one that places the samples of each RoI.
 * The backward pass gives each block cells of its own, so that its sums are the same on each run.
 */
final class CudaRoiAlign {
    private static final int THREADS = 256;

    /** Words that describe a level, and an RoI, as the kernels' file defines them. */
    private static final int LEVEL_WORDS = 8;

    private static final int SPAN_WORDS = 16;

    /** Cells of a block of the backward pass. */
    private static final int TILE_ROWS = 4;

    private static final int TILE_COLUMNS = 8;

    /** Bytes of shared memory per bin of a side: a tile's weights. */
    private static final int WEIGHT_BYTES = 4 * (TILE_ROWS + TILE_COLUMNS);

    private static final int MAX_SIZE = 1000;

    private final Launcher launcher;
    private final Backend memory;
    private final IndexCheck check;

    CudaRoiAlign(Launcher launcher, Backend memory, IndexCheck check) {
        this.launcher = launcher;
        this.memory = memory;
        this.check = check;
    }

    /** Pools to out [r,P,P,c]. */
    void forward(
            RoiAlignSpec spec, List<View> levels, View boxes, View image, View level, View out) {
        require("roiAlign", "out", out, DType.FLOAT32);
        int rois = boxes.shape().dim(0);
        int c = out.shape().dim(3);
        if (out.shape().size() == 0) {
            return;
        }
        Storage table = table(spec, levels);
        Storage spans = spans(spec, levels, boxes, image, level, table);
        boolean wide = c % 4 == 0 && Launcher.address(out) % 16 == 0;
        for (View map : levels) {
            wide &= Launcher.address(map) % 16 == 0;
        }
        int units = wide ? c / 4 : c;
        launcher.launch(
                KernelFamily.VISION,
                wide ? "roi_align_v4_f32" : "roi_align_f32",
                Geometry.covering(
                        (long) rois * spec.size() * spec.size() * units, THREADS, launcher.wave()),
                new Arguments()
                        .address(Launcher.address(spans))
                        .address(Launcher.address(out))
                        .u32(rois)
                        .u32(spec.size())
                        .u32(units));
        spans.release();
        table.release();
    }

    /** Adds to each of gradLevels [n,h,w,c]. */
    void backward(
            RoiAlignSpec spec,
            View gradOut,
            View boxes,
            View image,
            View level,
            List<View> gradLevels) {
        require("roiAlignBackward", "gradOut", gradOut, DType.FLOAT32);
        if (spec.size() > MAX_SIZE) {
            throw ShapeException.of("roiAlignBackward", "size", "up to " + MAX_SIZE, spec.size());
        }
        int c = gradOut.shape().dim(3);
        int tiles = 0;
        for (View map : gradLevels) {
            int perColumn = (map.shape().dim(1) + TILE_ROWS - 1) / TILE_ROWS;
            int perRow = (map.shape().dim(2) + TILE_COLUMNS - 1) / TILE_COLUMNS;
            tiles += map.shape().dim(0) * perColumn * perRow;
        }
        if (gradOut.shape().size() == 0 || tiles == 0) {
            return;
        }
        Storage table = table(spec, gradLevels);
        Storage spans = spans(spec, gradLevels, boxes, image, level, table);
        int threads = Math.min(THREADS, (c + 31) / 32 * 32);
        launcher.launch(
                KernelFamily.VISION,
                "roi_align_backward_f32",
                Geometry.of(tiles, (c - 1) / threads + 1, threads)
                        .shared(WEIGHT_BYTES * spec.size()),
                new Arguments()
                        .address(Launcher.address(spans))
                        .address(Launcher.address(gradOut))
                        .address(Launcher.address(table))
                        .u32(boxes.shape().dim(0))
                        .u32(gradLevels.size())
                        .u32(gradLevels.getFirst().shape().dim(0))
                        .u32(c)
                        .u32(spec.size()));
        spans.release();
        table.release();
    }

    /** Address, sides and scale of each level. */
    private Storage table(RoiAlignSpec spec, List<View> levels) {
        int[] words = new int[LEVEL_WORDS * levels.size()];
        for (int i = 0; i < levels.size(); i++) {
            View map = levels.get(i);
            require("roiAlign", "level", map, DType.FLOAT32);
            long at = Launcher.address(map);
            int first = LEVEL_WORDS * i;
            words[first] = (int) at;
            words[first + 1] = (int) (at >>> 32);
            words[first + 2] = map.shape().dim(1);
            words[first + 3] = map.shape().dim(2);
            words[first + 4] = Float.floatToRawIntBits(spec.scales().get(i).floatValue());
        }
        Storage table = memory.allocate(DType.INT32, words.length, "roiAlign");
        memory.upload(words, 0, table, 0, words.length);
        return table;
    }

    /** Where the samples of each RoI lie. */
    private Storage spans(
            RoiAlignSpec spec,
            List<View> levels,
            View boxes,
            View image,
            View level,
            Storage table) {
        require("roiAlign", "boxes", boxes, DType.FLOAT32);
        require("roiAlign", "image", image, DType.INT32);
        require("roiAlign", "level", level, DType.INT32);
        int rois = boxes.shape().dim(0);
        View first = levels.getFirst();
        Storage spans =
                memory.allocate(DType.INT32, Math.multiplyExact(SPAN_WORDS, rois), "roiAlign");
        launcher.launch(
                KernelFamily.VISION,
                "roi_align_spans_f32",
                Geometry.covering(rois, THREADS, launcher.wave()),
                new Arguments()
                        .address(Launcher.address(table))
                        .address(Launcher.address(boxes))
                        .address(Launcher.address(image))
                        .address(Launcher.address(level))
                        .address(Launcher.address(spans))
                        .address(check.record())
                        .u32(Site.ROI_IMAGE.code())
                        .u32(Site.ROI_LEVEL.code())
                        .u32(rois)
                        .u32(levels.size())
                        .u32(first.shape().dim(0))
                        .u32(first.shape().dim(3))
                        .u32(spec.size())
                        .u32(spec.samplingRatio())
                        .u32(spec.aligned() ? 1 : 0));
        return spans;
    }
}
