package soma.nn;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** How a parameter starts. Fans are counted on PyTorch's shape, as detectron2 does. */
@FunctionalInterface
public interface Init {
    /** Fills {@code values}, whose shape in PyTorch's layout is {@code torchShape}. */
    void fill(float[] values, int[] torchShape, RandomGenerator random);

    /** All elements equal. */
    static Init constant(double value) {
        return (values, _, _) -> Arrays.fill(values, (float) value);
    }

    /** Normal of mean 0. */
    static Init normal(double std) {
        return (values, _, random) -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (std * random.nextGaussian());
            }
        };
    }

    /**
     * fvcore's {@code c2_msra_fill}: normal of deviation {@code sqrt(2 / fan_out)}, with fan_out
     * the first extent times the kernel's area; groups are not divided out.
     */
    static Init msra() {
        return (values, shape, random) ->
                normal(Math.sqrt(2.0 / fan(shape, 0))).fill(values, shape, random);
    }

    /** fvcore's {@code c2_xavier_fill}: uniform within {@code sqrt(3 / fan_in)}. */
    static Init xavier() {
        return (values, shape, random) -> {
            double bound = Math.sqrt(3.0 / fan(shape, 1));
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (bound * (2 * random.nextDouble() - 1));
            }
        };
    }

    private static double fan(int[] shape, int axis) {
        double fan = shape[axis];
        for (int i = 2; i < shape.length; i++) {
            fan *= shape[i];
        }
        return fan;
    }
}
