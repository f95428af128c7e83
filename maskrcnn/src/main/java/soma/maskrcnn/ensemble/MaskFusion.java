package soma.maskrcnn.ensemble;

import soma.maskrcnn.config.EnsembleConfig.Masks;
import soma.maskrcnn.structures.MaskBounds;
import soma.maskrcnn.structures.MaskWindow;
import soma.maskrcnn.structures.Rle;

import java.util.Arrays;
import java.util.List;

/** The mask of a fused box from those of its members; the mask of a single one stays. */
final class MaskFusion {
    /** Sums of weights such as 0.1 that differ by less are equal. */
    private static final double ROUNDING = 1e-12;

    private MaskFusion() {}

    /**
     * Fuses masks.
     *
     * @param members positions among {@code all}, the best first
     */
    static Rle of(Members all, int[] members, Masks how) {
        Rle winner = all.mask(members[0]);
        if (members.length == 1) {
            return winner;
        }
        return switch (how) {
            case WINNER -> winner;
            case AVERAGE -> average(all, members);
            case VOTE -> vote(all, members);
        };
    }

    /** Where the weighted mean of the probabilities is 0.5 or more. */
    private static Rle average(Members all, int[] members) {
        double half = Arrays.stream(members).mapToDouble(all::weight).sum() / 2;
        Sum sum =
                Sum.of(
                        Arrays.stream(members).mapToObj(all::probabilities).toList(),
                        Arrays.stream(members).mapToDouble(all::weight).toArray());
        byte[] set = new byte[sum.values.length];
        for (int i = 0; i < set.length; i++) {
            set[i] = (byte) (sum.values[i] >= half ? 1 : 0);
        }
        return sum.mask(set, all.mask(members[0]));
    }

    /** Where more than half of the weight has a pixel; at exactly half, where the winner has. */
    private static Rle vote(Members all, int[] members) {
        double half = Arrays.stream(members).mapToDouble(all::weight).sum() / 2;
        Sum sum =
                Sum.of(
                        Arrays.stream(members).mapToObj(m -> MaskWindow.of(all.mask(m))).toList(),
                        Arrays.stream(members).mapToDouble(all::weight).toArray());
        Rle winner = all.mask(members[0]);
        byte[] casting =
                winner.decodeWindow(
                        sum.bounds.x0(), sum.bounds.y0(), sum.bounds.height(), sum.bounds.width());
        byte[] set = new byte[sum.values.length];
        for (int i = 0; i < set.length; i++) {
            boolean tie = Math.abs(sum.values[i] - half) <= ROUNDING * half;
            set[i] = tie ? casting[i] : (byte) (sum.values[i] > half ? 1 : 0);
        }
        return sum.mask(set, winner);
    }

    /**
     * Windows added up.
     *
     * @param bounds what all of them cover together
     * @param values row-major, one for each pixel of {@code bounds}
     */
    private record Sum(MaskBounds bounds, double[] values) {
        static Sum of(List<MaskWindow> windows, double[] weights) {
            MaskBounds all = new MaskBounds(0, 0, 0, 0);
            for (MaskWindow w : windows) {
                all = all.union(w.bounds());
            }
            double[] sum = new double[all.width() * all.height()];
            for (int i = 0; i < weights.length; i++) {
                MaskBounds b = windows.get(i).bounds();
                float[] values = windows.get(i).values();
                for (int y = 0; y < b.height(); y++) {
                    int to = (b.y0() - all.y0() + y) * all.width() + b.x0() - all.x0();
                    int from = y * b.width();
                    for (int x = 0; x < b.width(); x++) {
                        sum[to + x] += weights[i] * values[from + x];
                    }
                }
            }
            return new Sum(all, sum);
        }

        /** The mask of the pixels that are set, in the image of {@code like}. */
        Rle mask(byte[] set, Rle like) {
            return Rle.encodeWindow(
                    like.height(),
                    like.width(),
                    set,
                    bounds.x0(),
                    bounds.y0(),
                    bounds.height(),
                    bounds.width());
        }
    }
}
