package soma.tensor.contract;

import soma.tensor.Tensor;
import soma.tensor.autograd.Op;

import java.util.Arrays;

/**
 * One use of an op, with gradients.
 *
 * @param op the rule that is meant
 * @param name what is special about it
 * @param low inputs are drawn uniformly from here
 * @param high to here
 * @param f from the inputs to the result
 * @param shapes of the inputs, all of which want gradients
 */
public record OpCase(Op op, String name, double low, double high, Function f, int[]... shapes) {
    /** In cases of any size, the dimension that may be another one. */
    static final int ANY = 3;

    /** What is computed. */
    public interface Function {
        /** Computes it. */
        Tensor apply(Tensor[] x);
    }

    /** The same with another size. */
    OpCase withSize(int n) {
        int[][] others =
                Arrays.stream(shapes)
                        .map(s -> Arrays.stream(s).map(d -> d == ANY ? n : d).toArray())
                        .toArray(int[][]::new);
        return new OpCase(op, name, low, high, f, others);
    }

    @Override
    public String toString() {
        return op + " " + name;
    }
}
