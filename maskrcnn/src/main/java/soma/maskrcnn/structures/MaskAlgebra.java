package soma.maskrcnn.structures;

import soma.tensor.SomaException;

import java.util.ArrayList;
import java.util.List;

/** Set operations on runs, without bitmaps. */
final class MaskAlgebra {
    private MaskAlgebra() {}

    /** A set operation on two masks. */
    enum Operation {
        UNION,
        INTERSECTION,
        DIFFERENCE;

        boolean keeps(boolean a, boolean b) {
            return switch (this) {
                case UNION -> a || b;
                case INTERSECTION -> a && b;
                case DIFFERENCE -> a && !b;
            };
        }
    }

    static Rle combine(Rle a, Rle b, Operation operation) {
        requireSameSize(a, b);
        int[] first = a.rawCounts();
        int[] second = b.rawCounts();
        int total = a.height() * a.width();
        RunBuilder runs = new RunBuilder();
        int i = 0;
        int j = 0;
        int endA = first[0];
        int endB = second[0];
        int position = 0;
        while (position < total) {
            while (endA == position) {
                endA += first[++i];
            }
            while (endB == position) {
                endB += second[++j];
            }
            int end = Math.min(endA, endB);
            if (operation.keeps((i & 1) == 1, (j & 1) == 1)) {
                runs.add(position, end);
            }
            position = end;
        }
        return runs.build(a.height(), a.width());
    }

    static Rle union(List<Rle> masks) {
        if (masks.isEmpty()) {
            throw new SomaException("rle: union: expected at least one mask, got none");
        }
        // Pairwise, as a tournament: each run is copied log n times, not n times.
        List<Rle> round = masks;
        while (round.size() > 1) {
            List<Rle> next = new ArrayList<>((round.size() + 1) / 2);
            for (int i = 0; i < round.size(); i += 2) {
                Rle mask = round.get(i);
                next.add(
                        i + 1 < round.size()
                                ? combine(mask, round.get(i + 1), Operation.UNION)
                                : mask);
            }
            round = next;
        }
        return round.getFirst();
    }

    static int intersectionArea(Rle a, Rle b) {
        requireSameSize(a, b);
        if (a.isEmpty() || b.isEmpty() || a.bounds().disjoint(b.bounds())) {
            return 0;
        }
        int[] first = a.rawCounts();
        int[] second = b.rawCounts();
        int i = 1;
        int j = 1;
        int startA = first[0];
        int endA = startA + first[1];
        int startB = second[0];
        int endB = startB + second[1];
        int shared = 0;
        while (true) {
            shared += Math.max(0, Math.min(endA, endB) - Math.max(startA, startB));
            if (endA <= endB) {
                i += 2;
                if (i >= first.length) {
                    return shared;
                }
                startA = endA + first[i - 1];
                endA = startA + first[i];
            } else {
                j += 2;
                if (j >= second.length) {
                    return shared;
                }
                startB = endB + second[j - 1];
                endB = startB + second[j];
            }
        }
    }

    private static void requireSameSize(Rle a, Rle b) {
        if (a.height() != b.height() || a.width() != b.width()) {
            throw new SomaException(
                    "rle: sizes of two masks: expected "
                            + a.height()
                            + " x "
                            + a.width()
                            + " for both, got "
                            + b.height()
                            + " x "
                            + b.width());
        }
    }
}
