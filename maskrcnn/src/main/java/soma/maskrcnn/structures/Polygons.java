package soma.maskrcnn.structures;

import soma.tensor.SomaException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The outline of one object: one or more closed polygons, each {@code x0, y0, x1, y1, ...} in
 * pixels; their filled areas are united, so there are no holes.
 */
public final class Polygons {
    /** Keeps the rasteriser's work bounded; no image is that large. */
    private static final double MAX_COORDINATE = 1e6;

    private final List<double[]> rings;

    private Polygons(List<double[]> rings) {
        this.rings = rings;
    }

    /**
     * Creates an outline from polygons of at least three points.
     *
     * @throws SomaException when a polygon has an odd number of values or fewer than 6, or a value
     *     isn't finite or exceeds 1e6
     */
    public static Polygons of(List<double[]> rings) {
        List<double[]> copies = new ArrayList<>(rings.size());
        for (double[] ring : rings) {
            if (!isUsable(ring)) {
                throw new SomaException(
                        "polygon: values: expected an even number of at least 6, got "
                                + ring.length);
            }
            for (double value : ring) {
                if (!(Math.abs(value) <= MAX_COORDINATE)) {
                    throw new SomaException(
                            "polygon: coordinate: expected a number within +-1e6, got " + value);
                }
            }
            copies.add(ring.clone());
        }
        return new Polygons(List.copyOf(copies));
    }

    /**
     * Whether detectron2 takes {@code ring} for a polygon: an even number of values, at least 6.
     */
    public static boolean isUsable(double[] ring) {
        return ring.length % 2 == 0 && ring.length >= 6;
    }

    /** Returns copies of the polygons. */
    public List<double[]> rings() {
        return rings.stream().map(double[]::clone).toList();
    }

    /** Number of polygons. */
    public int size() {
        return rings.size();
    }

    /**
     * Returns the union of the polygons, rasterised as COCO does, on an image of {@code height} x
     * {@code width}.
     */
    public Rle toRle(int height, int width) {
        if (rings.isEmpty()) {
            return Rle.empty(height, width);
        }
        List<Rle> masks = new ArrayList<>(rings.size());
        for (double[] ring : rings) {
            masks.add(PolygonRaster.fill(ring, height, width));
        }
        return Rle.union(masks);
    }

    /** Returns x, y, width, height of the points' extent; all 0 without points. */
    public double[] bbox() {
        if (rings.isEmpty()) {
            return new double[4];
        }
        double x0 = Double.POSITIVE_INFINITY;
        double y0 = Double.POSITIVE_INFINITY;
        double x1 = Double.NEGATIVE_INFINITY;
        double y1 = Double.NEGATIVE_INFINITY;
        for (double[] ring : rings) {
            for (int i = 0; i < ring.length; i += 2) {
                x0 = Math.min(x0, ring[i]);
                x1 = Math.max(x1, ring[i]);
                y0 = Math.min(y0, ring[i + 1]);
                y1 = Math.max(y1, ring[i + 1]);
            }
        }
        return new double[] {x0, y0, x1 - x0, y1 - y0};
    }

    /**
     * Returns the outline with {@code x' = scaleX * x + shiftX} and {@code y' = scaleY * y +
     * shiftY}; not clipped.
     */
    public Polygons transform(double scaleX, double shiftX, double scaleY, double shiftY) {
        List<double[]> moved = new ArrayList<>(rings.size());
        for (double[] ring : rings) {
            double[] points = new double[ring.length];
            for (int i = 0; i < ring.length; i += 2) {
                points[i] = scaleX * ring[i] + shiftX;
                points[i + 1] = scaleY * ring[i + 1] + shiftY;
            }
            moved.add(points);
        }
        return new Polygons(List.copyOf(moved));
    }

    /** Returns the outline scaled by {@code scaleX} and {@code scaleY}. */
    public Polygons scale(double scaleX, double scaleY) {
        return transform(scaleX, 0, scaleY, 0);
    }

    /**
     * Returns the outline mirrored in an image of {@code width} columns: {@code x' = width - x}.
     */
    public Polygons flipHorizontal(double width) {
        return transform(-1, width, 1, 0);
    }

    /** Returns the outline mirrored in an image of {@code height} rows: {@code y' = height - y}. */
    public Polygons flipVertical(double height) {
        return transform(1, 0, -1, height);
    }

    /**
     * Returns the part of the outline inside {@code [0, width] x [0, height]}; polygons of which no
     * area is left are dropped, so there may be none.
     */
    public Polygons clip(double width, double height) {
        List<double[]> kept = new ArrayList<>(rings.size());
        for (double[] ring : rings) {
            double[] clipped = PolygonClip.clip(ring, width, height);
            if (isUsable(clipped) && PolygonClip.area(clipped) > 0) {
                kept.add(clipped);
            }
        }
        return new Polygons(List.copyOf(kept));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Polygons polygons
                && Arrays.deepEquals(rings.toArray(), polygons.rings.toArray());
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(rings.toArray());
    }

    @Override
    public String toString() {
        return "Polygons[" + rings.size() + "]";
    }
}
