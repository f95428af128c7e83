package soma.maskrcnn.synthetic;

import soma.maskrcnn.structures.Rle;

/**
 * The optical thickness of one cell, to be put anywhere on an image; where it is above zero is the
 * cell.
 */
final class Stamp {
    private final int top;
    private final int left;
    private final int height;
    private final int width;
    private final float[] thickness;
    private final byte[] bitmap;
    private final int area;

    /** A window whose first pixel lies at row {@code top}, column {@code left} from the centre. */
    Stamp(int top, int left, int height, int width, float[] thickness) {
        this.top = top;
        this.left = left;
        this.height = height;
        this.width = width;
        this.thickness = thickness;
        this.bitmap = new byte[thickness.length];
        int count = 0;
        for (int i = 0; i < bitmap.length; i++) {
            if (thickness[i] > 0) {
                bitmap[i] = 1;
                count++;
            }
        }
        this.area = count;
    }

    /** Number of pixels of the cell, also those that would lie outside an image. */
    int area() {
        return area;
    }

    /** The cell's mask when its centre is the pixel at row {@code y}, column {@code x}. */
    Rle mask(int y, int x, int imageHeight, int imageWidth) {
        return Rle.encodeWindow(imageHeight, imageWidth, bitmap, x + left, y + top, height, width);
    }

    /**
     * Adds the thickness, with {@code texture} times its amplitude as relative relief, to a map.
     */
    void addTo(Field map, int y, int x, Field texture, double amplitude) {
        for (int row = Math.max(0, -(y + top)); row < height; row++) {
            int imageRow = y + top + row;
            if (imageRow >= map.height) {
                return;
            }
            for (int column = 0; column < width; column++) {
                int imageColumn = x + left + column;
                float value = thickness[row * width + column];
                if (value > 0 && imageColumn >= 0 && imageColumn < map.width) {
                    int i = imageRow * map.width + imageColumn;
                    map.values[i] += value * (float) (1 + amplitude * texture.values[i]);
                }
            }
        }
    }
}
