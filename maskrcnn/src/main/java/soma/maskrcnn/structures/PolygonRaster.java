package soma.maskrcnn.structures;

import java.util.Arrays;

/**
 * Fills a polygon as COCO does (pycocotools {@code rleFrPoly}): outlines are drawn on a grid five
 * times as fine, each step to another pixel column is a boundary in column-major order, and
 * boundaries toggle between outside and inside.
 */
final class PolygonRaster {
    private static final int FACTOR = 5;

    private final int height;
    private final int width;
    private int[] boundaries = new int[64];
    private int length;
    private boolean started;
    private int lastU;
    private int lastV;

    private PolygonRaster(int height, int width) {
        this.height = height;
        this.width = width;
    }

    /**
     * Fills {@code ring} ({@code x0, y0, x1, y1, ...}) on an image of {@code height} x {@code
     * width}.
     */
    static Rle fill(double[] ring, int height, int width) {
        int total = Rle.pixels(height, width);
        PolygonRaster raster = new PolygonRaster(height, width);
        int points = ring.length / 2;
        int[] x = new int[points + 1];
        int[] y = new int[points + 1];
        for (int j = 0; j < points; j++) {
            x[j] = (int) (FACTOR * ring[2 * j] + 0.5);
            y[j] = (int) (FACTOR * ring[2 * j + 1] + 0.5);
        }
        x[points] = x[0];
        y[points] = y[0];
        for (int j = 0; j < points; j++) {
            raster.edge(x[j], y[j], x[j + 1], y[j + 1]);
        }
        return raster.toggle(total);
    }

    private void edge(int startX, int startY, int endX, int endY) {
        int dx = Math.abs(endX - startX);
        int dy = Math.abs(endY - startY);
        boolean flip = (dx >= dy && startX > endX) || (dx < dy && startY > endY);
        int xs = flip ? endX : startX;
        int ys = flip ? endY : startY;
        int xe = flip ? startX : endX;
        int ye = flip ? startY : endY;
        if (dx == 0 && dy == 0) {
            // The reference divides 0 by 0 here, and never uses the result.
            point(xs, ys);
        } else if (dx >= dy) {
            double slope = (double) (ye - ys) / dx;
            for (int d = 0; d <= dx; d++) {
                int t = flip ? dx - d : d;
                point(t + xs, (int) (ys + slope * t + 0.5));
            }
        } else {
            double slope = (double) (xe - xs) / dy;
            for (int d = 0; d <= dy; d++) {
                int t = flip ? dy - d : d;
                point((int) (xs + slope * t + 0.5), t + ys);
            }
        }
    }

    private void point(int u, int v) {
        if (started && u != lastU) {
            boundary(u < lastU ? u : u - 1, Math.min(v, lastV));
        }
        started = true;
        lastU = u;
        lastV = v;
    }

    /**
     * Records a crossing of fine column {@code u} when that is the middle of a pixel column of the
     * image.
     */
    private void boundary(int u, int v) {
        if (Math.floorMod(u, FACTOR) != FACTOR / 2) {
            return;
        }
        int column = Math.floorDiv(u, FACTOR);
        if (column < 0 || column >= width) {
            return;
        }
        double row = (v + 0.5) / FACTOR - 0.5;
        int clamped = (int) Math.ceil(Math.clamp(row, 0.0, height));
        if (length == boundaries.length) {
            boundaries = Arrays.copyOf(boundaries, length * 2);
        }
        boundaries[length++] = column * height + clamped;
    }

    private Rle toggle(int total) {
        Arrays.sort(boundaries, 0, length);
        RunBuilder runs = new RunBuilder();
        int i = 0;
        int start = -1;
        while (i < length) {
            int position = boundaries[i];
            int times = 0;
            while (i < length && boundaries[i] == position) {
                i++;
                times++;
            }
            if ((times & 1) == 1) {
                if (start < 0) {
                    start = position;
                } else {
                    runs.add(start, position);
                    start = -1;
                }
            }
        }
        if (start >= 0) {
            runs.add(start, total);
        }
        return runs.build(height, width);
    }
}
