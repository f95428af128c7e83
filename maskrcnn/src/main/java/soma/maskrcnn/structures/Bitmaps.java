package soma.maskrcnn.structures;

import soma.tensor.SomaException;

/** Encodes row-major bitmaps into column-major runs. */
final class Bitmaps {
    private Bitmaps() {}

    static Rle encode(
            byte[] bitmap, int height, int width, int x0, int y0, int imageHeight, int imageWidth) {
        int total = Rle.pixels(height, width);
        if (bitmap.length != total) {
            throw new SomaException(
                    "rle: bitmap: expected "
                            + height
                            + " x "
                            + width
                            + " bytes, got "
                            + bitmap.length);
        }
        // Rows are scanned in memory order first, so that only the object's own columns are walked
        // down.
        int top = Math.max(0, -y0);
        int bottom = Math.min(height, imageHeight - y0);
        int firstColumn = Math.max(0, -x0);
        int lastColumn = Math.min(width, imageWidth - x0) - 1;
        int left = Integer.MAX_VALUE;
        int right = -1;
        int firstRow = bottom;
        int lastRow = -1;
        for (int y = top; y < bottom; y++) {
            int row = y * width;
            int from = firstColumn;
            while (from <= lastColumn && bitmap[row + from] == 0) {
                from++;
            }
            if (from > lastColumn) {
                continue;
            }
            int to = lastColumn;
            while (bitmap[row + to] == 0) {
                to--;
            }
            left = Math.min(left, from);
            right = Math.max(right, to);
            firstRow = Math.min(firstRow, y);
            lastRow = y;
        }
        RunBuilder runs = new RunBuilder();
        for (int x = left; x <= right; x++) {
            int base = (x + x0) * imageHeight + y0;
            int start = -1;
            for (int y = firstRow; y <= lastRow; y++) {
                boolean set = bitmap[y * width + x] != 0;
                if (set && start < 0) {
                    start = y;
                } else if (!set && start >= 0) {
                    runs.add(base + start, base + y);
                    start = -1;
                }
            }
            if (start >= 0) {
                runs.add(base + start, base + lastRow + 1);
            }
        }
        return runs.build(imageHeight, imageWidth);
    }

    static Rle encodeWindow(
            int height,
            int width,
            byte[] window,
            int x0,
            int y0,
            int windowHeight,
            int windowWidth) {
        return encode(window, windowHeight, windowWidth, x0, y0, height, width);
    }
}
