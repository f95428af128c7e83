package soma.maskrcnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import soma.nn.checkpoint.Checkpoints;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Tensor;

/** One family of {@code golden/ops}, with the manifest's tolerance rule. */
public final class GoldenOps {
    /** Ten times what rounding alone does in most cases, relative to the largest value. */
    public static final double TOLERANCE = 1e-5;

    private final StateDict tensors;

    /** Opens a family, or skips the running test where the fixtures are absent. */
    public GoldenOps(String family) {
        tensors = Checkpoints.read(SharedFiles.require("golden/ops/" + family + ".safetensors"));
    }

    /** A tensor of the family as float32 in the open scope. */
    public Tensor tensor(String name) {
        HostTensor t = tensors.require(name);
        return Tensor.of(t.floats(), t.shape().dims());
    }

    /** A float tensor's values. */
    public float[] floats(String name) {
        return tensors.require(name).floats();
    }

    /** An integer tensor's values. */
    public int[] ints(String name) {
        HostTensor t = tensors.require(name);
        if (t.isFloating()) {
            throw new IllegalArgumentException(name + " is not of integers");
        }
        long[] values = t.longs();
        int[] out = new int[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.toIntExact(values[i]);
        }
        return out;
    }

    /** Whether the family has a tensor. */
    public boolean has(String name) {
        return tensors.contains(name);
    }

    /** Compares values, allowing {@link #TOLERANCE} of the largest expected one. */
    public void check(String name, Tensor actual) {
        check(name, floats(name), actual.toFloats());
    }

    /** Compares a scalar. */
    public void check(String name, double actual) {
        check(name, floats(name), new float[] {(float) actual});
    }

    private static void check(String name, float[] expected, float[] actual) {
        assertEquals(expected.length, actual.length, name + ": number of values");
        double scale = 0;
        for (float e : expected) {
            scale = Math.max(scale, Math.abs(e));
        }
        double limit = Math.max(TOLERANCE * scale, 1e-12);
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs(expected[i] - actual[i]);
            int at = i;
            assertTrue(
                    difference <= limit,
                    () -> name + "[" + at + "]: expected " + expected[at] + ", got " + actual[at]);
        }
    }
}
