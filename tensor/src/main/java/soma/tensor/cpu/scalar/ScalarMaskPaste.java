package soma.tensor.cpu.scalar;

/**
 * Pastes one mask of M x M probabilities into its box: detectron2's {@code paste_masks_in_image} on
 * the CPU, that is {@code grid_sample} (bilinear, zero padding, {@code align_corners=False}) in
 * float32 inside a window around the box.
 */
final class ScalarMaskPaste {
    private final float[] masks;
    private final int first;
    private final int side;

    ScalarMaskPaste(float[] masks, int index, int side) {
        this.masks = masks;
        this.first = index * side * side;
        this.side = side;
    }

    /** Which pixels of the image (row-major) are set. */
    boolean[] paste(float[] boxes, int box, int height, int width, double threshold) {
        float x0 = boxes[4 * box];
        float y0 = boxes[4 * box + 1];
        float x1 = boxes[4 * box + 2];
        float y1 = boxes[4 * box + 3];
        boolean[] set = new boolean[height * width];
        int fromX = (int) Math.max(Math.floor(x0) - 1, 0);
        int fromY = (int) Math.max(Math.floor(y0) - 1, 0);
        int toX = (int) Math.min(Math.ceil(x1) + 1, width);
        int toY = (int) Math.min(Math.ceil(y1) + 1, height);
        for (int i = fromY; i < toY; i++) {
            float v = maskCoordinate(i, y0, y1);
            for (int j = fromX; j < toX; j++) {
                float u = maskCoordinate(j, x0, x1);
                set[i * width + j] = sample(v, u) >= (float) threshold;
            }
        }
        return set;
    }

    private float maskCoordinate(int pixel, float from, float to) {
        float grid = (pixel + 0.5f - from) / (to - from) * 2 - 1;
        return (grid + 1) * (side / 2f) - 0.5f;
    }

    private float sample(float v, float u) {
        float top = (float) Math.floor(v);
        float left = (float) Math.floor(u);
        float south = v - top;
        float east = u - left;
        float north = 1 - south;
        float west = 1 - east;
        return tap(top, left) * (north * west)
                + tap(top, left + 1) * (north * east)
                + tap(top + 1, left) * (south * west)
                + tap(top + 1, left + 1) * (south * east);
    }

    private float tap(float y, float x) {
        boolean inside = y >= 0 && y < side && x >= 0 && x < side;
        return inside ? masks[first + ((int) y) * side + (int) x] : 0;
    }
}
