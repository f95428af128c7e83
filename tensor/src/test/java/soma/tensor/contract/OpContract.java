package soma.tensor.contract;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import soma.tensor.Shape;
import soma.tensor.Tensor;

import java.util.Random;

/** Every op of the table against the reference, forward and backward. */
abstract class OpContract extends DeviceContract {
    private static final double TOLERANCE = 2e-6;

    /** More elements, in rows of four or five, than one grid of threads takes at once. */
    private static final int MANY = 4_099;

    @ParameterizedTest
    @FieldSource("soma.tensor.contract.OpCases#ALL")
    void forwardAndBackward(OpCase c) {
        agrees(c);
    }

    @ParameterizedTest
    @FieldSource("soma.tensor.contract.OpCases#OF_ANY_SIZE")
    void ofNothing(OpCase c) {
        agrees(c.withSize(0));
    }

    @ParameterizedTest
    @FieldSource("soma.tensor.contract.OpCases#OF_MANY_ROWS")
    void ofManyRows(OpCase c) {
        agrees(c.withSize(MANY));
    }

    private void agrees(OpCase c) {
        agree(TOLERANCE, () -> gradients(x -> c.f().apply(x), inputs(c)));
    }

    private static Tensor[] inputs(OpCase c) {
        Random random = new Random(c.toString().hashCode());
        Tensor[] inputs = new Tensor[c.shapes().length];
        for (int i = 0; i < inputs.length; i++) {
            float[] values = new float[Shape.of(c.shapes()[i]).size()];
            for (int j = 0; j < values.length; j++) {
                values[j] = (float) random.nextDouble(c.low(), c.high());
            }
            inputs[i] = Tensor.of(values, c.shapes()[i]);
        }
        return inputs;
    }
}
