package soma.train.data;

import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.ImageRecord;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How often each image is to be seen in an epoch, so that rare classes are seen more (Gupta et al.
 * 2019; detectron2's {@code repeat_factors_from_category_frequency}).
 */
public final class RepeatFactors {
    private RepeatFactors() {}

    /**
     * The factor of each image: the largest of its classes', 1 without any. A class on a share f of
     * the images has max(1, sqrt(t / f)), or max(1, t / f).
     *
     * @param threshold t; classes on a larger share are not repeated
     * @param sqrt whether the root is taken
     */
    public static float[] of(List<ImageRecord> images, double threshold, boolean sqrt) {
        Map<Integer, Integer> imagesOf = new HashMap<>();
        for (ImageRecord image : images) {
            classes(image).forEach(c -> imagesOf.merge(c, 1, Integer::sum));
        }
        float[] factors = new float[images.size()];
        for (int i = 0; i < factors.length; i++) {
            double factor = 1;
            for (int c : classes(images.get(i))) {
                double ratio = threshold / ((double) imagesOf.get(c) / images.size());
                factor = Math.max(factor, sqrt ? Math.sqrt(ratio) : ratio);
            }
            factors[i] = (float) factor;
        }
        return factors;
    }

    private static Set<Integer> classes(ImageRecord image) {
        return image.annotations().stream().map(Annotation::category).collect(Collectors.toSet());
    }
}
