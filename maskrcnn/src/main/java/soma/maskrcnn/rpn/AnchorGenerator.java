package soma.maskrcnn.rpn;

import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.Vision;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The reference boxes of the RPN (Ren et al. 2015; detectron2's {@code DefaultAnchorGenerator}):
 * for cell (y, x) and anchor a of a level, row {@code (y * W + x) * A + a}; sizes outer, ratios
 * inner. Grids are kept on their device, for the few sizes seen last.
 */
public final class AnchorGenerator {
    private static final int KEPT_GRIDS = 32;

    private final AnchorConfig config;
    private final int[] strides;
    private final Map<Key, Tensor> grids = new LinkedHashMap<>(16, 0.75f, true);

    private record Key(Device device, int level, int height, int width, int dy, int dx) {}

    /** A generator for levels of the given strides in pixels. */
    public AnchorGenerator(AnchorConfig config, int[] strides) {
        this.config = config;
        this.strides = strides.clone();
    }

    /**
     * Anchors of a level's map: [height * width * A, 4].
     *
     * @param imageHeight padded height of the batch
     * @param imageWidth its padded width
     */
    public Tensor grid(int level, int height, int width, int imageHeight, int imageWidth) {
        int dy = config.torchvision() ? imageHeight / height : strides[level];
        int dx = config.torchvision() ? imageWidth / width : strides[level];
        Key key = new Key(Scope.current().device(), level, height, width, dy, dx);
        Tensor known = grids.get(key);
        if (known != null) {
            return known;
        }
        float[] cell = cell(level);
        Tensor grid =
                Vision.anchors(
                                Tensor.of(cell, cell.length / 4, 4),
                                height,
                                width,
                                dy,
                                dx,
                                config.offset() * dy,
                                config.offset() * dx)
                        .keep("anchors");
        grids.put(key, grid);
        if (grids.size() > KEPT_GRIDS) {
            Iterator<Tensor> eldest = grids.values().iterator();
            eldest.next().release();
            eldest.remove();
        }
        return grid;
    }

    /** Frees the grids. */
    public void release() {
        grids.values().forEach(Tensor::release);
        grids.clear();
    }

    /** The anchors of one cell at the origin: x1, y1, x2, y2 of each. */
    public float[] cell(int level) {
        double[] sizes = config.sizes(level);
        double[] ratios = config.aspectRatios(level);
        float[] cell = new float[sizes.length * ratios.length * 4];
        int i = 0;
        for (double size : sizes) {
            for (double ratio : ratios) {
                double w = Math.sqrt(size * size / ratio);
                double h = ratio * w;
                for (double corner : new double[] {-w / 2, -h / 2, w / 2, h / 2}) {
                    // Half to even, as torch rounds.
                    cell[i++] = (float) (config.torchvision() ? Math.rint((float) corner) : corner);
                }
            }
        }
        return cell;
    }
}
