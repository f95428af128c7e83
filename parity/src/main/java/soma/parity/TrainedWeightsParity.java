package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Weights and running statistics after training: those that moved, and those that must not. */
final class TrainedWeightsParity {
    /** A tensor may always end so far from where it should be, of the way that it has gone. */
    private static final double OFF_THE_WAY = 1e-2;

    /** What moves by a few roundings of its values, of their size, says nothing. */
    private static final double LEAST_MOVE = 1e-5;

    private final ParityReport report;
    private final JsonNode manifest;
    private final StateDict start;
    private final StateDict recorded;

    /**
     * A comparison.
     *
     * @param start what training began with
     * @param recorded what the library ended with, without what is as it was
     */
    TrainedWeightsParity(
            ParityReport report, JsonNode manifest, StateDict start, StateDict recorded) {
        this.report = report;
        this.manifest = manifest;
        this.start = start;
        this.recorded = recorded;
    }

    /**
     * Compares what Soma ended with.
     *
     * @param weightDrift what rounding did to the library's worst tensor, absolute
     * @param lossDrift what it did to its losses at most, relative
     */
    void compare(StateDict actual, double weightDrift, double lossDrift) {
        report.requireListed(
                "after ", Json.names(manifest.path("weights_after_20")), recorded.names());
        compareMoved(actual, weightDrift, lossDrift);
        compareUnmoved(actual);
    }

    /**
     * Compares the values by the drift of the library's worst tensor and, since that says little of
     * others, how far each is from where it should be by how far it has moved. The records hold no
     * such figure for the library itself; that of its losses, which are relative too, stands in.
     */
    private void compareMoved(StateDict actual, double weightDrift, double lossDrift) {
        double allowed = Fixture.FACTOR * weightDrift;
        double offTheWay = Math.max(OFF_THE_WAY, Fixture.FACTOR * lossDrift);
        for (Map.Entry<String, HostTensor> e : recorded.tensors().entrySet()) {
            String name = "after " + e.getKey();
            HostTensor want = e.getValue();
            String shape = want.shape().toString();
            HostTensor got = actual.get(e.getKey());
            if (got == null) {
                report.fails(name, shape, "missing");
            } else if (!want.isFloating()) {
                report.exact(name, shape, want.longs(), got.longs());
            } else {
                report.absolute(name, shape, want.doubles(), got.doubles(), allowed);
                double[] before = start.require(e.getKey()).doubles();
                double moved = distance(want.doubles(), before);
                if (moved > LEAST_MOVE * norm(want.doubles())) {
                    double off = distance(want.doubles(), got.doubles()) / moved;
                    double[] whole = {1};
                    report.measured(name + ", of its way", shape, off, whole, offTheWay, "");
                }
            }
        }
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }

    private static double norm(double[] a) {
        return distance(a, new double[a.length]);
    }

    /** What isn't recorded is as it was before, but for what the manifest says is left out. */
    private void compareUnmoved(StateDict actual) {
        List<String> leftOut = Json.names(manifest.path("weights_left_out"));
        List<String> moved = new ArrayList<>();
        int compared = 0;
        for (Map.Entry<String, HostTensor> e : actual.tensors().entrySet()) {
            String name = e.getKey();
            HostTensor before = start.get(name);
            if (before != null && !recorded.contains(name) && !leftOut.contains(name)) {
                compared++;
                if (!Arrays.equals(before.doubles(), e.getValue().doubles())) {
                    moved.add(name);
                }
            }
        }
        report.holds(
                "unchanged by training", compared + " tensors", moved.isEmpty(), moved + " moved");
    }
}
