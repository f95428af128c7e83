package soma.maskrcnn.image;

/**
 * A label image: each pixel holds the number of the object that it belongs to, 0 for background.
 *
 * @param height rows
 * @param width columns
 * @param labels {@code height * width} raw sample values, rows top down; not copied
 */
public record LabelImage(int height, int width, int[] labels) {
    /** Checks that the sizes and the array agree. */
    public LabelImage {
        if (height < 0 || width < 0 || labels.length != (long) height * width) {
            throw new IllegalArgumentException(
                    "LabelImage: expected "
                            + (long) height * width
                            + " labels for "
                            + height
                            + "x"
                            + width
                            + ", got "
                            + labels.length);
        }
    }
}
