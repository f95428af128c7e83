package soma.maskrcnn.synthetic;

import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.CocoResults;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Raw predictions as a fair model might make them of annotated images, without a model: to try and
 * to time what works on predictions. Of each object there may be detections that are moved, and
 * larger or smaller than it; the better they fit, the higher is their score, more or less. Others
 * find what isn't there. The same seed gives the same predictions.
 */
public final class SyntheticPredictions {
    private static final double FOUND = 0.9;
    private static final double FOUND_TWICE = 0.35;
    private static final double FALSE = 0.3;
    private static final double WRONG_CLASS = 0.05;

    private final Dataset dataset;
    private final Random random;

    private SyntheticPredictions(Dataset dataset, long seed) {
        this.dataset = dataset;
        this.random = new Random(seed);
    }

    /** Returns detections of all images. */
    public static CocoResults of(Dataset dataset, long seed) {
        SyntheticPredictions model = new SyntheticPredictions(dataset, seed);
        List<Prediction> all = new ArrayList<>();
        for (ImageRecord image : dataset.images()) {
            for (Annotation object : image.annotations()) {
                model.detect(image, object, all);
            }
        }
        return new CocoResults(all, dataset.integerImageIds());
    }

    private void detect(ImageRecord image, Annotation object, List<Prediction> out) {
        Rle mask = object.segmentation().toRle(image.height(), image.width());
        if (random.nextDouble() < FOUND) {
            double fit = random.nextDouble();
            add(image, object, near(mask, fit), 0.15 + 0.8 * fit, out);
            if (random.nextDouble() < FOUND_TWICE) {
                add(image, object, near(mask, fit / 2), 0.6 * fit, out);
            }
        }
        if (random.nextDouble() < FALSE) {
            int dx = random.nextInt(image.width()) - mask.bounds().x0();
            int dy = random.nextInt(image.height()) - mask.bounds().y0();
            add(image, object, moved(mask, dx, dy), 0.5 * random.nextDouble(), out);
        }
    }

    private void add(
            ImageRecord image, Annotation object, Rle mask, double score, List<Prediction> out) {
        if (mask.isEmpty()) {
            return;
        }
        int classes = dataset.categories().size();
        int category =
                random.nextDouble() < WRONG_CLASS ? random.nextInt(classes) : object.category();
        double noisy = Math.clamp(score + 0.12 * random.nextGaussian(), 0.01, 0.999);
        out.add(
                new Prediction(
                        image.id(),
                        dataset.categories().get(category).id(),
                        (float) noisy,
                        mask.bbox(),
                        mask));
    }

    /** Moved by up to a quarter of its size, and thicker or thinner by as much. */
    private Rle near(Rle mask, double fit) {
        double reach = (1 - fit) / 4;
        int dx = shift(reach * mask.bounds().width());
        int dy = shift(reach * mask.bounds().height());
        Rle there = moved(mask, dx, dy);
        int ex = shift(reach * mask.bounds().width());
        int ey = shift(reach * mask.bounds().height());
        Rle again = moved(there, ex, ey);
        return random.nextBoolean() ? there.union(again) : there.intersection(again);
    }

    private int shift(double most) {
        return (int) Math.round(most * (2 * random.nextDouble() - 1));
    }

    private static Rle moved(Rle mask, int dx, int dy) {
        return mask.crop(-dx, -dy, mask.height(), mask.width());
    }
}
