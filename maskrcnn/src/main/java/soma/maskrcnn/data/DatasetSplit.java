package soma.maskrcnn.data;

import soma.tensor.SomaException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A data set cut in two by image, each class (an image counts for the one that most of its objects
 * have) in proportion on both sides; the same seed gives the same cut.
 *
 * @param training images to learn from
 * @param validation images to measure on
 */
public record DatasetSplit(Dataset training, Dataset validation) {
    /**
     * Holds out a fraction of the images, at least one and never all.
     *
     * @param fraction part to hold out, between 0 and 1
     * @throws SomaException when the fraction isn't between 0 and 1, or there are fewer than two
     *     images
     */
    public static DatasetSplit byFraction(Dataset dataset, double fraction, long seed) {
        if (!(fraction > 0 && fraction < 1)) {
            throw new SomaException(
                    "validation fraction: expected between 0 and 1, got " + fraction);
        }
        int n = requireTwo(dataset);
        List<ImageRecord> dealt = interleaved(dataset, seed);
        int held = Math.clamp(Math.round(n * fraction), 1, n - 1);
        return cut(dataset, dealt.subList(0, held));
    }

    /**
     * Holds out fold {@code k} of {@code n}; the folds are disjoint and cover all images.
     *
     * @param k which fold, from 1 to n
     * @throws SomaException when {@code k} isn't within 1 to n, or n within 2 to the number of
     *     images
     */
    public static DatasetSplit byFold(Dataset dataset, int k, int n, long seed) {
        requireFolds(dataset, n);
        int images = dataset.images().size();
        if (k < 1 || k > n) {
            throw new SomaException("fold: expected from 1 to " + n + ", got " + k);
        }
        List<ImageRecord> byClass = new ArrayList<>();
        strata(dataset, seed).values().forEach(byClass::addAll);
        List<ImageRecord> held = new ArrayList<>();
        for (int i = k - 1; i < images; i += n) {
            held.add(byClass.get(i));
        }
        return cut(dataset, held);
    }

    /**
     * Checks a number of folds.
     *
     * @throws SomaException unless it is within 2 to the number of images
     */
    public static void requireFolds(Dataset dataset, int n) {
        int images = requireTwo(dataset);
        if (n < 2 || n > images) {
            throw new SomaException(
                    "folds: expected from 2 to the number of images, " + images + ", got " + n);
        }
    }

    private static int requireTwo(Dataset dataset) {
        int n = dataset.images().size();
        if (n < 2) {
            throw new SomaException(
                    dataset.source() + ": images: expected at least 2 to hold some out, got " + n);
        }
        return n;
    }

    /** The images of each class (-1: no objects), shuffled. */
    private static Map<Integer, List<ImageRecord>> strata(Dataset dataset, long seed) {
        Map<Integer, List<ImageRecord>> strata = new TreeMap<>();
        for (ImageRecord image : dataset.images()) {
            strata.computeIfAbsent(image.majorityCategory(), key -> new ArrayList<>()).add(image);
        }
        Random random = new Random(seed);
        strata.values().forEach(images -> Collections.shuffle(images, random));
        return strata;
    }

    /** All images, so ordered that every start of the list has the classes in proportion. */
    private static List<ImageRecord> interleaved(Dataset dataset, long seed) {
        record Place(double at, ImageRecord image) {}

        List<Place> places = new ArrayList<>();
        for (List<ImageRecord> images : strata(dataset, seed).values()) {
            for (int i = 0; i < images.size(); i++) {
                places.add(new Place((i + 0.5) / images.size(), images.get(i)));
            }
        }
        places.sort(Comparator.comparingDouble(Place::at));
        return places.stream().map(Place::image).toList();
    }

    private static DatasetSplit cut(Dataset dataset, List<ImageRecord> held) {
        Set<String> ids = new HashSet<>();
        held.forEach(image -> ids.add(image.id()));
        List<ImageRecord> training = new ArrayList<>();
        List<ImageRecord> validation = new ArrayList<>();
        for (ImageRecord image : dataset.images()) {
            (ids.contains(image.id()) ? validation : training).add(image);
        }
        return new DatasetSplit(dataset.withImages(training), dataset.withImages(validation));
    }
}
