package soma.tensor.spi;

/**
 * How the pixels of an image lie in a mirrored or turned one: at row {@code y} and column {@code x}
 * there is pixel number {@code first + y * down + x * right} of the image, counted row by row.
 *
 * @param height rows of the mirrored or turned image
 * @param width columns of it
 * @param first which pixel of the image is in its upper left corner
 * @param down from there to the pixel below
 * @param right from there to the pixel on the right
 */
public record PixelOrder(int height, int width, int first, int down, int right) {
    /**
     * Mirrored.
     *
     * @param height rows of the image
     * @param width columns of the image
     * @param horizontal left to right
     * @param vertical top to bottom
     */
    public static PixelOrder flipped(int height, int width, boolean horizontal, boolean vertical) {
        return new PixelOrder(
                height,
                width,
                (vertical ? (height - 1) * width : 0) + (horizontal ? width - 1 : 0),
                vertical ? -width : width,
                horizontal ? -1 : 1);
    }

    /**
     * Turned counterclockwise, as {@code numpy.rot90} does.
     *
     * @param height rows of the image
     * @param width columns of the image
     * @param turns quarter turns, 0 to 3
     * @throws IllegalArgumentException for other turns
     */
    public static PixelOrder turned(int height, int width, int turns) {
        return switch (turns) {
            case 0 -> flipped(height, width, false, false);
            case 1 -> flipped(height, width, true, false).transposed();
            case 2 -> flipped(height, width, true, true);
            case 3 -> flipped(height, width, false, true).transposed();
            default ->
                    throw new IllegalArgumentException(
                            "turns: expected 0 to 3 quarter turns, got " + turns);
        };
    }

    /** With rows and columns exchanged. */
    public PixelOrder transposed() {
        return new PixelOrder(width, height, first, right, down);
    }

    /** The number of the pixel that lies at row {@code y} and column {@code x}. */
    public int source(int y, int x) {
        return first + y * down + x * right;
    }
}
