package soma.cuda;

import soma.tensor.DType;
import soma.tensor.DTypeException;
import soma.tensor.spi.View;

/** Checks of operands' types, since a kernel takes bytes for what it expects. */
final class OperandTypes {
    private OperandTypes() {}

    /**
     * Checks a type.
     *
     * @throws DTypeException naming op and argument
     */
    static void require(String op, String argument, View view, DType expected) {
        if (view.dtype() != expected) {
            throw DTypeException.of(op, argument, expected, view.dtype());
        }
    }

    /**
     * Checks that operands are float32.
     *
     * @throws DTypeException naming op and argument
     */
    static void requireFloat(String op, String argument, View... operands) {
        for (View operand : operands) {
            require(op, argument, operand, DType.FLOAT32);
        }
    }

    /**
     * Checks that operands are of one type, float32 or float64.
     *
     * @throws DTypeException naming op and argument
     */
    static void requireFloating(String op, String argument, View first, View... others) {
        if (!first.dtype().isFloating()) {
            throw DTypeException.of(op, argument, "FLOAT32 or FLOAT64", first.dtype());
        }
        for (View other : others) {
            require(op, argument, other, first.dtype());
        }
    }
}
