package soma.maskrcnn.ensemble;

import soma.tensor.ShapeException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A model's box on its way through a fusion.
 *
 * @param index position among all models' boxes
 * @param model position of its model
 * @param box x1, y1, x2, y2, put right
 * @param score the model's own, times {@code weight} where the method weighs scores
 * @param weight of the model
 */
record Candidate(int index, int model, double[] box, double score, double weight, int label) {
    /** All boxes whose score is at least {@code skipBelow}, model after model. */
    static List<Candidate> of(List<ModelBoxes> models, double[] weights, double skipBelow) {
        if (weights.length != models.size()) {
            throw ShapeException.of("ensemble", "weights", models.size(), weights.length);
        }
        List<Candidate> out = new ArrayList<>();
        int index = 0;
        for (int m = 0; m < weights.length; m++) {
            ModelBoxes model = models.get(m);
            for (int i = 0; i < model.boxes().length; i++, index++) {
                double[] box = putRight(model.boxes()[i]);
                if (model.scores()[i] >= skipBelow && area(box) > 0) {
                    double score = model.scores()[i] * weights[m];
                    out.add(new Candidate(index, m, box, score, weights[m], model.labels()[i]));
                }
            }
        }
        return out;
    }

    private static double[] putRight(double[] box) {
        double[] b = new double[4];
        for (int i = 0; i < 4; i++) {
            b[i] = Math.clamp(box[i], 0.0, 1.0);
        }
        return new double[] {
            Math.min(b[0], b[2]), Math.min(b[1], b[3]), Math.max(b[0], b[2]), Math.max(b[1], b[3])
        };
    }

    static double area(double[] b) {
        return (b[2] - b[0]) * (b[3] - b[1]);
    }

    /** Intersection over union; 0 where they don't intersect. */
    static double iou(double[] a, double[] b) {
        double w = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
        double h = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
        double common = w * h;
        return common == 0 ? 0 : common / (area(a) + area(b) - common);
    }

    /** By label, ascending. */
    static Map<Integer, List<Candidate>> byLabel(List<Candidate> all) {
        return grouped(all, TreeMap::new);
    }

    /** By label, in the order in which labels first occur. */
    static Map<Integer, List<Candidate>> byFirstLabel(List<Candidate> all) {
        return grouped(all, LinkedHashMap::new);
    }

    private static Map<Integer, List<Candidate>> grouped(
            List<Candidate> all, Supplier<Map<Integer, List<Candidate>>> empty) {
        return all.stream()
                .collect(Collectors.groupingBy(Candidate::label, empty, Collectors.toList()));
    }

    /** By descending score; of equal ones the later first, as a reversed ascending sort has it. */
    static List<Candidate> descending(List<Candidate> some) {
        List<Candidate> out = new ArrayList<>(some);
        out.sort(Comparator.comparingDouble(Candidate::score));
        Collections.reverse(out);
        return out;
    }
}
