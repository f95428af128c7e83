package soma.maskrcnn.structures;

import java.util.Random;

/** Bitmaps written out by hand, as the oracle of the run-length code. */
final class NaiveMask {
    private NaiveMask() {}

    static byte[] random(Random random, int height, int width, double density) {
        byte[] bitmap = new byte[height * width];
        for (int i = 0; i < bitmap.length; i++) {
            bitmap[i] = (byte) (random.nextDouble() < density ? 1 : 0);
        }
        return bitmap;
    }

    static int[] counts(byte[] bitmap, int height, int width) {
        java.util.List<Integer> counts = new java.util.ArrayList<>();
        int value = 0;
        int run = 0;
        for (int x = 0; x < width; x++) {
            for (int y = 0; y < height; y++) {
                if (bitmap[y * width + x] != value) {
                    counts.add(run);
                    run = 0;
                    value ^= 1;
                }
                run++;
            }
        }
        counts.add(run);
        return counts.stream().mapToInt(i -> i).toArray();
    }

    static byte[] rows(String... rows) {
        byte[] bitmap = new byte[rows.length * rows[0].length()];
        for (int y = 0; y < rows.length; y++) {
            for (int x = 0; x < rows[0].length(); x++) {
                bitmap[y * rows[0].length() + x] = (byte) (rows[y].charAt(x) - '0');
            }
        }
        return bitmap;
    }

    static int area(byte[] bitmap) {
        int area = 0;
        for (byte value : bitmap) {
            area += value;
        }
        return area;
    }
}
