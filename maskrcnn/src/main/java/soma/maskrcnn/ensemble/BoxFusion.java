package soma.maskrcnn.ensemble;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Averages of overlapping boxes of several models: weighted boxes fusion (Solovyev et al. 2021) and
 * non-maximum weighted (Zhou et al. 2017). Results are in order of descending score.
 *
 * <p>Averages of two boxes or more are rounded to float32, as the reference implementation keeps
 * them.
 */
public final class BoxFusion {
    /** How the score of a cluster follows from those of its boxes. */
    public enum Confidence {
        /** Their mean, less where fewer boxes than models agree. */
        AVG,
        /** The largest. */
        MAX,
        /** Their mean, by the weights of the models that agree. */
        BOX_AND_MODEL_AVG,
        /** Their mean, with models that found nothing counted as zeros. */
        ABSENT_MODEL_AWARE_AVG
    }

    private BoxFusion() {}

    private static final class Cluster {
        final List<Candidate> members = new ArrayList<>();
        double[] box;

        Cluster(Candidate first) {
            members.add(first);
            box = first.box();
        }

        Candidate first() {
            return members.getFirst();
        }

        int[] indices() {
            return members.stream().mapToInt(Candidate::index).toArray();
        }
    }

    /**
     * Weighted boxes fusion.
     *
     * @param weights of the models; null: all 1
     * @param iou a box joins the cluster whose fused box it overlaps most, if by more than this
     * @param skipBelow boxes of a lower score, before weighing, take no part
     * @param allowOverflow whether more boxes than models make a score larger ({@link
     *     Confidence#AVG})
     */
    public static FusedBoxes weighted(
            List<ModelBoxes> models,
            double[] weights,
            double iou,
            double skipBelow,
            Confidence confidence,
            boolean allowOverflow) {
        double[] w = weights == null ? ones(models.size()) : weights;
        List<FusedBoxes.One> out = new ArrayList<>();
        for (List<Candidate> all : groups(models, w, skipBelow)) {
            List<Cluster> clusters = new ArrayList<>();
            for (Candidate c : Candidate.descending(all)) {
                Cluster cluster = best(clusters, c, iou, k -> k.box);
                if (cluster == null) {
                    clusters.add(new Cluster(c));
                } else {
                    cluster.members.add(c);
                    cluster.box = average(cluster.members, Candidate::score, cluster.box);
                }
            }
            for (Cluster k : clusters) {
                double score = score(k.members, w, confidence, allowOverflow);
                out.add(new FusedBoxes.One(k.box, score, k.first().label(), k.indices()));
            }
        }
        return descending(out);
    }

    private static double score(
            List<Candidate> members, double[] weights, Confidence confidence, boolean overflow) {
        int n = members.size();
        double all = Arrays.stream(weights).sum();
        double mean = members.stream().mapToDouble(Candidate::score).sum() / n;
        double own = members.stream().mapToDouble(Candidate::weight).sum();
        boolean[] present = new boolean[weights.length];
        members.forEach(c -> present[c.model()] = true);
        double distinct = 0;
        for (int m = 0; m < weights.length; m++) {
            distinct += present[m] ? weights[m] : 0;
        }
        return switch (confidence) {
            case AVG -> mean * (overflow ? n : Math.min(weights.length, n)) / all;
            case MAX ->
                    members.stream().mapToDouble(Candidate::score).max().orElse(0)
                            / Arrays.stream(weights).max().orElse(1);
            case BOX_AND_MODEL_AVG -> mean * n / own * distinct / all;
            case ABSENT_MODEL_AWARE_AVG -> mean * n / (own + all - distinct);
        };
    }

    /**
     * Non-maximum weighted: boxes join the cluster whose best box they overlap most, and are
     * averaged by score times that overlap; the best box gives the score.
     *
     * @param weights of the models, of which the largest counts 1; null: all alike
     */
    public static FusedBoxes nonMaximumWeighted(
            List<ModelBoxes> models, double[] weights, double iou, double skipBelow) {
        double[] given = weights == null ? ones(models.size()) : weights;
        double largest = Arrays.stream(given).max().orElse(1);
        double[] w = Arrays.stream(given).map(v -> v / largest).toArray();
        List<FusedBoxes.One> out = new ArrayList<>();
        for (List<Candidate> all : groups(models, w, skipBelow)) {
            List<Cluster> clusters = new ArrayList<>();
            for (Candidate c : Candidate.descending(all)) {
                Cluster cluster = best(clusters, c, iou, k -> k.first().box());
                if (cluster == null) {
                    clusters.add(new Cluster(c));
                } else {
                    cluster.members.add(c);
                }
            }
            for (Cluster k : clusters) {
                Candidate first = k.first();
                double[] box =
                        average(
                                k.members,
                                c -> c.score() * Candidate.iou(c.box(), first.box()),
                                first.box());
                double score = (float) first.score();
                out.add(new FusedBoxes.One(box, score, first.label(), k.indices()));
            }
        }
        return descending(out);
    }

    private static double[] ones(int n) {
        double[] out = new double[n];
        Arrays.fill(out, 1);
        return out;
    }

    private static Collection<List<Candidate>> groups(
            List<ModelBoxes> models, double[] weights, double skipBelow) {
        return Candidate.byFirstLabel(Candidate.of(models, weights, skipBelow)).values();
    }

    /** What a cluster's boxes are compared with. */
    @FunctionalInterface
    private interface Representative {
        double[] of(Cluster cluster);
    }

    private static Cluster best(
            List<Cluster> clusters, Candidate c, double threshold, Representative representative) {
        Cluster best = null;
        double highest = threshold;
        for (Cluster cluster : clusters) {
            double overlap = Candidate.iou(representative.of(cluster), c.box());
            if (overlap > highest) {
                highest = overlap;
                best = cluster;
            }
        }
        return best;
    }

    /** The weight of a box in an average. */
    @FunctionalInterface
    private interface Share {
        double of(Candidate c);
    }

    /** The mean of the boxes; {@code otherwise} where all shares are 0. */
    private static double[] average(List<Candidate> members, Share share, double[] otherwise) {
        float[] sum = new float[4];
        double shares = 0;
        for (Candidate c : members) {
            double s = share.of(c);
            shares += s;
            for (int i = 0; i < 4; i++) {
                sum[i] += (float) (s * c.box()[i]);
            }
        }
        if (shares == 0) {
            return otherwise;
        }
        double[] box = new double[4];
        for (int i = 0; i < 4; i++) {
            box[i] = (float) (sum[i] / shares);
        }
        return box;
    }

    private static FusedBoxes descending(List<FusedBoxes.One> all) {
        all.sort(Comparator.comparingDouble(FusedBoxes.One::score).reversed());
        return FusedBoxes.of(all);
    }
}
