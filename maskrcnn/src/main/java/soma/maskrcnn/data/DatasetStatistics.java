package soma.maskrcnn.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a data set holds, in numbers; crowds count as instances but not in the sizes.
 *
 * @param images number of images
 * @param imageSizes how many images there are of each size, by {@code WIDTHxHEIGHT}
 * @param instances number of annotations
 * @param crowds how many of them are crowds
 * @param perImage instances per image
 * @param classes numbers of each class, by index
 */
public record DatasetStatistics(
        int images,
        Map<String, Integer> imageSizes,
        int instances,
        int crowds,
        Spread perImage,
        List<ClassStatistics> classes) {

    /**
     * The spread of some numbers; all 0 when there are none.
     *
     * @param min smallest
     * @param median middle (the mean of the two in the middle)
     * @param mean average
     * @param max largest
     */
    public record Spread(double min, double median, double mean, double max) {
        static Spread of(List<Double> values) {
            if (values.isEmpty()) {
                return new Spread(0, 0, 0, 0);
            }
            double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            int n = sorted.length;
            double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
            return new Spread(
                    sorted[0], median, Arrays.stream(sorted).average().orElse(0), sorted[n - 1]);
        }
    }

    /**
     * Numbers of one class.
     *
     * @param name the class
     * @param images images with at least one of its instances
     * @param instances its instances
     * @param area pixels of a mask
     * @param side square root of width times height of a box, in pixels
     */
    public record ClassStatistics(
            String name, int images, int instances, Spread area, Spread side) {}

    /** Counts {@code dataset}. */
    public static DatasetStatistics of(Dataset dataset) {
        int k = dataset.categories().size();
        int[] imagesWith = new int[k];
        int[] instances = new int[k];
        List<List<Double>> areas = new ArrayList<>();
        List<List<Double>> sides = new ArrayList<>();
        for (int i = 0; i < k; i++) {
            areas.add(new ArrayList<>());
            sides.add(new ArrayList<>());
        }
        Map<String, Integer> sizes = new TreeMap<>();
        List<Double> perImage = new ArrayList<>();
        int crowds = 0;
        for (ImageRecord image : dataset.images()) {
            sizes.merge(image.width() + "x" + image.height(), 1, Integer::sum);
            perImage.add((double) image.annotations().size());
            boolean[] seen = new boolean[k];
            for (Annotation annotation : image.annotations()) {
                int c = annotation.category();
                instances[c]++;
                if (!seen[c]) {
                    seen[c] = true;
                    imagesWith[c]++;
                }
                if (annotation.crowd()) {
                    crowds++;
                    continue;
                }
                areas.get(c).add(annotation.area());
                sides.get(c).add(Math.sqrt(annotation.bbox()[2] * annotation.bbox()[3]));
            }
        }
        List<ClassStatistics> classes = new ArrayList<>();
        for (int i = 0; i < k; i++) {
            classes.add(
                    new ClassStatistics(
                            dataset.categories().get(i).name(),
                            imagesWith[i],
                            instances[i],
                            Spread.of(areas.get(i)),
                            Spread.of(sides.get(i))));
        }
        return new DatasetStatistics(
                dataset.images().size(),
                sizes,
                dataset.instanceCount(),
                crowds,
                Spread.of(perImage),
                List.copyOf(classes));
    }
}
