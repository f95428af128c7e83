package soma.maskrcnn.image;

/**
 * The size of an image in pixels.
 *
 * @param height rows
 * @param width columns
 */
public record ImageSize(int height, int width) {
    /** The size as messages show it, {@code 520x704} (height first). */
    @Override
    public String toString() {
        return height + "x" + width;
    }
}
