package soma.maskrcnn.tune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The search for the settings with the best mean score over images. Each way to set the switches
 * gets an {@link Evolution} of the numbers; from the best of all, one setting after another moves
 * to its {@linkplain LineSearch exact} best place, until none does. The same images, start and seed
 * give the same settings; those are never worse than the start.
 */
public final class Search {
    private static final int GENERATIONS = 12;
    private static final int MOST_ROUNDS = 20;

    /** Gains below this are rounding. */
    private static final double ROUNDING = 1e-12;

    private final List<ScoredImage> images;
    private final List<Axis> axes = new ArrayList<>();
    private final Evolution evolution;

    /**
     * A search over images.
     *
     * @param classes number of classes; the limits of those without detections stay as they are
     */
    Search(List<ScoredImage> images, int classes) {
        this.images = images;
        List<Evolution.Scale> scales = new ArrayList<>();
        double pixels =
                1
                        + images.stream()
                                .mapToDouble(i -> (double) i.found().height() * i.found().width())
                                .max()
                                .orElse(0);
        for (int c = 0; c < classes; c++) {
            double[] scores = sorted(images, c, (image, i) -> image.found().scores()[i]);
            if (scores.length > 0) {
                double[] areas =
                        sorted(images, c, (image, i) -> image.found().masks().get(i).area());
                scales.add(new Evolution.Scale(new Axis.Threshold(c), from0(scores)));
                scales.add(new Evolution.Scale(new Axis.MinPixels(c, pixels), from0(areas)));
            }
        }
        scales.add(new Evolution.Scale(new Axis.Nms(), new double[] {0, Settings.NO_NMS}));
        scales.forEach(scale -> axes.add(scale.axis()));
        evolution = new Evolution(scales);
    }

    /** A figure of a detection. */
    @FunctionalInterface
    private interface Figure {
        double of(ScoredImage image, int i);
    }

    private static double[] sorted(List<ScoredImage> images, int c, Figure figure) {
        return images.stream()
                .flatMapToDouble(
                        image ->
                                IntStream.range(0, image.found().size())
                                        .filter(i -> image.found().classes()[i] == c)
                                        .mapToDouble(i -> figure.of(image, i)))
                .sorted()
                .toArray();
    }

    private static double[] from0(double[] ascending) {
        return DoubleStream.concat(DoubleStream.of(0), Arrays.stream(ascending)).toArray();
    }

    /** Returns the best settings found. */
    Settings run(Settings start, long seed) {
        Settings best = start;
        double score = score(best);
        for (int combination = 0; combination < 1 << Switch.values().length; combination++) {
            Settings switched = toggled(start, combination);
            Settings found =
                    evolution.improve(switched, this::score, GENERATIONS, seed + combination);
            double reached = score(found);
            if (reached > score + ROUNDING) {
                best = found;
                score = reached;
            }
        }
        return polish(best);
    }

    /** The switches of the start, but for those that a bit of {@code combination} turns. */
    private static Settings toggled(Settings start, int combination) {
        Settings settings = start;
        for (Switch step : Switch.values()) {
            if ((combination >> step.ordinal() & 1) == 1) {
                settings = settings.with(step, !start.isOn(step));
            }
        }
        return settings;
    }

    /** Moves one setting at a time to its best place, until none moves. */
    private Settings polish(Settings start) {
        Settings best = start;
        double before = Double.NEGATIVE_INFINITY;
        double score = score(best);
        for (int round = 0; round < MOST_ROUNDS && score > before + ROUNDING; round++) {
            before = score;
            for (Axis axis : axes) {
                best = LineSearch.best(images, best, axis);
            }
            score = score(best);
            for (Switch step : Switch.values()) {
                Settings other = best.with(step, !best.isOn(step));
                double reached = score(other);
                if (reached > score + ROUNDING) {
                    best = other;
                    score = reached;
                }
            }
        }
        return best;
    }

    /** The mean score of the images. */
    double score(Settings settings) {
        double[] scores =
                images.parallelStream().mapToDouble(i -> i.score(settings).score()).toArray();
        return Arrays.stream(scores).sum() / scores.length;
    }
}
