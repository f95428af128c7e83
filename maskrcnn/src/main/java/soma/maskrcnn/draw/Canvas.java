package soma.maskrcnn.draw;

import soma.maskrcnn.image.Image8;

/** A colour image that is drawn on; coordinates outside are ignored. */
final class Canvas {
    final int height;
    final int width;
    private final byte[] pixels;

    /** A copy of {@code image}, each pixel {@code scale} times as high and wide. */
    Canvas(Image8 image, int scale) {
        this.height = Math.multiplyExact(image.height(), scale);
        this.width = Math.multiplyExact(image.width(), scale);
        this.pixels = new byte[Math.multiplyExact(height, width * 3)];
        int channels = image.channels();
        for (int y = 0, o = 0; y < height; y++) {
            int row = y / scale * image.width();
            for (int x = 0; x < width; x++) {
                int i = (row + x / scale) * channels;
                for (int c = 0; c < 3; c++) {
                    pixels[o++] = image.pixels()[channels == 1 ? i : i + c];
                }
            }
        }
    }

    /** Mixes a colour {@code 0xRRGGBB} into a pixel. */
    void blend(int y, int x, int rgb, double opacity) {
        if (y < 0 || x < 0 || y >= height || x >= width) {
            return;
        }
        int i = (y * width + x) * 3;
        for (int c = 0; c < 3; c++) {
            int old = pixels[i + c] & 0xff;
            int target = rgb >> (8 * c) & 0xff;
            pixels[i + c] = (byte) Math.round(old + opacity * (target - old));
        }
    }

    /** Mixes a colour into the rectangle {@code [x0, x1) x [y0, y1)}. */
    void fill(int x0, int y0, int x1, int y1, int rgb, double opacity) {
        for (int y = Math.max(0, y0); y < Math.min(height, y1); y++) {
            for (int x = Math.max(0, x0); x < Math.min(width, x1); x++) {
                blend(y, x, rgb, opacity);
            }
        }
    }

    /** Draws the outline of a rectangle, one pixel wide; x1 and y1 lie outside. */
    void outline(int x0, int y0, int x1, int y1, int rgb, double opacity) {
        fill(x0, y0, x1, y0 + 1, rgb, opacity);
        fill(x0, y1 - 1, x1, y1, rgb, opacity);
        fill(x0, y0 + 1, x0 + 1, y1 - 1, rgb, opacity);
        fill(x1 - 1, y0 + 1, x1, y1 - 1, rgb, opacity);
    }

    /** Writes text with its upper left corner at (x, y). */
    void text(int x, int y, String text, int rgb) {
        for (int i = 0; i < text.length(); i++) {
            for (int column = 0; column < PixelFont.WIDTH; column++) {
                int bits = PixelFont.column(text.charAt(i), column);
                for (int row = 0; row < PixelFont.HEIGHT; row++) {
                    if ((bits >> row & 1) != 0) {
                        blend(y + row, x + i * PixelFont.ADVANCE + column, rgb, 1);
                    }
                }
            }
        }
    }

    Image8 toImage() {
        return new Image8(height, width, 3, pixels);
    }
}
