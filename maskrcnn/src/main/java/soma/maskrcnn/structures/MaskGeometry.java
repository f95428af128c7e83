package soma.maskrcnn.structures;

import soma.maskrcnn.image.PillowResize;
import soma.tensor.SomaException;

import java.util.Arrays;

/** Flips, resizes and crops masks run by run. */
final class MaskGeometry {
    private MaskGeometry() {}

    static Rle flipVertical(Rle mask) {
        int height = mask.height();
        ColumnRuns columns = new ColumnRuns(mask);
        RunBuilder runs = new RunBuilder();
        for (int x = columns.left; x < columns.right; x++) {
            for (int k = columns.end(x) - 1; k >= columns.begin(x); k--) {
                runs.add(
                        x * height + height - columns.bottom[k],
                        x * height + height - columns.top[k]);
            }
        }
        return runs.build(height, mask.width());
    }

    static Rle flipHorizontal(Rle mask) {
        int height = mask.height();
        ColumnRuns columns = new ColumnRuns(mask);
        RunBuilder runs = new RunBuilder();
        for (int x = columns.right - 1; x >= columns.left; x--) {
            int base = (mask.width() - 1 - x) * height;
            for (int k = columns.begin(x); k < columns.end(x); k++) {
                runs.add(base + columns.top[k], base + columns.bottom[k]);
            }
        }
        return runs.build(height, mask.width());
    }

    static Rle transpose(Rle mask) {
        MaskBounds bounds = mask.bounds();
        byte[] turned = new byte[bounds.width() * bounds.height()];
        mask.forEachColumnRun(
                (x, top, bottom) -> {
                    int row = (x - bounds.x0()) * bounds.height() - bounds.y0();
                    Arrays.fill(turned, row + top, row + bottom, (byte) 1);
                });
        return Bitmaps.encodeWindow(
                mask.width(),
                mask.height(),
                turned,
                bounds.y0(),
                bounds.x0(),
                bounds.width(),
                bounds.height());
    }

    static Rle crop(Rle mask, int x0, int y0, int newHeight, int newWidth) {
        Rle.pixels(newHeight, newWidth);
        RunBuilder runs = new RunBuilder();
        mask.forEachColumnRun(
                (x, top, bottom) -> {
                    int column = x - x0;
                    if (column >= 0 && column < newWidth) {
                        int from = Math.clamp(top - (long) y0, 0, newHeight);
                        int to = Math.clamp(bottom - (long) y0, 0, newHeight);
                        runs.add(column * newHeight + from, column * newHeight + to);
                    }
                });
        return runs.build(newHeight, newWidth);
    }

    static Rle resizeNearest(Rle mask, int newHeight, int newWidth) {
        if (newHeight < 1 || newWidth < 1) {
            throw new SomaException(
                    "rle: resize: expected a size of at least 1 x 1, got "
                            + newHeight
                            + " x "
                            + newWidth);
        }
        Rle.pixels(newHeight, newWidth);
        if (newHeight == mask.height() && newWidth == mask.width()) {
            return mask;
        }
        int[] firstRow = firstTargets(mask.height(), newHeight);
        int[] firstColumn = firstTargets(mask.width(), newWidth);
        ColumnRuns columns = new ColumnRuns(mask);
        RunBuilder runs = new RunBuilder();
        for (int x = columns.left; x < columns.right; x++) {
            for (int target = firstColumn[x]; target < firstColumn[x + 1]; target++) {
                int base = target * newHeight;
                for (int k = columns.begin(x); k < columns.end(x); k++) {
                    runs.add(base + firstRow[columns.top[k]], base + firstRow[columns.bottom[k]]);
                }
            }
        }
        return runs.build(newHeight, newWidth);
    }

    /**
     * Returns, for each source index (and the end), the first target index that takes its value
     * from it or a later one: the inverse of {@link PillowResize#nearestIndices}.
     */
    private static int[] firstTargets(int from, int to) {
        int[] first = new int[from + 1];
        int[] sources = PillowResize.nearestIndices(from, to);
        int next = 0;
        for (int target = 0; target < to; target++) {
            while (next <= sources[target]) {
                first[next++] = target;
            }
        }
        while (next <= from) {
            first[next++] = to;
        }
        return first;
    }

    /** The runs of a mask, cut at column ends and indexed by column. */
    private static final class ColumnRuns {
        final int left;
        final int right;
        int[] top;
        int[] bottom;
        private final int[] firstRun;
        private int length;

        ColumnRuns(Rle mask) {
            left = mask.bounds().x0();
            right = mask.bounds().x1();
            firstRun = new int[right - left + 1];
            int guess = mask.rawCounts().length / 2 + right - left + 1;
            top = new int[guess];
            bottom = new int[guess];
            mask.forEachColumnRun(
                    (x, from, to) -> {
                        top[length] = from;
                        bottom[length++] = to;
                        firstRun[x - left + 1] = length;
                    });
            for (int i = 1; i < firstRun.length; i++) {
                // Columns without runs start where the one before ends.
                firstRun[i] = Math.max(firstRun[i], firstRun[i - 1]);
            }
        }

        int begin(int x) {
            return firstRun[x - left];
        }

        int end(int x) {
            return firstRun[x - left + 1];
        }
    }
}
