package soma.maskrcnn.structures;

import soma.tensor.SomaException;

import java.util.Arrays;
import java.util.List;

/**
 * A binary mask of {@code height} x {@code width} pixels as COCO run lengths: column-major,
 * alternating, starting with background.
 *
 * <p>Immutable and canonical: no run but the first is empty, and the runs add up to {@code height *
 * width}, so two equal masks are equal objects. Area and bounds are computed once. (pycocotools
 * {@code maskApi.c} is the reference for all numbers.)
 */
public final class Rle {
    private final int height;
    private final int width;
    private final int[] counts;
    private final int area;
    private final MaskBounds bounds;

    /** Takes ownership of {@code counts}, which must be canonical. */
    Rle(int height, int width, int[] counts) {
        this.height = height;
        this.width = width;
        this.counts = counts;
        int foreground = 0;
        for (int i = 1; i < counts.length; i += 2) {
            foreground += counts[i];
        }
        this.area = foreground;
        this.bounds = MaskBounds.of(height, counts);
    }

    /**
     * Creates a mask from COCO counts; empty runs are merged away.
     *
     * @throws SomaException when a count is negative or the sum isn't {@code height * width}
     */
    public static Rle of(int height, int width, int[] counts) {
        int total = pixels(height, width);
        RunBuilder runs = new RunBuilder();
        long position = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] < 0) {
                throw new SomaException("rle: count " + i + ": expected >= 0, got " + counts[i]);
            }
            long end = position + counts[i];
            if (end > total) {
                throw new SomaException(
                        "rle: runs past the end: expected a sum of "
                                + total
                                + ", got at least "
                                + end);
            }
            if ((i & 1) == 1) {
                runs.add((int) position, (int) end);
            }
            position = end;
        }
        if (position != total) {
            throw new SomaException("rle: sum of counts: expected " + total + ", got " + position);
        }
        return runs.build(height, width);
    }

    /** Returns the mask without a pixel. */
    public static Rle empty(int height, int width) {
        return new RunBuilder().build(height, width);
    }

    /** Returns the filled rectangle {@code [x0, x1) x [y0, y1)}, clipped to the image. */
    public static Rle box(int height, int width, int x0, int y0, int x1, int y1) {
        int top = Math.max(y0, 0);
        int bottom = Math.min(y1, height);
        RunBuilder runs = new RunBuilder();
        pixels(height, width);
        if (top < bottom) {
            for (int x = Math.max(x0, 0); x < Math.min(x1, width); x++) {
                runs.add(x * height + top, x * height + bottom);
            }
        }
        return runs.build(height, width);
    }

    /** Encodes a row-major bitmap ({@code height * width} bytes, 0 is background). */
    public static Rle encode(byte[] bitmap, int height, int width) {
        return Bitmaps.encode(bitmap, height, width, 0, 0, height, width);
    }

    /** Encodes a row-major bitmap of {@code height * width} values. */
    public static Rle encode(boolean[] bitmap, int height, int width) {
        byte[] bytes = new byte[bitmap.length];
        for (int i = 0; i < bitmap.length; i++) {
            bytes[i] = (byte) (bitmap[i] ? 1 : 0);
        }
        return encode(bytes, height, width);
    }

    /**
     * Encodes a small row-major bitmap ({@code windowHeight * windowWidth}, 0 is background) that
     * lies at column {@code x0} and row {@code y0} of an image of {@code height} x {@code width};
     * what lies outside the image is cut off.
     */
    public static Rle encodeWindow(
            int height,
            int width,
            byte[] window,
            int x0,
            int y0,
            int windowHeight,
            int windowWidth) {
        return Bitmaps.encodeWindow(height, width, window, x0, y0, windowHeight, windowWidth);
    }

    /**
     * Reads COCO's compressed string.
     *
     * @throws SomaException when the string has other characters, ends in the middle of a number,
     *     or its runs don't add up to {@code height * width}
     */
    public static Rle fromCocoString(int height, int width, String counts) {
        return of(height, width, CocoString.parse(counts));
    }

    /**
     * Reads the competition's run lengths: {@code start length start length ...}, row-major and
     * 1-based, in any order; overlapping runs count once. An empty text is the empty mask.
     *
     * @throws SomaException when the text isn't pairs of positive integers, or a run leaves the
     *     image
     */
    public static Rle fromRowRuns(int height, int width, String text) {
        return RowRuns.parse(height, width, text);
    }

    /** Returns COCO's compressed string. */
    public String toCocoString() {
        return CocoString.format(counts);
    }

    /** Returns the competition's row-major 1-based run lengths, shortest spelling, ascending. */
    public String toRowRuns() {
        return RowRuns.format(this);
    }

    /** Rows of the image. */
    public int height() {
        return height;
    }

    /** Columns of the image. */
    public int width() {
        return width;
    }

    /** Returns a copy of the run lengths, column-major, starting with background. */
    public int[] counts() {
        return counts.clone();
    }

    /** The run lengths themselves, not to be changed. */
    int[] rawCounts() {
        return counts;
    }

    /** Foreground pixels. */
    public int area() {
        return area;
    }

    /** Whether no pixel is set. */
    public boolean isEmpty() {
        return area == 0;
    }

    /** The smallest rectangle that holds all pixels; empty at the origin for an empty mask. */
    public MaskBounds bounds() {
        return bounds;
    }

    /** Returns COCO's {@code bbox}: x, y, width, height; all 0 for an empty mask. */
    public double[] bbox() {
        return new double[] {bounds.x0(), bounds.y0(), bounds.width(), bounds.height()};
    }

    /** Returns the row-major bitmap, 0 or 1, of the whole image. */
    public byte[] decode() {
        return decodeWindow(0, 0, height, width);
    }

    /**
     * Returns the row-major bitmap, 0 or 1, of a window of the image; pixels of the window outside
     * the image are 0.
     */
    public byte[] decodeWindow(int x0, int y0, int windowHeight, int windowWidth) {
        byte[] window = new byte[Math.multiplyExact(windowHeight, windowWidth)];
        forEachColumnRun(
                (x, top, bottom) -> {
                    if (x < x0 || x >= x0 + windowWidth) {
                        return;
                    }
                    int end = Math.min(bottom, y0 + windowHeight);
                    for (int y = Math.max(top, y0); y < end; y++) {
                        window[(y - y0) * windowWidth + (x - x0)] = 1;
                    }
                });
        return window;
    }

    /** Writes {@code value} into a row-major image of labels wherever the mask is set. */
    public void paint(int[] labels, int value) {
        if (labels.length != height * width) {
            throw new SomaException(
                    "rle: label image: expected "
                            + height * width
                            + " pixels, got "
                            + labels.length);
        }
        forEachColumnRun(
                (x, top, bottom) -> {
                    for (int y = top; y < bottom; y++) {
                        labels[y * width + x] = value;
                    }
                });
    }

    /** Receives the vertical runs of a mask. */
    @FunctionalInterface
    public interface ColumnRun {
        /**
         * Pixels of column {@code x} from row {@code top} (inclusive) to {@code bottom}
         * (exclusive).
         */
        void accept(int x, int top, int bottom);
    }

    /**
     * Calls {@code visitor} for every run, cut at column ends, from left to right and top to
     * bottom.
     */
    public void forEachColumnRun(ColumnRun visitor) {
        int position = 0;
        for (int i = 0; i + 1 < counts.length; i += 2) {
            position += counts[i];
            int end = position + counts[i + 1];
            int x = position / height;
            int top = position - x * height;
            while (position < end) {
                int bottom = Math.min(height, top + (end - position));
                visitor.accept(x, top, bottom);
                position += bottom - top;
                top = 0;
                x++;
            }
        }
    }

    /** Returns the union with {@code other}, which must have the same size. */
    public Rle union(Rle other) {
        return MaskAlgebra.combine(this, other, MaskAlgebra.Operation.UNION);
    }

    /** Returns the union of masks of one size; the list must not be empty. */
    public static Rle union(List<Rle> masks) {
        return MaskAlgebra.union(masks);
    }

    /** Returns the intersection with {@code other}, which must have the same size. */
    public Rle intersection(Rle other) {
        return MaskAlgebra.combine(this, other, MaskAlgebra.Operation.INTERSECTION);
    }

    /** Returns the pixels of this mask that {@code other}, of the same size, doesn't have. */
    public Rle subtract(Rle other) {
        return MaskAlgebra.combine(this, other, MaskAlgebra.Operation.DIFFERENCE);
    }

    /**
     * Counts the pixels shared with {@code other}, which must have the same size; allocates
     * nothing.
     */
    public int intersectionArea(Rle other) {
        return MaskAlgebra.intersectionArea(this, other);
    }

    /**
     * Returns COCO's overlap of this detection with the ground truth {@code truth}: intersection
     * over union, or over this mask's area when the ground truth is a crowd; 0 when they don't
     * meet.
     */
    public double iou(Rle truth, boolean crowd) {
        int shared = MaskAlgebra.intersectionArea(this, truth);
        if (shared == 0) {
            return 0;
        }
        return (double) shared / (crowd ? area : area + truth.area - shared);
    }

    /** Returns the intersection over union with {@code other}, which must have the same size. */
    public double iou(Rle other) {
        return iou(other, false);
    }

    /** Returns the mask mirrored left to right. */
    public Rle flipHorizontal() {
        return MaskGeometry.flipHorizontal(this);
    }

    /** Returns the mask mirrored top to bottom. */
    public Rle flipVertical() {
        return MaskGeometry.flipVertical(this);
    }

    /** Returns the mask with rows and columns exchanged. */
    public Rle transpose() {
        return MaskGeometry.transpose(this);
    }

    /**
     * Returns the mask resized as Pillow's {@code NEAREST} does (its accumulated source
     * coordinate).
     */
    public Rle resizeNearest(int newHeight, int newWidth) {
        return MaskGeometry.resizeNearest(this, newHeight, newWidth);
    }

    /**
     * Returns the window at column {@code x0}, row {@code y0} as a mask of its own; parts of the
     * window outside the image are background, so that negative starts pad.
     */
    public Rle crop(int x0, int y0, int newHeight, int newWidth) {
        return MaskGeometry.crop(this, x0, y0, newHeight, newWidth);
    }

    /**
     * Returns the 8-connected part with the most pixels (the leftmost among equals), or this mask
     * when it has no more than one part.
     */
    public Rle largestPart() {
        return MaskParts.largest(this);
    }

    /**
     * Returns the mask with its holes filled: the parts of its background that are 4-connected and
     * don't reach the border of the image.
     */
    public Rle fillHoles() {
        return MaskParts.fillHoles(this);
    }

    /** Returns {@code height * width}, refusing sizes that can't be a mask. */
    static int pixels(int height, int width) {
        long total = (long) height * width;
        if (height < 0 || width < 0 || total > Integer.MAX_VALUE) {
            throw new SomaException(
                    "rle: size: expected height and width >= 0 and at most 2^31-1 pixels, got "
                            + height
                            + " x "
                            + width);
        }
        return (int) total;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Rle rle
                && height == rle.height
                && width == rle.width
                && Arrays.equals(counts, rle.counts);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * height + width) + Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return "Rle[" + height + "x" + width + ", area " + area + ", " + bounds + "]";
    }
}
