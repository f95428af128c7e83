package soma.parity;

import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;

import java.util.Arrays;

/**
 * The intermediates of one forward pass. Maps are compared value by value, proposals as a set (what
 * has a row for each of them follows), detections one to one in their order.
 */
final class TraceParity {
    /** Proposals that may be others: suppression and top-k flip where scores nearly tie. */
    private static final double FLIPPED = 0.002;

    /** A proposal is found again within so many pixels. */
    private static final double SAME_PROPOSAL = 0.02;

    private final ParityReport report;
    private final Drift drift;
    private final Names names;

    TraceParity(ParityReport report, Drift drift, Names names) {
        this.report = report;
        this.drift = drift;
        this.names = names;
    }

    /** How the names and columns of a recorded trace are those of Soma's. */
    interface Names {
        /** Soma's name of a recorded tensor; null if it has none. */
        default String ofSoma(String name) {
            return name;
        }

        /** Soma's values of a recorded tensor, in the recorded order of classes. */
        default HostTensor converted(String name, HostTensor ours) {
            return ours;
        }

        /** Recorded values without what Soma has no place for. */
        default HostTensor comparable(String name, HostTensor recorded) {
            return recorded;
        }
    }

    void compare(StateDict golden, StateDict actual) {
        int[] rank = ranks(golden, actual);
        for (String name : golden.names()) {
            HostTensor expected = names.comparable(name, golden.require(name));
            String ours = names.ofSoma(name);
            HostTensor got = ours == null ? null : actual.get(ours);
            if (got == null) {
                report.fails(name, expected.shape().toString(), "Soma has no such tensor");
                continue;
            }
            got = names.converted(name, got);
            if (name.startsWith("proposals.") || name.startsWith("box.")) {
                if (rank != null) {
                    rows(name, expected, got, rank, stride(golden, name));
                }
            } else if (name.equals("detections.classes") || name.equals("detections.labels")) {
                String shape = expected.shape().toString();
                report.exact(name, shape, expected.longs(), got.longs());
            } else if (name.startsWith("detections.") || name.equals("final.boxes")) {
                String figure = name.endsWith("boxes") ? "boxes_max_abs_px" : "scores_max_abs";
                absolute(name, expected, got, drift.ofDetections("detections." + figure));
            } else if (name.equals("mask.probs")) {
                absolute(name, expected, got, drift.ofDetections("mask.probs_max_abs"));
            } else {
                int step = stride(golden, name);
                double[] values = sampled(got, expected.shape().dim(0), step);
                double tolerance = name.equals("mask.pooled") ? drift.ofRows() : drift.ofMap(name);
                report.relative(name, expected, values, tolerance);
            }
        }
    }

    private void absolute(String name, HostTensor expected, HostTensor got, double tolerance) {
        String shape = expected.shape().toString();
        report.absolute(name, shape, expected.doubles(), got.doubles(), tolerance);
    }

    private static int stride(StateDict golden, String name) {
        return Integer.parseInt(golden.metadata().getOrDefault("stride." + name, "1"));
    }

    /** The first rows of a tensor and, of a map, every so many pixels both ways. */
    private static double[] sampled(HostTensor whole, int rows, int step) {
        double[] values = whole.doubles();
        int[] d = whole.shape().dims();
        if (d.length == 0 || d[0] == 0) {
            return values;
        }
        int kept = Math.min(rows, d[0]);
        if (step == 1) {
            return Arrays.copyOf(values, kept * (values.length / d[0]));
        }
        int height = Math.ceilDiv(d[2], step);
        int width = Math.ceilDiv(d[3], step);
        double[] out = new double[kept * d[1] * height * width];
        int o = 0;
        for (int plane = 0; plane < kept * d[1]; plane++) {
            for (int y = 0; y < d[2]; y += step) {
                for (int x = 0; x < d[3]; x += step) {
                    out[o++] = values[(plane * d[2] + y) * d[3] + x];
                }
            }
        }
        return out;
    }

    /** The row of our proposals at which each recorded one is, or -1; null if that is hopeless. */
    private int[] ranks(StateDict golden, StateDict actual) {
        double[] expected = golden.require("proposals.boxes").doubles();
        double[] got = actual.require("proposals.boxes").doubles();
        int n = expected.length / 4;
        int m = got.length / 4;
        int[] rank = new int[n];
        boolean[] taken = new boolean[m];
        int lost = 0;
        int moved = 0;
        double worst = 0;
        for (int i = 0; i < n; i++) {
            rank[i] = -1;
            for (int step = 0; step < m && rank[i] < 0; step++) {
                int j = (i + step) % m; // nearly all are where they should be
                if (!taken[j] && distance(expected, i, got, j) <= SAME_PROPOSAL) {
                    rank[i] = j;
                    taken[j] = true;
                    worst = Math.max(worst, distance(expected, i, got, j));
                }
            }
            lost += rank[i] < 0 ? 1 : 0;
            moved += rank[i] >= 0 && rank[i] != i ? 1 : 0;
        }
        boolean ok = lost <= FLIPPED * n && Math.abs(n - m) <= FLIPPED * n;
        String note =
                "%d recorded, %d here, %d of other rank, %d not found".formatted(n, m, moved, lost);
        report.measured(
                "proposals as a set",
                "[" + n + ", 4]",
                ok ? worst : Double.POSITIVE_INFINITY,
                expected,
                SAME_PROPOSAL,
                note);
        return ok ? rank : null;
    }

    private static double distance(double[] a, int i, double[] b, int j) {
        double largest = 0;
        for (int k = 0; k < 4; k++) {
            largest = Math.max(largest, Math.abs(a[4 * i + k] - b[4 * j + k]));
        }
        return largest;
    }

    /** What has a row for each proposal, of those that are found again. */
    private void rows(String name, HostTensor expected, HostTensor got, int[] rank, int step) {
        double[] e = expected.doubles();
        int rows = expected.shape().dim(0);
        int width = rows == 0 ? 0 : e.length / rows;
        int ours = got.shape().dim(0);
        double[] all = sampled(got, ours, step);
        if (ours > 0 && all.length / ours != width) {
            report.fails(name, expected.shape().toString(), "got " + got.shape());
            return;
        }
        double worst = 0;
        for (int r = 0; r < rows; r++) {
            for (int k = 0; k < width && rank[r] >= 0; k++) {
                double d = Math.abs(e[r * width + k] - all[rank[r] * width + k]);
                worst = Math.max(worst, Double.isNaN(d) ? Double.POSITIVE_INFINITY : d);
            }
        }
        double largest = ParityReport.largestFinite(e);
        double tolerance =
                name.equals("proposals.boxes") ? SAME_PROPOSAL : drift.ofRows() * largest;
        report.measured(name, expected.shape().toString(), worst, e, tolerance, "");
    }
}
