package soma.maskrcnn.structures;

import java.util.Arrays;

/** Collects ascending foreground intervals of a column-major scan into canonical counts. */
public final class RunBuilder {
    private int[] counts = new int[32];
    private int length;
    private int end;

    /**
     * Adds {@code [from, to)}; {@code from} must not lie before the end of the last interval; empty
     * ones are ignored.
     */
    public void add(int from, int to) {
        if (from >= to) {
            return;
        }
        if (length > 0 && from == end) {
            counts[length - 1] += to - from;
        } else {
            if (length + 2 > counts.length) {
                counts = Arrays.copyOf(counts, counts.length * 2);
            }
            counts[length++] = from - end;
            counts[length++] = to - from;
        }
        end = to;
    }

    /** Returns the mask; the builder must not be used afterwards. */
    public Rle build(int height, int width) {
        int total = Rle.pixels(height, width);
        boolean tail = end < total || length == 0;
        int[] result = Arrays.copyOf(counts, length + (tail ? 1 : 0));
        if (tail) {
            result[length] = total - end;
        }
        return new Rle(height, width, result);
    }
}
