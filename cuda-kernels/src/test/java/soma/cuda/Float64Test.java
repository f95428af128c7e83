package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import soma.tensor.DTypeException;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Shape;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;
import soma.tensor.autograd.Op;
import soma.tensor.contract.OpCase;
import soma.tensor.contract.OpCases;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** In float64 an op is either right or refused; docs/cuda.md says which are refused. */
class Float64Test {
    private static final Set<Op> REFUSED =
            EnumSet.of(
                    Op.EXP,
                    Op.LOG,
                    Op.SIGMOID,
                    Op.TANH,
                    Op.SOFTPLUS,
                    Op.MATMUL,
                    Op.CONV2D,
                    Op.BATCH_NORM,
                    Op.GROUP_NORM,
                    Op.SOFTMAX,
                    Op.LOG_SOFTMAX,
                    Op.CROSS_ENTROPY,
                    Op.BINARY_CROSS_ENTROPY,
                    Op.MAX_POOL,
                    Op.NEAREST,
                    Op.BILINEAR,
                    Op.ROI_ALIGN,
                    Op.INDEX_ADD,
                    Op.SCATTER_ADD);

    /** Whose gradient is one of the others. */
    private static final Set<Op> WITHOUT_GRADIENT = EnumSet.of(Op.INDEX_SELECT, Op.GATHER);

    @Test
    void opsAreRightOrRefused() {
        Set<Op> refused = EnumSet.noneOf(Op.class);
        Set<Op> withoutGradient = EnumSet.noneOf(Op.class);
        for (OpCase c : OpCases.ALL) {
            if (c.op() == Op.LEAF) {
                continue; // no kernel of its own
            }
            List<double[]> expected = run(c, Device.cpuReference(), new ArrayList<>());
            List<double[]> actual = new ArrayList<>();
            try {
                run(c, Device.of("emulator"), actual);
            } catch (DTypeException e) {
                (actual.isEmpty() ? refused : withoutGradient).add(c.op());
            }
            for (int i = 0; i < actual.size(); i++) {
                assertArrayEquals(expected.get(i), actual.get(i), 1e-11, c.toString());
            }
        }
        assertEquals(REFUSED, refused);
        assertEquals(WITHOUT_GRADIENT, withoutGradient);
    }

    /** The result, then the gradients. */
    private static List<double[]> run(OpCase c, Device device, List<double[]> results) {
        Random random = new Random(c.toString().hashCode());
        try (Scope _ = Scope.open("float64", device)) {
            Tensor[] x = new Tensor[c.shapes().length];
            for (int i = 0; i < x.length; i++) {
                int size = Shape.of(c.shapes()[i]).size();
                double[] values = random.doubles(size, c.low(), c.high()).toArray();
                x[i] = Tensor.of(values, c.shapes()[i]).leaf("x" + i);
            }
            Tensor y = c.f().apply(x);
            results.add(y.toDoubles());
            double[] seed = random.doubles(y.size(), -1, 1).toArray();
            Gradients g = Autograd.backward(y, Tensor.of(seed, y.shape().dims()));
            for (Tensor leaf : x) {
                results.add(g.of(leaf).toDoubles());
            }
        }
        return results;
    }
}
