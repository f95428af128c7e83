package soma.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import soma.nn.checkpoint.Safetensors;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Tensor;

/** Fixtures as tensors, and comparison by the largest value. */
public final class Golden {
    private Golden() {}

    /** A family of golden operators. */
    public static StateDict ops(String family) {
        return Safetensors.read(SharedFiles.require("golden/ops/" + family + ".safetensors"));
    }

    /** An NCHW fixture as an NHWC tensor of the current scope. */
    public static Tensor nhwc(StateDict dict, String name) {
        var t = dict.require(name);
        return Tensor.of(t.floats(), t.shape().dims()).permute(0, 2, 3, 1).contiguous();
    }

    /** An NHWC tensor in NCHW order. */
    public static float[] nchw(Tensor t) {
        return t.permute(0, 3, 1, 2).toFloats();
    }

    /** Every difference is at most {@code tolerance} of the largest expected value. */
    public static void assertClose(
            String what, float[] expected, float[] actual, double tolerance) {
        assertEquals(expected.length, actual.length, what);
        double largest = 0;
        for (float v : expected) {
            largest = Math.max(largest, Math.abs(v));
        }
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], tolerance * largest, what + " [" + i + "]");
        }
    }
}
