package soma.tensor.cpu.scalar;

import soma.tensor.DType;
import soma.tensor.Shape;
import soma.tensor.spi.View;
import soma.tensor.spi.VisionKernels.RoiAlignSpec;

import java.util.List;

/**
 * RoIAlign (He et al. 2017) as torchvision's {@code roi_align} computes it. Coordinates are rounded
 * to the map's type after each operation, since a rounding can change the number of samples.
 */
final class ScalarRoiAlign {
    private final RoiAlignSpec spec;
    private final boolean single;
    private final double[] boxes;
    private final int[] image;
    private final int[] level;

    ScalarRoiAlign(RoiAlignSpec spec, DType dtype, View boxes, View image, View level) {
        this.spec = spec;
        this.single = dtype == DType.FLOAT32;
        this.boxes = Values.of(boxes);
        this.image = Values.ints(image);
        this.level = Values.ints(level);
    }

    /** RoIs that all lie in the first image of the only level. */
    ScalarRoiAlign(RoiAlignSpec spec, DType dtype, View boxes) {
        this.spec = spec;
        this.single = dtype == DType.FLOAT32;
        this.boxes = Values.of(boxes);
        this.image = new int[boxes.shape().dim(0)];
        this.level = image;
    }

    /** What happens with each of the four cells of a sample: its first element and its weight. */
    private interface Cell {
        void visit(int bin, int at, double weight);
    }

    void forward(List<View> levels, View out) {
        double[][] maps = levels.stream().map(Values::of).toArray(double[][]::new);
        int c = out.shape().dim(3);
        double[] sum = new double[out.shape().size()];
        for (int r = 0; r < image.length; r++) {
            double[] map = maps[level[r]];
            forEachCell(
                    r,
                    levels.get(level[r]).shape(),
                    (bin, at, weight) -> {
                        for (int k = 0; k < c; k++) {
                            sum[bin * c + k] += weight * map[at * c + k];
                        }
                    });
        }
        Values.store(sum, out);
    }

    /**
     * RoIAlign of binary maps that each RoI has of its own.
     *
     * @param map [1,h,w,1], the shape of all maps
     * @param mask the pixel at {@code y * w + x} of RoI {@code r}'s map
     * @return [r,P,P]
     */
    double[] forward(Shape map, Mask mask) {
        double[] sum = new double[image.length * spec.size() * spec.size()];
        for (int i = 0; i < image.length; i++) {
            int r = i;
            forEachCell(r, map, (bin, at, weight) -> sum[bin] += mask.at(r, at) ? weight : 0);
        }
        return sum;
    }

    /** Where binary maps are set. */
    @FunctionalInterface
    interface Mask {
        boolean at(int roi, int pixel);
    }

    void backward(View gradOut, List<View> gradLevels) {
        double[] grad = Values.of(gradOut);
        double[][] sums = gradLevels.stream().map(Values::of).toArray(double[][]::new);
        int c = gradOut.shape().dim(3);
        for (int r = 0; r < image.length; r++) {
            double[] sum = sums[level[r]];
            forEachCell(
                    r,
                    gradLevels.get(level[r]).shape(),
                    (bin, at, weight) -> {
                        for (int k = 0; k < c; k++) {
                            sum[at * c + k] += weight * grad[bin * c + k];
                        }
                    });
        }
        for (int l = 0; l < sums.length; l++) {
            Values.store(sums[l], gradLevels.get(l));
        }
    }

    private double round(double v) {
        return single ? (float) v : v;
    }

    /** All samples of one RoI; weights are already divided by the number of samples of a bin. */
    private void forEachCell(int r, Shape map, Cell cell) {
        int p = spec.size();
        double scale = round(spec.scales().get(level[r]));
        double shift = spec.aligned() ? 0.5 : 0;
        double x0 = round(round(boxes[4 * r] * scale) - shift);
        double y0 = round(round(boxes[4 * r + 1] * scale) - shift);
        double width = round(round(round(boxes[4 * r + 2] * scale) - shift) - x0);
        double height = round(round(round(boxes[4 * r + 3] * scale) - shift) - y0);
        if (!spec.aligned()) {
            width = Math.max(width, 1);
            height = Math.max(height, 1);
        }
        double binW = round(width / p);
        double binH = round(height / p);
        int gridW = spec.samplingRatio() > 0 ? spec.samplingRatio() : (int) Math.ceil(binW);
        int gridH = spec.samplingRatio() > 0 ? spec.samplingRatio() : (int) Math.ceil(binH);
        double count = Math.max(gridW * gridH, 1);
        for (int ph = 0; ph < p; ph++) {
            for (int pw = 0; pw < p; pw++) {
                for (int iy = 0; iy < gridH; iy++) {
                    double y = sample(y0, ph, binH, iy, gridH);
                    for (int ix = 0; ix < gridW; ix++) {
                        double x = sample(x0, pw, binW, ix, gridW);
                        bilinear(map, image[r], y, x, count, (r * p + ph) * p + pw, cell);
                    }
                }
            }
        }
    }

    private double sample(double start, int bin, double binSize, int i, int grid) {
        double inBin = round(round((i + 0.5) * binSize) / grid);
        return round(round(start + round(bin * binSize)) + inBin);
    }

    private void bilinear(Shape map, int n, double y, double x, double count, int bin, Cell cell) {
        int h = map.dim(1);
        int w = map.dim(2);
        if (!(y >= -1 && y <= h && x >= -1 && x <= w)) {
            return;
        }
        double fy = Math.max(y, 0);
        double fx = Math.max(x, 0);
        int top = Math.min((int) fy, h - 1);
        int left = Math.min((int) fx, w - 1);
        int bottom = Math.min(top + 1, h - 1);
        int right = Math.min(left + 1, w - 1);
        double ly = top == h - 1 ? 0 : round(fy - top);
        double lx = left == w - 1 ? 0 : round(fx - left);
        double hy = round(1 - ly);
        double hx = round(1 - lx);
        int first = n * h * w;
        cell.visit(bin, first + top * w + left, hy * hx / count);
        cell.visit(bin, first + top * w + right, hy * lx / count);
        cell.visit(bin, first + bottom * w + left, ly * hx / count);
        cell.visit(bin, first + bottom * w + right, ly * lx / count);
    }
}
