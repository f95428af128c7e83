package soma.maskrcnn.data;

import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What is left of a data set where an object is its mask, and nothing besides. */
final class MasksOnly {
    private MasksOnly() {}

    /** Returns the same images, their objects without crowds and empty masks, all run lengths. */
    static Dataset of(Dataset dataset, Losses losses) {
        return dataset.withImages(
                dataset.images().stream()
                        .map(image -> image.withAnnotations(objects(image, losses)))
                        .toList());
    }

    private static List<Annotation> objects(ImageRecord image, Losses losses) {
        List<Annotation> objects = new ArrayList<>();
        for (Annotation annotation : image.annotations()) {
            Rle mask = annotation.segmentation().toRle(image.height(), image.width());
            if (annotation.crowd()) {
                losses.add(Loss.CROWD, image, annotation);
                continue;
            }
            if (mask.isEmpty()) {
                losses.add(Loss.EMPTY_MASK, image, annotation);
                continue;
            }
            double[] box = mask.bbox();
            if (annotation.segmentation() instanceof Segmentation.OfPolygons) {
                losses.add(Loss.POLYGON, image, annotation);
            } else if (annotation.area() != mask.area() || !Arrays.equals(annotation.bbox(), box)) {
                losses.add(Loss.BOX, image, annotation);
            }
            objects.add(
                    new Annotation(
                            annotation.id(),
                            annotation.category(),
                            box,
                            false,
                            new Segmentation.OfRle(mask),
                            mask.area()));
        }
        return objects;
    }
}
