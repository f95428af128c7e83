package soma.maskrcnn.ensemble;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Non-maximum suppression over the boxes of several models, hard and soft (Bodla et al. 2017);
 * results are grouped by ascending label.
 *
 * <p>A box that goes becomes a member of the kept one of its label that it overlaps most, if by
 * more than the threshold.
 */
public final class BoxSuppression {
    /** How soft suppression lowers the scores of overlapping boxes. */
    public enum Decay {
        /** By {@code 1 - IoU} above the threshold. */
        LINEAR,
        /** By {@code exp(-IoU^2 / sigma)}, whatever the threshold. */
        GAUSSIAN
    }

    private BoxSuppression() {}

    /**
     * Greedy suppression inside each label: a box goes if its IoU with a kept one is greater than
     * {@code iou}.
     *
     * @param weights of the models, by which scores are multiplied once the weights sum to 1; null
     *     leaves scores alone
     */
    public static FusedBoxes nms(List<ModelBoxes> models, double[] weights, double iou) {
        List<FusedBoxes.One> out = new ArrayList<>();
        for (List<Candidate> all : groups(models, weights)) {
            List<Kept> kept = new ArrayList<>();
            for (Candidate c : Candidate.descending(all)) {
                if (!joins(c, kept, iou)) {
                    kept.add(new Kept(c));
                }
            }
            kept.forEach(k -> out.add(k.toBox()));
        }
        return FusedBoxes.of(out);
    }

    /**
     * Soft suppression inside each label. Scores come out as they went in: what decays only decides
     * which boxes stay, and their order.
     *
     * @param weights as for {@link #nms}
     * @param iou threshold of {@link Decay#LINEAR}
     * @param sigma of {@link Decay#GAUSSIAN}
     * @param threshold boxes stay whose decayed score is greater
     */
    public static FusedBoxes soft(
            List<ModelBoxes> models,
            double[] weights,
            Decay decay,
            double iou,
            double sigma,
            double threshold) {
        List<FusedBoxes.One> out = new ArrayList<>();
        for (List<Candidate> all : groups(models, weights)) {
            Candidate[] order = all.toArray(Candidate[]::new);
            double[] scores = all.stream().mapToDouble(Candidate::score).toArray();
            for (int i = 0; i < order.length; i++) {
                bringBest(order, scores, i);
                for (int j = i + 1; j < order.length; j++) {
                    double overlap = Candidate.iou(order[i].box(), order[j].box());
                    scores[j] *=
                            switch (decay) {
                                case LINEAR -> overlap > iou ? 1 - overlap : 1;
                                case GAUSSIAN -> Math.exp(-(overlap * overlap) / sigma);
                            };
                }
            }
            List<Kept> kept = new ArrayList<>();
            List<Candidate> gone = new ArrayList<>();
            for (int i = 0; i < order.length; i++) {
                if (scores[i] > threshold) {
                    kept.add(new Kept(order[i]));
                } else {
                    gone.add(order[i]);
                }
            }
            gone.forEach(c -> joins(c, kept, iou));
            kept.forEach(k -> out.add(k.toBox()));
        }
        return FusedBoxes.of(out);
    }

    /** A box that stays, with those that went for it. */
    private record Kept(Candidate box, List<Integer> members) {
        Kept(Candidate box) {
            this(box, new ArrayList<>(List.of(box.index())));
        }

        FusedBoxes.One toBox() {
            int[] all = members.stream().mapToInt(Integer::intValue).toArray();
            return new FusedBoxes.One(box.box(), box.score(), box.label(), all);
        }
    }

    /** Adds a box to the kept one that it overlaps most, if by more than {@code iou}. */
    private static boolean joins(Candidate c, List<Kept> kept, double iou) {
        Kept best = null;
        double highest = iou;
        for (Kept k : kept) {
            double overlap = Candidate.iou(k.box.box(), c.box());
            if (overlap > highest) {
                highest = overlap;
                best = k;
            }
        }
        if (best != null) {
            best.members.add(c.index());
        }
        return best != null;
    }

    /** Swaps place {@code i} with the first best behind it, if that is better. */
    private static void bringBest(Candidate[] order, double[] scores, int i) {
        int best = i;
        for (int j = i + 1; j < order.length; j++) {
            best = scores[j] > scores[best] ? j : best;
        }
        Candidate c = order[i];
        order[i] = order[best];
        order[best] = c;
        double score = scores[i];
        scores[i] = scores[best];
        scores[best] = score;
    }

    private static Iterable<List<Candidate>> groups(List<ModelBoxes> models, double[] weights) {
        double[] factors = new double[models.size()];
        Arrays.fill(factors, 1);
        if (weights != null) {
            double sum = Arrays.stream(weights).sum();
            factors = Arrays.stream(weights).map(w -> w / sum).toArray();
        }
        double none = Double.NEGATIVE_INFINITY;
        return Candidate.byLabel(Candidate.of(models, factors, none)).values();
    }
}
