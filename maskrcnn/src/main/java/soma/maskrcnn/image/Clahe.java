package soma.maskrcnn.image;

/**
 * Contrast-limited adaptive histogram equalisation (Zuiderveld 1994) with the bytes of OpenCV's
 * {@code CLAHE} for gray images: a table of levels for each tile, and between the tiles' centres
 * the blend of four.
 */
public final class Clahe {
    private static final int LEVELS = 256;

    private final int tilesDown;
    private final int tilesAcross;
    private final int tileHeight;
    private final int tileWidth;
    private final byte[][] tables;

    private Clahe(Image8 gray, double clipLimit, int tilesDown, int tilesAcross) {
        this.tilesDown = tilesDown;
        this.tilesAcross = tilesAcross;
        // OpenCV extends both sides as soon as one isn't a multiple.
        boolean fits = gray.height() % tilesDown == 0 && gray.width() % tilesAcross == 0;
        tileHeight = gray.height() / tilesDown + (fits ? 0 : 1);
        tileWidth = gray.width() / tilesAcross + (fits ? 0 : 1);
        tables = new byte[tilesDown * tilesAcross][];
        for (int i = 0; i < tables.length; i++) {
            int[] histogram =
                    histogram(gray, i / tilesAcross * tileHeight, i % tilesAcross * tileWidth);
            limit(histogram, clipLimit);
            tables[i] = table(histogram);
        }
    }

    /**
     * Equalises the lightness of an image. Colours keep their differences between channels: what
     * the gray value (ITU-R BT.601) gains, each channel gains.
     *
     * @param clipLimit most pixels of one level in a tile, as a multiple of their mean over all
     *     levels; 0: no limit
     * @param tilesDown rows of tiles, at least 1
     * @param tilesAcross columns of tiles, at least 1
     */
    public static Image8 apply(Image8 image, double clipLimit, int tilesDown, int tilesAcross) {
        Image8 gray = image.toGray();
        if (gray.pixels().length == 0) {
            return image;
        }
        byte[] equalised = new Clahe(gray, clipLimit, tilesDown, tilesAcross).blend(gray);
        if (image.channels() == 1) {
            return new Image8(image.height(), image.width(), 1, equalised);
        }
        byte[] to = new byte[image.pixels().length];
        for (int i = 0; i < to.length; i++) {
            int gain = (equalised[i / 3] & 0xff) - (gray.pixels()[i / 3] & 0xff);
            to[i] = (byte) Math.clamp((image.pixels()[i] & 0xff) + gain, 0, 255);
        }
        return new Image8(image.height(), image.width(), 3, to);
    }

    /** Levels of a tile; the tiles at the right and the bottom see the image mirrored. */
    private int[] histogram(Image8 gray, int top, int left) {
        int[] histogram = new int[LEVELS];
        for (int y = top; y < top + tileHeight; y++) {
            int row = mirrored(y, gray.height()) * gray.width();
            for (int x = left; x < left + tileWidth; x++) {
                histogram[gray.pixels()[row + mirrored(x, gray.width())] & 0xff]++;
            }
        }
        return histogram;
    }

    /** Cuts what is above the limit and spreads it over all levels. */
    private void limit(int[] histogram, double clipLimit) {
        if (clipLimit <= 0) {
            return;
        }
        int limit = Math.max(1, (int) (clipLimit * tileHeight * tileWidth / LEVELS));
        int cut = 0;
        for (int i = 0; i < LEVELS; i++) {
            cut += Math.max(0, histogram[i] - limit);
            histogram[i] = Math.min(histogram[i], limit);
        }
        int rest = cut % LEVELS;
        for (int i = 0; i < LEVELS; i++) {
            histogram[i] += cut / LEVELS;
        }
        int step = rest == 0 ? 1 : Math.max(LEVELS / rest, 1);
        for (int i = 0; i < LEVELS && rest > 0; i += step, rest--) {
            histogram[i]++;
        }
    }

    private byte[] table(int[] histogram) {
        float scale = (float) (LEVELS - 1) / (tileHeight * tileWidth);
        byte[] table = new byte[LEVELS];
        int sum = 0;
        for (int i = 0; i < LEVELS; i++) {
            sum += histogram[i];
            table[i] = round(sum * scale);
        }
        return table;
    }

    private byte[] blend(Image8 gray) {
        int width = gray.width();
        int[] left = new int[width];
        int[] right = new int[width];
        float[] rightPart = new float[width];
        float across = 1.0f / tileWidth;
        for (int x = 0; x < width; x++) {
            float place = x * across - 0.5f;
            int tile = (int) Math.floor(place);
            rightPart[x] = place - tile;
            left[x] = Math.max(tile, 0);
            right[x] = Math.min(tile + 1, tilesAcross - 1);
        }
        byte[] to = new byte[gray.pixels().length];
        float down = 1.0f / tileHeight;
        for (int y = 0; y < gray.height(); y++) {
            float place = y * down - 0.5f;
            int tile = (int) Math.floor(place);
            float lowerPart = place - tile;
            int upper = Math.max(tile, 0) * tilesAcross;
            int lower = Math.min(tile + 1, tilesDown - 1) * tilesAcross;
            for (int x = 0; x < width; x++) {
                int i = y * width + x;
                int v = gray.pixels()[i] & 0xff;
                float xa = rightPart[x];
                float above =
                        (tables[upper + left[x]][v] & 0xff) * (1.0f - xa)
                                + (tables[upper + right[x]][v] & 0xff) * xa;
                float below =
                        (tables[lower + left[x]][v] & 0xff) * (1.0f - xa)
                                + (tables[lower + right[x]][v] & 0xff) * xa;
                to[i] = round(above * (1.0f - lowerPart) + below * lowerPart);
            }
        }
        return to;
    }

    private static byte round(float value) {
        return (byte) Math.clamp(Math.rint(value), 0, 255);
    }

    /** OpenCV's {@code BORDER_REFLECT_101}, beyond the end only. */
    private static int mirrored(int i, int length) {
        if (i < length || length == 1) {
            return Math.min(i, length - 1);
        }
        int period = 2 * (length - 1);
        int place = i % period;
        return Math.min(place, period - place);
    }
}
