package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * One case of an operator: its inputs, parameters and expected outputs. Files hold NCHW maps and
 * OIHW weights; this hands out NHWC and HWIO.
 */
final class Fixture {
    /** How much further than the library's own rounding Soma's may go. */
    static final double FACTOR = 10;

    /** Relative to the largest value of a tensor; where no drift was measured. */
    static final double LEAST_TOLERANCE = 1e-6;

    private final ParityReport report;
    private final StateDict tensors;
    private final String name;
    private final JsonNode cases;
    private final JsonNode entry;
    private final Set<String> read = new HashSet<>();

    Fixture(ParityReport report, StateDict tensors, String name, JsonNode cases) {
        this.report = report;
        this.tensors = tensors;
        this.name = name;
        this.cases = cases;
        this.entry = cases.required(name);
    }

    /** Another case of the family. */
    Optional<Fixture> sibling(String other) {
        return cases.has(other)
                ? Optional.of(new Fixture(report, tensors, other, cases))
                : Optional.empty();
    }

    /** What the case has, without its name. */
    List<String> names() {
        return own(tensors.names());
    }

    /** Without the name, what belongs to this case and not to one with a longer name. */
    private List<String> own(Collection<String> all) {
        String prefix = name + ".";
        List<String> longer = new ArrayList<>();
        cases.fieldNames().forEachRemaining(longer::add);
        longer.removeIf(other -> !other.startsWith(prefix));
        return all.stream()
                .filter(n -> n.startsWith(prefix))
                .filter(n -> longer.stream().noneMatch(other -> n.startsWith(other + ".")))
                .map(n -> n.substring(prefix.length()))
                .toList();
    }

    String name() {
        return name;
    }

    JsonNode entry() {
        return entry;
    }

    JsonNode param(String key) {
        return entry.required("params").required(key);
    }

    int intParam(String key) {
        return param(key).asInt();
    }

    double doubleParam(String key) {
        return param(key).asDouble();
    }

    boolean has(String what) {
        return tensors.contains(name + "." + what);
    }

    HostTensor stored(String what) {
        read.add(what);
        return tensors.require(name + "." + what);
    }

    int[] dims(String what) {
        return stored(what).shape().dims();
    }

    float[] floats(String what) {
        return stored(what).floats();
    }

    int[] ints(String what) {
        return Arrays.stream(stored(what).longs()).mapToInt(Math::toIntExact).toArray();
    }

    byte[] bytes(String what) {
        int[] values = ints(what);
        byte[] out = new byte[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) values[i];
        }
        return out;
    }

    /** float32 as stored. */
    Tensor tensor(String what) {
        return Tensor.of(floats(what), dims(what));
    }

    /** INT32 as stored. */
    Tensor index(String what) {
        return Tensor.of(ints(what), dims(what));
    }

    /** A map as NHWC. */
    Tensor map(String what) {
        return tensor(what).permute(0, 2, 3, 1).contiguous();
    }

    /** A convolution's weights as HWIO. */
    Tensor weight(String what) {
        return tensor(what).permute(2, 3, 1, 0).contiguous();
    }

    void checkMap(String what, Tensor actual) {
        check(what, actual.permute(0, 3, 1, 2));
    }

    void checkWeight(String what, Tensor actual) {
        check(what, actual.permute(3, 2, 0, 1));
    }

    /** Ten times the drift that rounding makes in the library, at least 1e-6. */
    void check(String what, Tensor actual) {
        check(what, actual.toDoubles());
    }

    void check(String what, double... actual) {
        double drift = entry.path("float32_vs_float64_relative_to_max").path(what).asDouble(0);
        double tolerance = Math.max(LEAST_TOLERANCE, FACTOR * drift);
        report.relative(name + "." + what, stored(what), actual, tolerance);
    }

    void checkExact(String what, int[] actual) {
        checkExact(what, actual, _ -> false);
    }

    /** Integers, of which those at a boundary may differ. */
    void checkExact(String what, int[] actual, IntPredicate mayDiffer) {
        long[] longs = Arrays.stream(actual).asLongStream().toArray();
        HostTensor expected = stored(what);
        report.exact(
                name + "." + what, expected.shape().toString(), expected.longs(), longs, mayDiffer);
    }

    void checkBytes(String what, byte[] actual) {
        int[] values = new int[actual.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = actual[i] & 0xff;
        }
        checkExact(what, values);
    }

    /** Soma has nothing like this case. */
    void skip(String why) {
        read.addAll(names());
        report.skips(name, why);
    }

    /** Soma has nothing like one tensor of this case. */
    void skip(String what, String why) {
        read.add(what);
        report.skips(name + "." + what, why);
    }

    /** Fails for what is listed and not stored, and for what is stored and wasn't looked at. */
    void checkComplete(Collection<String> listed) {
        List<String> stored = names();
        report.requireListed(name + ".", own(listed), stored);
        for (String what : stored) {
            if (!read.contains(what)) {
                report.fails(
                        name + "." + what,
                        tensors.require(name + "." + what).shape().toString(),
                        "nothing that this harness knows");
            }
        }
    }

    ParityReport report() {
        return report;
    }
}
