package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.floats;
import static soma.tensor.cpu.CpuStorage.ints;
import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;
import static soma.tensor.cpu.vector.VectorWidth.fma;

import jdk.incubator.vector.FloatVector;

import soma.tensor.cpu.Workers;
import soma.tensor.spi.View;
import soma.tensor.spi.VisionKernels.RoiAlignSpec;

import java.util.List;

/**
 * RoIAlign in vectors over channels. Threads share the RoIs of the forward pass; in the backward
 * pass, where RoIs overlap, they share images, levels and blocks of channels, so each cell sums in
 * the order of the RoIs.
 */
final class VectorRoiAlign {
    private static final int CHANNEL_BLOCK = 64;

    private final RoiAlignSpec spec;
    private final float[] boxes;
    private final int boxOffset;
    private final int[] image;
    private final int imageOffset;
    private final int[] level;
    private final int levelOffset;
    private final int rois;

    VectorRoiAlign(RoiAlignSpec spec, View boxes, View image, View level) {
        this.spec = spec;
        this.boxes = floats(boxes);
        this.boxOffset = boxes.layout().offset();
        this.image = ints(image);
        this.imageOffset = image.layout().offset();
        this.level = ints(level);
        this.levelOffset = level.layout().offset();
        this.rois = boxes.shape().dim(0);
    }

    /** Where the samples of one RoI lie, reused from RoI to RoI. */
    private final class Samples {
        final RoiGrid rows = new RoiGrid(spec.size());
        final RoiGrid columns = new RoiGrid(spec.size());
        int map;
        int mapOffset;
        int rowStride;
        float share;

        void place(int r, List<View> levels) {
            map = level[levelOffset + r];
            View view = levels.get(map);
            int h = view.shape().dim(1);
            int w = view.shape().dim(2);
            int c = view.shape().dim(3);
            int box = boxOffset + 4 * r;
            float scale = spec.scales().get(map).floatValue();
            boolean aligned = spec.aligned();
            int ratio = spec.samplingRatio();
            columns.place(boxes[box], boxes[box + 2], scale, aligned, ratio, w);
            rows.place(boxes[box + 1], boxes[box + 3], scale, aligned, ratio, h);
            rowStride = w * c;
            mapOffset = view.layout().offset() + image[imageOffset + r] * h * rowStride;
            share = 1f / Math.max(rows.samples() * columns.samples(), 1);
        }
    }

    void forward(List<View> levels, View out) {
        float[][] maps = arrays(levels);
        float[] to = floats(out);
        int p = spec.size();
        int c = out.shape().dim(3);
        int perTask = Math.max(1, Spans.GRAIN / Math.max(1, 4 * p * p * c));
        Spans.forEach(
                rois,
                perTask,
                (from, end) -> {
                    Samples s = new Samples();
                    for (int r = from; r < end; r++) {
                        s.place(r, levels);
                        int at = out.layout().offset() + r * p * p * c;
                        for (int bin = 0; bin < p * p; bin++) {
                            gather(s, bin / p, bin % p, maps[s.map], c, to, at + bin * c);
                        }
                    }
                });
    }

    private static float[][] arrays(List<View> levels) {
        float[][] arrays = new float[levels.size()][];
        for (int i = 0; i < arrays.length; i++) {
            arrays[i] = floats(levels.get(i));
        }
        return arrays;
    }

    private static void gather(Samples s, int ph, int pw, float[] map, int c, float[] to, int at) {
        int k = 0;
        for (; k <= c - LANES; k += LANES) {
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int y = s.rows.from(ph); y < s.rows.from(ph + 1); y++) {
                int row = s.mapOffset + s.rows.position(y) * s.rowStride + k;
                FloatVector inRow = rowSum(s.columns, pw, map, row, c);
                sum = fma(inRow, FloatVector.broadcast(SPECIES, s.rows.weight(y)), sum);
            }
            sum.mul(s.share).intoArray(to, at + k);
        }
        for (; k < c; k++) {
            float sum = 0;
            for (int y = s.rows.from(ph); y < s.rows.from(ph + 1); y++) {
                int row = s.mapOffset + s.rows.position(y) * s.rowStride + k;
                sum += s.rows.weight(y) * scalarRowSum(s.columns, pw, map, row, c);
            }
            to[at + k] = sum * s.share;
        }
    }

    private static FloatVector rowSum(RoiGrid columns, int bin, float[] map, int row, int c) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int x = columns.from(bin); x < columns.from(bin + 1); x++) {
            sum =
                    fma(
                            FloatVector.fromArray(SPECIES, map, row + columns.position(x) * c),
                            FloatVector.broadcast(SPECIES, columns.weight(x)),
                            sum);
        }
        return sum;
    }

    private static float scalarRowSum(RoiGrid columns, int bin, float[] map, int row, int c) {
        float sum = 0;
        for (int x = columns.from(bin); x < columns.from(bin + 1); x++) {
            sum += columns.weight(x) * map[row + columns.position(x) * c];
        }
        return sum;
    }

    void backward(View gradOut, List<View> gradLevels) {
        float[][] sums = arrays(gradLevels);
        int blocks = Spans.count(gradOut.shape().dim(3), CHANNEL_BLOCK);
        int images = gradLevels.getFirst().shape().dim(0);
        Workers.parallelFor(
                blocks * images * sums.length,
                task -> {
                    int channel = task % blocks * CHANNEL_BLOCK;
                    int map = task / blocks;
                    scatterBlock(gradOut, gradLevels, sums, map / images, map % images, channel);
                });
    }

    private void scatterBlock(
            View gradOut, List<View> gradLevels, float[][] sums, int map, int n, int channel) {
        float[] grad = floats(gradOut);
        int p = spec.size();
        int c = gradOut.shape().dim(3);
        int channels = Math.min(CHANNEL_BLOCK, c - channel);
        Samples s = new Samples();
        for (int r = 0; r < rois; r++) {
            if (level[levelOffset + r] != map || image[imageOffset + r] != n) {
                continue;
            }
            s.place(r, gradLevels);
            int at = gradOut.layout().offset() + r * p * p * c + channel;
            for (int bin = 0; bin < p * p; bin++) {
                scatter(
                        s,
                        bin / p,
                        bin % p,
                        grad,
                        at + bin * c,
                        sums[map],
                        s.mapOffset + channel,
                        c,
                        channels);
            }
        }
    }

    private static void scatter(
            Samples s, int ph, int pw, float[] grad, int at, float[] sums, int to, int c, int n) {
        int k = 0;
        for (; k <= n - LANES; k += LANES) {
            FloatVector g = FloatVector.fromArray(SPECIES, grad, at + k).mul(s.share);
            for (int y = s.rows.from(ph); y < s.rows.from(ph + 1); y++) {
                int row = to + s.rows.position(y) * s.rowStride + k;
                addRow(s.columns, pw, g.mul(s.rows.weight(y)), sums, row, c);
            }
        }
        for (; k < n; k++) {
            for (int y = s.rows.from(ph); y < s.rows.from(ph + 1); y++) {
                int row = to + s.rows.position(y) * s.rowStride + k;
                float g = grad[at + k] * s.share * s.rows.weight(y);
                for (int x = s.columns.from(pw); x < s.columns.from(pw + 1); x++) {
                    sums[row + s.columns.position(x) * c] += g * s.columns.weight(x);
                }
            }
        }
    }

    private static void addRow(
            RoiGrid columns, int bin, FloatVector g, float[] sums, int row, int c) {
        for (int x = columns.from(bin); x < columns.from(bin + 1); x++) {
            int cell = row + columns.position(x) * c;
            FloatVector w = FloatVector.broadcast(SPECIES, columns.weight(x));
            fma(g, w, FloatVector.fromArray(SPECIES, sums, cell)).intoArray(sums, cell);
        }
    }
}
