package soma.maskrcnn.image;

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

    boolean swapsAxes() {
        return swapsAxes;
    }

    ImageSize shownSize(int storedHeight, int storedWidth) {
        return swapsAxes
                ? new ImageSize(storedWidth, storedHeight)
                : new ImageSize(storedHeight, storedWidth);
    }

    /** Index of the stored pixel that is shown at row {@code y}, column {@code x}. */
    int storedIndex(int y, int x, int storedHeight, int storedWidth) {
        int row = swapsAxes ? x : y;
        int column = swapsAxes ? y : x;
        if (flipsSourceRows) {
            row = storedHeight - 1 - row;
        }
        if (flipsSourceColumns) {
            column = storedWidth - 1 - column;
        }
        return row * storedWidth + column;
    }

    /** The image as shown; the argument is as stored. */
    Image8 apply(Image8 stored) {
        if (this == NORMAL) {
            return stored;
        }
        ImageSize size = shownSize(stored.height(), stored.width());
        int channels = stored.channels();
        byte[] from = stored.pixels();
        byte[] to = new byte[from.length];
        for (int y = 0, o = 0; y < size.height(); y++) {
            for (int x = 0; x < size.width(); x++, o += channels) {
                int i = storedIndex(y, x, stored.height(), stored.width()) * channels;
                for (int c = 0; c < channels; c++) {
                    to[o + c] = from[i + c];
                }
            }
        }
        return new Image8(size.height(), size.width(), channels, to);
    }

    /** The label image as shown; the argument is as stored. */
    LabelImage apply(LabelImage stored) {
        if (this == NORMAL) {
            return stored;
        }
        ImageSize size = shownSize(stored.height(), stored.width());
        int[] to = new int[stored.labels().length];
        for (int y = 0, o = 0; y < size.height(); y++) {
            for (int x = 0; x < size.width(); x++, o++) {
                to[o] = stored.labels()[storedIndex(y, x, stored.height(), stored.width())];
            }
        }
        return new LabelImage(size.height(), size.width(), to);
    }
}
