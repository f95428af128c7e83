package soma.maskrcnn.structures;

import soma.tensor.SomaException;

import java.util.Arrays;

/**
 * COCO's compressed counts: base 32 digits, least significant first, with sign and continuation
 * bits, in ASCII 48 to 111; from the fourth count on the difference to the count before last
 * (pycocotools {@code rleToString}, {@code rleFrString}).
 */
final class CocoString {
    /** 5 bits a digit: seven digits hold every difference of two 32-bit counts. */
    private static final int MAX_DIGITS = 7;

    private CocoString() {}

    static String format(int[] counts) {
        StringBuilder text = new StringBuilder(counts.length * 2);
        for (int i = 0; i < counts.length; i++) {
            long value = i > 2 ? (long) counts[i] - counts[i - 2] : counts[i];
            boolean more;
            do {
                int digit = (int) (value & 31);
                value >>= 5;
                more = (digit & 16) != 0 ? value != -1 : value != 0;
                text.append((char) (48 + (more ? digit | 32 : digit)));
            } while (more);
        }
        return text.toString();
    }

    static int[] parse(String text) {
        int[] counts = new int[Math.max(4, text.length() / 2)];
        int n = 0;
        int at = 0;
        while (at < text.length()) {
            long value = 0;
            int digits = 0;
            boolean more;
            do {
                if (at == text.length()) {
                    throw new SomaException(
                            "rle: compressed counts: expected another digit, got the end of the"
                                    + " string");
                }
                int digit = text.charAt(at) - 48;
                if (digit < 0 || digit > 63) {
                    throw new SomaException(
                            "rle: compressed counts: expected characters '0' to 'o', got code "
                                    + (int) text.charAt(at)
                                    + " at position "
                                    + at);
                }
                if (digits == MAX_DIGITS) {
                    throw new SomaException(
                            "rle: compressed counts: expected numbers below 2^31, got a longer one"
                                    + " at position "
                                    + at);
                }
                value |= (long) (digit & 31) << (5 * digits);
                digits++;
                at++;
                more = (digit & 32) != 0;
                if (!more && (digit & 16) != 0) {
                    value |= -1L << (5 * digits);
                }
            } while (more);
            if (n > 2) {
                value += counts[n - 2];
            }
            if (value < 0 || value > Integer.MAX_VALUE) {
                throw new SomaException(
                        "rle: compressed counts: expected counts from 0 to 2^31-1, got " + value);
            }
            if (n == counts.length) {
                counts = Arrays.copyOf(counts, n * 2);
            }
            counts[n++] = (int) value;
        }
        return Arrays.copyOf(counts, n);
    }
}
