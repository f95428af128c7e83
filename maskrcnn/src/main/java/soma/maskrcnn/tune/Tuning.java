package soma.maskrcnn.tune;

import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetSplit;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.eval.BootstrapInterval;
import soma.maskrcnn.eval.CompetitionScore;
import soma.maskrcnn.eval.ImageScore;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;
import soma.tensor.cpu.Workers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;

/**
 * Settings found on images, and what they are worth. The score of the images that they were found
 * on flatters; that of held-out images, each scored with settings found on the others, doesn't. All
 * figures come from the post-processing and the competition's score themselves.
 *
 * @param start settings to begin with
 * @param best settings found on all images
 * @param folds settings found on all images but those of each fold
 * @param before score with {@code start}
 * @param after score with {@code best}
 * @param foldOf index of the fold that holds out each image, in the data set's order
 * @param heldOut score of each image with the settings of its fold, likewise
 * @param seed of the folds, the search and the bootstrap
 */
public record Tuning(
        Settings start,
        Settings best,
        List<Settings> folds,
        CompetitionScore before,
        CompetitionScore after,
        int[] foldOf,
        double[] heldOut,
        long seed) {
    /** A held-out gain of less than this part of the other is a sign of overfitting. */
    private static final double MUCH_LESS = 0.5;

    /** Receives the settings of each search as it ends. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Search {@code done} of {@code total} has ended.
         *
         * @param score of the images that it looked at
         */
        void accept(int done, int total, double score);
    }

    /**
     * Searches and measures, on as many threads as {@link Workers} has.
     *
     * @param folds number of folds, at least 2 and at most one per image
     * @throws SomaException when there are too few images for the folds
     */
    public static Tuning of(
            TuningSet set, Settings start, int folds, long seed, Progress progress) {
        DatasetSplit.requireFolds(set.dataset(), folds);
        try (ForkJoinPool threads = new ForkJoinPool(Workers.threads())) {
            return threads.submit(() -> search(set, start, folds, seed, progress)).join();
        }
    }

    private static Tuning search(
            TuningSet set, Settings start, int folds, long seed, Progress progress) {
        Dataset dataset = set.dataset();
        List<int[]> parts = parts(dataset, folds, seed);
        int n = dataset.images().size();
        int classes = dataset.categories().size();
        List<ScoredImage> images = IntStream.range(0, n).parallel().mapToObj(set::scored).toList();
        List<Settings> ofFolds = new ArrayList<>();
        int[] foldOf = new int[n];
        double[] heldOut = new double[n];
        for (int[] part : parts) {
            Set<Integer> held = new HashSet<>();
            IntStream.of(part).forEach(held::add);
            List<ScoredImage> others =
                    IntStream.range(0, n)
                            .filter(i -> !held.contains(i))
                            .mapToObj(images::get)
                            .toList();
            Search search = new Search(others, classes);
            Settings found = search.run(start, seed);
            ofFolds.add(found);
            double[] scores =
                    IntStream.of(part)
                            .parallel()
                            .mapToDouble(i -> score(set, i, found).score())
                            .toArray();
            for (int k = 0; k < part.length; k++) {
                foldOf[part[k]] = ofFolds.size() - 1;
                heldOut[part[k]] = scores[k];
            }
            progress.accept(ofFolds.size(), folds + 1, search.score(found));
        }
        Search search = new Search(images, classes);
        Settings best = search.run(start, seed);
        progress.accept(folds + 1, folds + 1, search.score(best));
        return new Tuning(
                start, best, ofFolds, exact(set, start), exact(set, best), foldOf, heldOut, seed);
    }

    /** The settings found without an image. */
    public Settings withoutImage(int image) {
        return folds.get(foldOf[image]);
    }

    /** The places of the images of each fold. */
    private static List<int[]> parts(Dataset dataset, int folds, long seed) {
        Map<String, Integer> places = new HashMap<>();
        for (ImageRecord image : dataset.images()) {
            places.put(image.id(), places.size());
        }
        List<int[]> parts = new ArrayList<>();
        for (int k = 1; k <= folds; k++) {
            parts.add(
                    DatasetSplit.byFold(dataset, k, folds, seed).validation().images().stream()
                            .mapToInt(image -> places.get(image.id()))
                            .toArray());
        }
        return parts;
    }

    private static ImageScore score(TuningSet set, int image, Settings settings) {
        return CompetitionScore.of(
                        set.dataset().withImages(List.of(set.dataset().images().get(image))),
                        Map.of(id(set, image), set.masks(image, settings)))
                .perImage()
                .get(id(set, image));
    }

    private static CompetitionScore exact(TuningSet set, Settings settings) {
        List<List<Rle>> masks =
                IntStream.range(0, set.found().size())
                        .parallel()
                        .mapToObj(i -> set.masks(i, settings))
                        .toList();
        Map<String, List<Rle>> byId = new HashMap<>();
        for (int i = 0; i < masks.size(); i++) {
            byId.put(id(set, i), masks.get(i));
        }
        return CompetitionScore.of(set.dataset(), byId);
    }

    private static String id(TuningSet set, int image) {
        return set.dataset().images().get(image).id();
    }

    /** The score before. */
    public BootstrapInterval scoreBefore() {
        return BootstrapInterval.ofMean(perImage(before), seed);
    }

    /** The score after, of the images searched on. */
    public BootstrapInterval scoreAfter() {
        return BootstrapInterval.ofMean(perImage(after), seed);
    }

    /** The cross-validated score. */
    public BootstrapInterval scoreHeldOut() {
        return BootstrapInterval.ofMean(heldOut, seed);
    }

    /** What the images searched on gain. */
    public BootstrapInterval gain() {
        return BootstrapInterval.ofMean(difference(perImage(after), perImage(before)), seed);
    }

    /** What held-out images gain. */
    public BootstrapInterval gainHeldOut() {
        return BootstrapInterval.ofMean(difference(heldOut, perImage(before)), seed);
    }

    /** Whether what held-out images gain may be chance. */
    public boolean mayBeChance() {
        return !gainHeldOut().isAboveZero();
    }

    /** Whether held-out images gain less than half of what the others do. */
    public boolean overfits() {
        return gain().mean() > 0 && gainHeldOut().mean() < MUCH_LESS * gain().mean();
    }

    private static double[] perImage(CompetitionScore score) {
        return score.perImage().values().stream().mapToDouble(ImageScore::score).toArray();
    }

    private static double[] difference(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] - b[i]).toArray();
    }
}
