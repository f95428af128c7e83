package soma.maskrcnn.structures;

import soma.tensor.SomaException;

import java.util.Arrays;

/** The competition's run lengths: {@code start length} pairs, row-major, counted from 1. */
final class RowRuns {
    private RowRuns() {}

    static String format(Rle mask) {
        MaskBounds bounds = mask.bounds();
        byte[] window =
                mask.decodeWindow(bounds.x0(), bounds.y0(), bounds.height(), bounds.width());
        StringBuilder text = new StringBuilder();
        int start = -1;
        int end = -1;
        for (int y = 0; y < bounds.height(); y++) {
            for (int x = 0; x < bounds.width(); x++) {
                if (window[y * bounds.width() + x] == 0) {
                    continue;
                }
                int position = (y + bounds.y0()) * mask.width() + x + bounds.x0();
                if (position != end) {
                    append(text, start, end);
                    start = position;
                }
                end = position + 1;
            }
        }
        append(text, start, end);
        return text.toString();
    }

    private static void append(StringBuilder text, int start, int end) {
        if (start < 0) {
            return;
        }
        if (!text.isEmpty()) {
            text.append(' ');
        }
        text.append(start + 1).append(' ').append(end - start);
    }

    static Rle parse(int height, int width, String text) {
        int total = Rle.pixels(height, width);
        int[] numbers = numbers(text);
        if (numbers.length % 2 != 0) {
            throw new SomaException(
                    "rle: row runs: expected pairs of start and length, got "
                            + numbers.length
                            + " numbers");
        }
        if (numbers.length == 0) {
            return Rle.empty(height, width);
        }
        int left = width;
        int right = 0;
        int top = height;
        int bottom = 0;
        for (int i = 0; i < numbers.length; i += 2) {
            int start = numbers[i] - 1;
            long end = (long) start + numbers[i + 1];
            if (start < 0 || numbers[i + 1] < 1 || end > total) {
                throw new SomaException(
                        "rle: row runs: expected runs within 1 to "
                                + total
                                + ", got start "
                                + numbers[i]
                                + " and length "
                                + numbers[i + 1]);
            }
            int firstRow = start / width;
            int lastRow = (int) ((end - 1) / width);
            boolean oneRow = firstRow == lastRow;
            left = Math.min(left, oneRow ? start - firstRow * width : 0);
            right = Math.max(right, oneRow ? (int) end - firstRow * width : width);
            top = Math.min(top, firstRow);
            bottom = Math.max(bottom, lastRow + 1);
        }
        int windowWidth = right - left;
        byte[] window = new byte[(bottom - top) * windowWidth];
        for (int i = 0; i < numbers.length; i += 2) {
            int position = numbers[i] - 1;
            int end = position + numbers[i + 1];
            while (position < end) {
                int y = position / width;
                int rowEnd = Math.min(end, (y + 1) * width);
                int offset = (y - top) * windowWidth - y * width - left;
                Arrays.fill(window, position + offset, rowEnd + offset, (byte) 1);
                position = rowEnd;
            }
        }
        return Rle.encodeWindow(height, width, window, left, top, bottom - top, windowWidth);
    }

    private static int[] numbers(String text) {
        int[] numbers = new int[16];
        int n = 0;
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ' ' || c == '\t') {
                at++;
                continue;
            }
            long value = 0;
            int first = at;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                value = Math.min(value * 10 + (text.charAt(at) - '0'), Integer.MAX_VALUE + 1L);
                at++;
            }
            boolean ended =
                    at == text.length() || text.charAt(at) == ' ' || text.charAt(at) == '\t';
            if (first == at || !ended || value > Integer.MAX_VALUE) {
                int shown = Math.min(text.length(), first + 20);
                throw new SomaException(
                        "rle: row runs: expected whole numbers, got '"
                                + text.substring(first, shown)
                                + "' at position "
                                + first);
            }
            if (n == numbers.length) {
                numbers = Arrays.copyOf(numbers, n * 2);
            }
            numbers[n++] = (int) value;
        }
        return Arrays.copyOf(numbers, n);
    }
}
