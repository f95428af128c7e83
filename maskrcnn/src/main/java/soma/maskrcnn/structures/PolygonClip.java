package soma.maskrcnn.structures;

import java.util.Arrays;

/**
 * Cuts polygons at the borders of an image (Sutherland and Hodgman 1974). A concave polygon that
 * falls into parts stays one ring, whose parts are joined by lines along the border.
 */
final class PolygonClip {
    private PolygonClip() {}

    /**
     * Returns the part of a ring inside {@code [0, width] x [0, height]}; fewer than 6 values, or
     * an empty area, when nothing is left.
     */
    static double[] clip(double[] ring, double width, double height) {
        double[] result = ring;
        for (int axis = 0; axis < 2; axis++) {
            result = clipSide(result, axis, 0, 1);
            result = clipSide(result, axis, axis == 0 ? width : height, -1);
        }
        return result;
    }

    /** Keeps the side of the line where {@code sign * (coordinate - limit)} isn't negative. */
    private static double[] clipSide(double[] ring, int axis, double limit, int sign) {
        double[] kept = new double[2 * ring.length];
        int n = 0;
        for (int i = 0; i < ring.length; i += 2) {
            int next = (i + 2) % ring.length;
            double here = sign * (ring[i + axis] - limit);
            double there = sign * (ring[next + axis] - limit);
            if (here >= 0) {
                kept[n++] = ring[i];
                kept[n++] = ring[i + 1];
            }
            if ((here < 0 && there > 0) || (here > 0 && there < 0)) {
                double part = here / (here - there);
                int other = 1 - axis;
                kept[n + axis] = limit;
                kept[n + other] = ring[i + other] + part * (ring[next + other] - ring[i + other]);
                n += 2;
            }
        }
        return Arrays.copyOf(kept, n);
    }

    /** The area by the shoelace formula. */
    static double area(double[] ring) {
        double twice = 0;
        for (int i = 0; i < ring.length; i += 2) {
            int next = (i + 2) % ring.length;
            twice += ring[i] * ring[next + 1] - ring[next] * ring[i + 1];
        }
        return Math.abs(twice) / 2;
    }
}
