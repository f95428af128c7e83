package soma.train.data;

import soma.maskrcnn.data.Segmentation;

/**
 * One object of an augmented image.
 *
 * @param category index of the class, 0 to K-1
 * @param box x1, y1, x2, y2 in the augmented image
 * @param visible part of the annotated mask that augmentation has left, 0 to 1; 1 where nobody asks
 */
record TrainingObject(int category, float[] box, Segmentation mask, double visible) {
    /** detectron2 {@code filter_empty_instances}: smaller sides count as none. */
    private static final float MIN_SIDE = 1e-5f;

    /** Whether the box has an area and the mask a pixel or a polygon. */
    boolean isTrainable() {
        return box[2] - box[0] > MIN_SIDE
                && box[3] - box[1] > MIN_SIDE
                && switch (mask) {
                    case Segmentation.OfRle m -> !m.rle().isEmpty();
                    case Segmentation.OfPolygons m -> m.polygons().size() > 0;
                };
    }

    /** The box around a mask: the pixels' outer edges, or the points' extent. */
    static float[] bounds(Segmentation mask) {
        double[] xywh =
                switch (mask) {
                    case Segmentation.OfRle m -> m.rle().bbox();
                    case Segmentation.OfPolygons m -> m.polygons().bbox();
                };
        return new float[] {
            (float) xywh[0],
            (float) xywh[1],
            (float) (xywh[0] + xywh[2]),
            (float) (xywh[1] + xywh[3])
        };
    }
}
