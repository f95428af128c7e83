package soma.maskrcnn.data;

/**
 * One annotated object of an image.
 *
 * @param id number of the annotation in its file, or its place, from 1
 * @param category index of the class, 0 to K-1
 * @param bbox x, y, width, height in pixels, as annotated; not to be changed
 * @param crowd whether it stands for a group of objects (COCO's {@code iscrowd})
 * @param segmentation the outline
 * @param area pixels, as annotated (COCO's {@code area})
 */
public record Annotation(
        long id,
        int category,
        double[] bbox,
        boolean crowd,
        Segmentation segmentation,
        double area) {
    /** detectron2 {@code filter_empty_instances}: smaller sides count as none. */
    private static final double MIN_SIDE = 1e-5;

    /** Whether the box has both sides longer than 1e-5. */
    public boolean boxHasArea() {
        return bbox[2] > MIN_SIDE && bbox[3] > MIN_SIDE;
    }

    /**
     * Whether the object can be learned from: no crowd, a box with an area, and a mask with a
     * pixel.
     */
    public boolean isTrainable() {
        return !crowd
                && boxHasArea()
                && switch (segmentation) {
                    case Segmentation.OfRle mask -> !mask.rle().isEmpty();
                    case Segmentation.OfPolygons outline -> outline.polygons().size() > 0;
                };
    }
}
