package soma.tensor.cpu.scalar;

import soma.tensor.DType;
import soma.tensor.spi.ElementwiseKernels;
import soma.tensor.spi.View;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Pointwise kernels by their definitions. */
final class ScalarElementwise implements ElementwiseKernels {
    private interface Predicate {
        boolean test(double a, double b);
    }

    @Override
    public void unary(Unary op, View x, View out) {
        DoubleUnaryOperator f = function(op);
        double[] v = Values.of(x);
        for (int i = 0; i < v.length; i++) {
            v[i] = f.applyAsDouble(v[i]);
        }
        Values.store(v, out);
    }

    @Override
    public void binary(Binary op, View a, View b, View out) {
        apply(op, Values.of(a), Values.of(b), out);
    }

    @Override
    public void binary(Binary op, View a, double scalar, View out) {
        apply(op, Values.of(a), constant(scalar, a), out);
    }

    private static void apply(Binary op, double[] a, double[] b, View out) {
        DoubleBinaryOperator f = function(op);
        for (int i = 0; i < a.length; i++) {
            a[i] = f.applyAsDouble(a[i], b[i]);
        }
        Values.store(a, out);
    }

    @Override
    public void compare(Compare op, View a, View b, View out) {
        apply(op, Values.of(a), Values.of(b), out);
    }

    @Override
    public void compare(Compare op, View a, double scalar, View out) {
        apply(op, Values.of(a), constant(scalar, a), out);
    }

    private static void apply(Compare op, double[] a, double[] b, View out) {
        Predicate p = predicate(op);
        for (int i = 0; i < a.length; i++) {
            a[i] = p.test(a[i], b[i]) ? 1 : 0;
        }
        Values.store(a, out);
    }

    @Override
    public void where(View condition, View a, View b, View out) {
        double[] c = Values.of(condition);
        double[] yes = Values.of(a);
        double[] no = Values.of(b);
        for (int i = 0; i < c.length; i++) {
            no[i] = c[i] != 0 ? yes[i] : no[i];
        }
        Values.store(no, out);
    }

    @Override
    public void copy(View from, View to) {
        Values.store(Values.of(from), to);
    }

    @Override
    public void fill(View to, double value) {
        Values.store(constant(value, to), to);
    }

    /** The number as an operand: rounded to float32 beside float32, as torch does. */
    private static double[] constant(double value, View like) {
        double[] v = new double[like.shape().size()];
        Arrays.fill(v, like.dtype() == DType.FLOAT32 ? (float) value : value);
        return v;
    }

    private static DoubleUnaryOperator function(Unary op) {
        return switch (op) {
            case NEG -> x -> -x;
            case ABS -> Math::abs;
            case EXP -> Math::exp;
            case LOG -> Math::log;
            case SQRT -> Math::sqrt;
            case RSQRT -> x -> 1 / Math.sqrt(x);
            case RECIPROCAL -> x -> 1 / x;
            case SIGMOID -> x -> 1 / (1 + Math.exp(-x));
            case TANH -> Math::tanh;
            case RELU -> x -> Math.max(x, 0);
            case SOFTPLUS -> x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
            case FLOOR -> Math::floor;
            case SIGN -> Math::signum;
            case IS_FINITE -> x -> Double.isFinite(x) ? 1 : 0;
        };
    }

    private static DoubleBinaryOperator function(Binary op) {
        return switch (op) {
            case ADD -> Double::sum;
            case SUB -> (a, b) -> a - b;
            case MUL -> (a, b) -> a * b;
            case DIV -> (a, b) -> a / b;
            case MIN -> Math::min;
            case MAX -> Math::max;
            case POW -> Math::pow;
            case RELU_GRAD -> (g, y) -> y > 0 ? g : 0;
        };
    }

    private static Predicate predicate(Compare op) {
        return switch (op) {
            case EQ -> (a, b) -> a == b;
            case NE -> (a, b) -> a != b;
            case LT -> (a, b) -> a < b;
            case LE -> (a, b) -> a <= b;
            case GT -> (a, b) -> a > b;
            case GE -> (a, b) -> a >= b;
        };
    }
}
