package soma.maskrcnn.tune;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A setting that is a number. Along it an image's score is constant but for jumps, all of which can
 * be found exactly: they lie at the scores, areas and overlaps of its detections.
 */
sealed interface Axis {
    /** Where {@code settings} are. */
    double position(Settings settings);

    /** The settings moved to another place. */
    Settings at(Settings settings, double position);

    /** The last place of the axis; the first is 0. */
    double last();

    /** How the score of an image changes along the axis. */
    StepCurve curve(ScoredImage image, Settings settings);

    /** A place above {@code low} and at most {@code high}. */
    default double between(double low, double high) {
        return RoundNumber.within(low, high);
    }

    /**
     * Lowest score of a class.
     *
     * @param c the class
     */
    record Threshold(int c) implements Axis {
        @Override
        public double position(Settings settings) {
            return settings.threshold(c);
        }

        @Override
        public Settings at(Settings settings, double position) {
            return settings.withThreshold(c, position);
        }

        @Override
        public double last() {
            return 1;
        }

        @Override
        public StepCurve curve(ScoredImage image, Settings settings) {
            float[] scores = image.found().scores();
            double[] at =
                    IntStream.range(0, scores.length)
                            .filter(i -> image.found().classes()[i] == c)
                            .mapToDouble(i -> scores[i])
                            .sorted()
                            .distinct()
                            .toArray();
            double[] values = new double[at.length + 1];
            for (int k = 0; k < at.length; k++) {
                values[k] = image.score(settings.withThreshold(c, at[k])).score();
            }
            if (at.length > 0 && at[at.length - 1] < 1) {
                // Behind the best score nothing is left of the class; behind 1 is no place.
                values[at.length] = image.score(settings.withThreshold(c, 1)).score();
            } else if (at.length > 0) {
                values[at.length] = values[at.length - 1];
            }
            return StepCurve.of(at, values);
        }

        /** Thresholds are compared as float32: nothing that rounds to {@code low} will do. */
        @Override
        public double between(double low, double high) {
            return RoundNumber.within(low > 0 ? Math.nextUp((float) low) : 0, high);
        }
    }

    /**
     * Fewest pixels of a class.
     *
     * @param c the class
     * @param last more than any mask has
     */
    record MinPixels(int c, double last) implements Axis {
        @Override
        public double position(Settings settings) {
            return settings.minPixels(c);
        }

        @Override
        public Settings at(Settings settings, double position) {
            return settings.withMinPixels(c, (int) position);
        }

        /**
         * What is left of a mask, and with it the next jump, depends on the better ones that were
         * large enough; so the jumps are found one after another.
         */
        @Override
        public StepCurve curve(ScoredImage image, Settings settings) {
            double[] at = new double[16];
            double[] values = new double[17];
            int n = 0;
            Settings now = settings.withMinPixels(c, 0);
            values[0] = image.score(now).score();
            for (int area = image.smallest(now, c); area >= 0; area = image.smallest(now, c)) {
                if (n == at.length) {
                    at = Arrays.copyOf(at, 2 * n);
                    values = Arrays.copyOf(values, 2 * n + 1);
                }
                now = settings.withMinPixels(c, area + 1);
                at[n++] = area;
                values[n] = image.score(now).score();
            }
            return StepCurve.of(Arrays.copyOf(at, n), Arrays.copyOf(values, n + 1));
        }

        @Override
        public double between(double low, double high) {
            return Math.ceil(RoundNumber.within(low, high));
        }
    }

    /** Overlap of boxes above which the worse one goes. */
    record Nms() implements Axis {
        @Override
        public double position(Settings settings) {
            return settings.nms();
        }

        @Override
        public Settings at(Settings settings, double position) {
            return settings.withNms(position);
        }

        @Override
        public double last() {
            return Settings.NO_NMS;
        }

        /** A box goes when its overlap is above the threshold: the jump is just before it. */
        @Override
        public StepCurve curve(ScoredImage image, Settings settings) {
            double[] overlaps = image.boxOverlaps();
            double[] at = new double[overlaps.length];
            double[] values = new double[at.length + 1];
            values[0] = image.score(settings.withNms(0)).score();
            for (int k = 0; k < at.length; k++) {
                at[k] = Math.nextDown(overlaps[k]);
                values[k + 1] = image.score(settings.withNms(overlaps[k])).score();
            }
            return StepCurve.of(at, values);
        }
    }
}
