package soma.maskrcnn.structures;

/**
 * The pixel rectangle {@code [x0, x1) x [y0, y1)} that a mask fills; all 0 when it is empty.
 *
 * @param x0 first column
 * @param y0 first row
 * @param x1 column after the last
 * @param y1 row after the last
 */
public record MaskBounds(int x0, int y0, int x1, int y1) {
    private static final MaskBounds EMPTY = new MaskBounds(0, 0, 0, 0);

    /** Columns covered. */
    public int width() {
        return x1 - x0;
    }

    /** Rows covered. */
    public int height() {
        return y1 - y0;
    }

    /** Whether the two rectangles share no pixel. */
    public boolean disjoint(MaskBounds other) {
        return x0 >= other.x1 || other.x0 >= x1 || y0 >= other.y1 || other.y0 >= y1;
    }

    /** The smallest rectangle that holds both; one without pixels adds nothing. */
    public MaskBounds union(MaskBounds other) {
        if (width() <= 0 || height() <= 0) {
            return other;
        }
        if (other.width() <= 0 || other.height() <= 0) {
            return this;
        }
        return new MaskBounds(
                Math.min(x0, other.x0),
                Math.min(y0, other.y0),
                Math.max(x1, other.x1),
                Math.max(y1, other.y1));
    }

    /** Returns the extents of canonical column-major counts (pycocotools {@code rleToBbox}). */
    static MaskBounds of(int height, int[] counts) {
        if (counts.length < 2) {
            return EMPTY;
        }
        int left = Integer.MAX_VALUE;
        int right = -1;
        int top = Integer.MAX_VALUE;
        int bottom = -1;
        int position = 0;
        for (int i = 0; i + 1 < counts.length; i += 2) {
            int start = position + counts[i];
            position = start + counts[i + 1];
            int firstColumn = start / height;
            int lastColumn = (position - 1) / height;
            left = Math.min(left, firstColumn);
            right = Math.max(right, lastColumn);
            if (firstColumn < lastColumn) {
                // The run goes through the bottom of one column and the top of the next.
                top = 0;
                bottom = height - 1;
            } else {
                top = Math.min(top, start - firstColumn * height);
                bottom = Math.max(bottom, position - 1 - lastColumn * height);
            }
        }
        return new MaskBounds(left, top, right + 1, bottom + 1);
    }
}
