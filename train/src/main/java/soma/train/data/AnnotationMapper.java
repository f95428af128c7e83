package soma.train.data;

import soma.maskrcnn.augment.TransformList;
import soma.maskrcnn.config.InputConfig.MaskFormat;
import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.List;

/**
 * Moves annotations with their image (detectron2 {@code annotations_to_instances}): crowds, boxes
 * without area, empty masks, and objects of which too little remains are dropped.
 *
 * @param format what becomes of polygons
 * @param boxesOfMasks boxes are found anew around the masks, as detectron2 does when it crops;
 *     otherwise the annotated ones are moved
 * @param minVisible part of an object that must remain, 0 to 1
 */
record AnnotationMapper(MaskFormat format, boolean boxesOfMasks, double minVisible) {
    List<TrainingObject> map(ImageRecord record, TransformList transform) {
        List<TrainingObject> objects = new ArrayList<>(record.annotations().size());
        for (Annotation a : record.annotations()) {
            if (a.crowd()) {
                continue;
            }
            double visible = visiblePart(a, transform);
            if (visible < minVisible) {
                continue;
            }
            Segmentation mask = mask(a.segmentation(), transform);
            float[] box = boxesOfMasks ? TrainingObject.bounds(mask) : box(a.bbox(), transform);
            TrainingObject object = new TrainingObject(a.category(), box, mask, visible);
            if (object.isTrainable()) {
                objects.add(object);
            }
        }
        return objects;
    }

    private double visiblePart(Annotation a, TransformList transform) {
        if (minVisible == 0) {
            return 1;
        }
        ImageSize size = transform.inputSize();
        Rle mask = a.segmentation().toRle(size.height(), size.width());
        return mask.isEmpty() ? 0 : transform.visiblePart(mask);
    }

    private static float[] box(double[] xywh, TransformList transform) {
        double[] corners = {xywh[0], xywh[1], xywh[0] + xywh[2], xywh[1] + xywh[3]};
        double[] mapped = transform.applyBoxesClipped(corners);
        float[] box = new float[4];
        for (int i = 0; i < 4; i++) {
            box[i] = (float) mapped[i];
        }
        return box;
    }

    /**
     * Run lengths stay run lengths whatever MASK_FORMAT says; detectron2 refuses them for polygon.
     */
    private Segmentation mask(Segmentation segmentation, TransformList transform) {
        return switch (segmentation) {
            case Segmentation.OfRle m -> new Segmentation.OfRle(transform.applyMask(m.rle()));
            case Segmentation.OfPolygons m -> {
                var outline = new Segmentation.OfPolygons(transform.applyPolygons(m.polygons()));
                if (format == MaskFormat.POLYGON) {
                    yield outline;
                }
                ImageSize size = transform.outputSize();
                Rle filled = outline.toRle(size.height(), size.width());
                yield new Segmentation.OfRle(filled);
            }
        };
    }
}
