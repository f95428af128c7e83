package soma.maskrcnn.image;

import soma.tensor.spi.PixelOrder;

/** How the stored rows and columns of an image lie to those shown: EXIF tag 274. */
enum Orientation {
    NORMAL(false, false, false),
    MIRROR_LEFT_RIGHT(false, false, true),
    ROTATE_180(false, true, true),
    MIRROR_TOP_BOTTOM(false, true, false),
    TRANSPOSE(true, false, false),
    ROTATE_90_CLOCKWISE(true, true, false),
    TRANSVERSE(true, true, true),
    ROTATE_90_COUNTERCLOCKWISE(true, false, true);

    private final boolean swapsAxes;
    private final boolean flipsSourceRows;
    private final boolean flipsSourceColumns;

    Orientation(boolean swapsAxes, boolean flipsSourceRows, boolean flipsSourceColumns) {
        this.swapsAxes = swapsAxes;
        this.flipsSourceRows = flipsSourceRows;
        this.flipsSourceColumns = flipsSourceColumns;
    }

    /** The orientation of a tag value; values outside 1..8 count as normal, as readers do. */
    static Orientation ofTag(int value) {
        return value >= 1 && value <= 8 ? values()[value - 1] : NORMAL;
    }

    ImageSize shownSize(int storedHeight, int storedWidth) {
        return swapsAxes
                ? new ImageSize(storedWidth, storedHeight)
                : new ImageSize(storedHeight, storedWidth);
    }

    /** Where the pixels of a stored image are shown. */
    private PixelOrder order(int storedHeight, int storedWidth) {
        PixelOrder flipped =
                PixelOrder.flipped(storedHeight, storedWidth, flipsSourceColumns, flipsSourceRows);
        return swapsAxes ? flipped.transposed() : flipped;
    }

    /** The image as shown; the argument is as stored. */
    Image8 apply(Image8 stored) {
        return this == NORMAL ? stored : stored.reorder(order(stored.height(), stored.width()));
    }

    /** The label image as shown; the argument is as stored. */
    LabelImage apply(LabelImage stored) {
        if (this == NORMAL) {
            return stored;
        }
        PixelOrder order = order(stored.height(), stored.width());
        int[] to = new int[stored.labels().length];
        for (int y = 0, o = 0; y < order.height(); y++) {
            for (int x = 0; x < order.width(); x++, o++) {
                to[o] = stored.labels()[order.source(y, x)];
            }
        }
        return new LabelImage(order.height(), order.width(), to);
    }
}
