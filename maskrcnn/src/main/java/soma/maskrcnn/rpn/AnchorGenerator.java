package soma.maskrcnn.rpn;

import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;

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
        float[] boxes = boxes(key);
        Tensor grid = Tensor.of(boxes, boxes.length / 4, 4).keep("anchors");
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

    private float[] boxes(Key key) {
        float[] cell = cell(key.level);
        float shiftY = (float) (config.offset() * key.dy);
        float shiftX = (float) (config.offset() * key.dx);
        float[] out = new float[key.height * key.width * cell.length];
        int o = 0;
        for (int y = 0; y < key.height; y++) {
            for (int x = 0; x < key.width; x++) {
                for (int c = 0; c < cell.length; c += 2) {
                    out[o++] = (x * key.dx + shiftX) + cell[c];
                    out[o++] = (y * key.dy + shiftY) + cell[c + 1];
                }
            }
        }
        return out;
    }
}
