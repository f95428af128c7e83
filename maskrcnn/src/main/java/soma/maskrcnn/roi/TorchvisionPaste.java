package soma.maskrcnn.roi;

import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;
import soma.maskrcnn.structures.RunBuilder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Detections in an output of another size as torchvision gives them ({@code resize_boxes}, {@code
 * paste_masks_in_image} of 0.28): masks get a border of zeros, boxes grow with it and are cut to
 * whole pixels, and the mask is resized into them. Boxes are neither clipped nor dropped.
 */
public final class TorchvisionPaste {
    private static final int BORDER = 1;

    private final int height;
    private final int width;

    private TorchvisionPaste(int height, int width) {
        this.height = height;
        this.width = width;
    }

    /**
     * Boxes and masks at the output's size.
     *
     * @param threshold a pixel belongs to the mask where its value is greater
     */
    public static Instances postprocess(
            Detections d, int outHeight, int outWidth, double threshold) {
        float sx = (float) outWidth / d.width();
        float sy = (float) outHeight / d.height();
        float[] boxes = d.boxes().toFloats();
        for (int i = 0; i < boxes.length; i++) {
            boxes[i] *= i % 2 == 0 ? sx : sy;
        }
        int side = d.masks().dim(1);
        float[] masks = d.masks().toFloats();
        TorchvisionPaste paste = new TorchvisionPaste(outHeight, outWidth);
        List<Rle> pasted = new ArrayList<>();
        for (int i = 0; i < d.size(); i++) {
            float[] box = Arrays.copyOfRange(boxes, 4 * i, 4 * i + 4);
            float[] mask = Arrays.copyOfRange(masks, i * side * side, (i + 1) * side * side);
            pasted.add(paste.mask(mask, side, box, (float) threshold));
        }
        return new Instances(
                outHeight, outWidth, boxes, d.scores().toFloats(), d.classes().toInts(), pasted);
    }

    /**
     * One axis of a pasted mask: where it begins, and what of the mask each of its pixels mixes.
     */
    private record Axis(int begin, int[] first, float[] second) {
        /**
         * Pixels of an expanded box.
         *
         * @param low its lower end
         * @param high its upper end
         * @param size of the mask with its border
         */
        static Axis of(int low, int high, int size) {
            int pixels = Math.max(high - low + 1, 1);
            int[] first = new int[pixels];
            float[] second = new float[pixels];
            float scale = (float) size / pixels;
            for (int i = 0; i < pixels; i++) {
                float source = Math.max((i + 0.5f) * scale - 0.5f, 0);
                first[i] = (int) source;
                second[i] = source - first[i];
            }
            return new Axis(low, first, second);
        }

        int end() {
            return begin + first.length;
        }
    }

    private Rle mask(float[] probabilities, int side, float[] box, float threshold) {
        int padded = side + 2 * BORDER;
        float scale = (float) padded / side;
        int[] low = new int[2];
        int[] high = new int[2];
        for (int axis = 0; axis < 2; axis++) {
            float half = (box[axis + 2] - box[axis]) * 0.5f * scale;
            float centre = (box[axis + 2] + box[axis]) * 0.5f;
            low[axis] = (int) (centre - half);
            high[axis] = (int) (centre + half);
        }
        float[] grid = new float[padded * padded];
        for (int y = 0; y < side; y++) {
            System.arraycopy(probabilities, y * side, grid, (y + BORDER) * padded + BORDER, side);
        }
        Axis xs = Axis.of(low[0], high[0], padded);
        Axis ys = Axis.of(low[1], high[1], padded);
        RunBuilder runs = new RunBuilder();
        for (int x = Math.max(0, xs.begin); x < Math.min(width, xs.end()); x++) {
            for (int y = Math.max(0, ys.begin); y < Math.min(height, ys.end()); y++) {
                if (value(grid, padded, xs, x, ys, y) > threshold) {
                    runs.add(x * height + y, x * height + y + 1);
                }
            }
        }
        return runs.build(height, width);
    }

    private static float value(float[] grid, int size, Axis xs, int x, Axis ys, int y) {
        int x0 = xs.first[x - xs.begin];
        int y0 = ys.first[y - ys.begin];
        int x1 = Math.min(x0 + 1, size - 1);
        int y1 = Math.min(y0 + 1, size - 1);
        float fx = xs.second[x - xs.begin];
        float fy = ys.second[y - ys.begin];
        float above = (1 - fx) * grid[y0 * size + x0] + fx * grid[y0 * size + x1];
        float below = (1 - fx) * grid[y1 * size + x0] + fx * grid[y1 * size + x1];
        return (1 - fy) * above + fy * below;
    }
}
