package soma.maskrcnn.draw;

import soma.maskrcnn.image.Image8;

import java.util.Arrays;
import java.util.List;

/** Puts pictures next to each other, such as annotated and detected objects of one image. */
public final class SideBySide {
    private static final int GAP = 8;
    private static final byte WHITE = (byte) 255;

    private SideBySide() {}

    /**
     * Joins pictures from left to right, aligned at the top, with a white gap between them.
     *
     * @return a colour image, as high as the highest
     */
    public static Image8 of(List<Image8> pictures) {
        int height = pictures.stream().mapToInt(Image8::height).max().orElse(0);
        int width =
                pictures.stream().mapToInt(Image8::width).sum()
                        + GAP * Math.max(0, pictures.size() - 1);
        byte[] pixels = new byte[Math.multiplyExact(height, 3 * width)];
        Arrays.fill(pixels, WHITE);
        int left = 0;
        for (Image8 picture : pictures) {
            byte[] from = picture.toBgr().pixels();
            int row = 3 * picture.width();
            for (int y = 0; y < picture.height(); y++) {
                System.arraycopy(from, y * row, pixels, 3 * (y * width + left), row);
            }
            left += picture.width() + GAP;
        }
        return new Image8(height, width, 3, pixels);
    }
}
