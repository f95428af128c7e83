package soma.maskrcnn.data;

import soma.maskrcnn.structures.Polygons;
import soma.maskrcnn.structures.Rle;

/** The outline of an annotated object, as its file gives it. */
public sealed interface Segmentation {
    /** Returns the mask on an image of {@code height} x {@code width}. */
    Rle toRle(int height, int width);

    /** A run-length encoded mask of the whole image. */
    record OfRle(Rle rle) implements Segmentation {
        @Override
        public Rle toRle(int height, int width) {
            return rle;
        }
    }

    /** Polygons in pixel coordinates. */
    record OfPolygons(Polygons polygons) implements Segmentation {
        @Override
        public Rle toRle(int height, int width) {
            return polygons.toRle(height, width);
        }
    }
}
