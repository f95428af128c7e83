package soma.tensor.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import soma.tensor.DType;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Shape;
import soma.tensor.Tensor;
import soma.tensor.contract.OpCase;
import soma.tensor.contract.OpCases;

import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Every rule of the gradient table against central differences, in float64 on the reference
 * backend.
 */
class GradientCheckTest {
    private static final double STEP = 1e-5;

    static final List<OpCase> CHECKS = OpCases.ALL;

    @Test
    void everyOpIsChecked() {
        Set<Op> missing = EnumSet.allOf(Op.class);
        CHECKS.forEach(c -> missing.remove(c.op()));
        assertTrue(missing.isEmpty(), () -> "no gradient check for " + missing);
    }

    @ParameterizedTest
    @FieldSource("CHECKS")
    void gradientsMatchCentralDifferences(OpCase check) {
        Random random = new Random(check.toString().hashCode());
        double[][] values = new double[check.shapes().length][];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    random.doubles(Shape.of(check.shapes()[i]).size(), check.low(), check.high())
                            .toArray();
        }
        double[] seed;
        try (Scope _ = Scope.open("shape", Device.cpuReference())) {
            seed = random.doubles(check.f().apply(leaves(check, values)).size(), -1, 1).toArray();
        }
        double[][] analytic = analytic(check, values, seed);
        for (int i = 0; i < values.length; i++) {
            for (int j = 0; j < values[i].length; j++) {
                double numeric = numeric(check, values, seed, i, j);
                double tolerance = 1e-6 * Math.max(1, Math.abs(numeric));
                assertEquals(numeric, analytic[i][j], tolerance, "input " + i + " at " + j);
            }
        }
    }

    private static Tensor[] leaves(OpCase check, double[][] values) {
        Tensor[] leaves = new Tensor[values.length];
        for (int i = 0; i < leaves.length; i++) {
            leaves[i] = Tensor.of(values[i], check.shapes()[i]).leaf("x" + i);
        }
        return leaves;
    }

    private static double[][] analytic(OpCase check, double[][] values, double[] seed) {
        try (Scope _ = Scope.open("analytic", Device.cpuReference())) {
            Tensor[] x = leaves(check, values);
            Tensor y = check.f().apply(x);
            Gradients g = Autograd.backward(y, Tensor.of(seed, y.shape().dims()));
            double[][] gradients = new double[x.length][];
            for (int i = 0; i < x.length; i++) {
                assertNotNull(g.of(x[i]), "gradient of input " + i);
                assertArrayEquals(check.shapes()[i], g.of(x[i]).shape().dims());
                gradients[i] = g.of(x[i]).toDoubles();
            }
            return gradients;
        }
    }

    private static double numeric(OpCase check, double[][] values, double[] seed, int i, int j) {
        double saved = values[i][j];
        values[i][j] = saved + STEP;
        double above = weighted(check, values, seed);
        values[i][j] = saved - STEP;
        double below = weighted(check, values, seed);
        values[i][j] = saved;
        return (above - below) / (2 * STEP);
    }

    private static double weighted(OpCase check, double[][] values, double[] seed) {
        try (Scope _ = Scope.open("numeric", Device.cpuReference());
                Autograd.NoGrad _ = Autograd.noGrad()) {
            double[] y = check.f().apply(leaves(check, values)).toDoubles();
            double sum = 0;
            for (int k = 0; k < y.length; k++) {
                sum += y[k] * seed[k];
            }
            return sum;
        }
    }

    @Test
    void piecewiseConstantOpsHaveNoGradient() {
        try (Scope _ = Scope.open("test", Device.cpuReference())) {
            Tensor x = Tensor.of(new double[] {1.5, -0.5}, 2).leaf("x");
            assertTrue(!x.floor().requiresGrad() && !x.sign().requiresGrad());
            assertEquals(DType.INT32, x.argmax().dtype());
        }
    }
}
