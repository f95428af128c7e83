package soma.tensor.cpu.vector;

import soma.tensor.ShapeException;

/**
 * What is done to an output element after its sum of products is complete: add the bias of its
 * column, add the residual, replace negative values by zero, in this order.
 *
 * @param bias one value per output column, or null
 * @param biasOffset index of the first bias in {@code bias}
 * @param residual values laid out like the output, or null
 * @param residualOffset index in {@code residual} of the element that belongs to the first output
 *     element
 * @param relu whether negative results become zero
 */
public record Epilogue(
        float[] bias, int biasOffset, float[] residual, int residualOffset, boolean relu) {

    /** Leaves the sums as they are. */
    public static final Epilogue NONE = new Epilogue(null, 0, null, 0, false);

    /** Adds a bias per output column. */
    public static Epilogue bias(float[] bias, int offset) {
        return new Epilogue(bias, offset, null, 0, false);
    }

    /** Checks that bias and residual are long enough for an output of {@code size} elements. */
    void check(int columns, long size) {
        checkLength("bias", bias, biasOffset, columns);
        checkLength("residual", residual, residualOffset, size);
    }

    private static void checkLength(String name, float[] values, int offset, long count) {
        if (values != null && (offset < 0 || offset + count > values.length)) {
            throw ShapeException.of(
                    "epilogue",
                    name,
                    "an array of at least " + (offset + count) + " floats",
                    values.length);
        }
    }

    /** Whether there is nothing to do. */
    boolean isNone() {
        return bias == null && residual == null && !relu;
    }
}
