package soma.cuda;

import soma.cuda.PointwiseLauncher.Operand;
import soma.cuda.driver.Arguments;
import soma.tensor.DType;
import soma.tensor.DTypeException;
import soma.tensor.spi.ElementwiseKernels;
import soma.tensor.spi.View;

/**
 * Pointwise kernels of {@code elementwise.ptx}: those of float32 in quads where the layouts allow,
 * all other types through float64, as the reference has them.
 */
final class CudaElementwise implements ElementwiseKernels {
    /** Codes of {@code pointwise_any}; binary functions and comparisons count from theirs. */
    private static final int SAME = 14;

    private static final int BINARY = 16;
    private static final int COMPARE = 32;

    /** Outcomes of a comparison. */
    private static final int LESS = 1;

    private static final int EQUAL = 2;
    private static final int GREATER = 4;
    private static final int UNORDERED = 8;

    private final PointwiseLauncher pointwise;
    private final CudaCopy copies;

    CudaElementwise(Launcher launcher) {
        pointwise = new PointwiseLauncher(launcher);
        copies = new CudaCopy(launcher);
    }

    @Override
    public void unary(Unary op, View x, View out) {
        if (areFloat(x, out)) {
            pointwise.quads(
                    "unary_f32", args -> args.u32(op.ordinal()), Operand.of(x), Operand.of(out));
            return;
        }
        switch (op) {
            case EXP, LOG, SIGMOID, TANH, SOFTPLUS ->
                    throw DTypeException.of(
                            op.name(),
                            x.dtype() == DType.FLOAT32 ? "out" : "x",
                            DType.FLOAT32,
                            x.dtype() == DType.FLOAT32 ? out.dtype() : x.dtype());
            case NEG, ABS, SQRT, RSQRT, RECIPROCAL, RELU, FLOOR, SIGN, IS_FINITE ->
                    any(op.ordinal(), x, null, 0, out);
        }
    }

    @Override
    public void binary(Binary op, View a, View b, View out) {
        if (areFloat(a, b, out) && op != Binary.POW) {
            floats("binary_f32", op.ordinal(), a, Operand.of(b), 0, out);
        } else {
            any(BINARY + op.ordinal(), a, b, 0, out);
        }
    }

    @Override
    public void binary(Binary op, View a, double scalar, View out) {
        if (areFloat(a, out) && op != Binary.POW) {
            floats("binary_f32", op.ordinal(), a, Operand.none(a.shape()), scalar, out);
        } else {
            any(BINARY + op.ordinal(), a, null, scalar, out);
        }
    }

    @Override
    public void compare(Compare op, View a, View b, View out) {
        if (areFloat(a, b) && out.dtype() == DType.BOOL) {
            floats("compare_f32", accepted(op), a, Operand.of(b), 0, out);
        } else {
            any(COMPARE + accepted(op), a, b, 0, out);
        }
    }

    @Override
    public void compare(Compare op, View a, double scalar, View out) {
        if (areFloat(a) && out.dtype() == DType.BOOL) {
            floats("compare_f32", accepted(op), a, Operand.none(a.shape()), scalar, out);
        } else {
            any(COMPARE + accepted(op), a, null, scalar, out);
        }
    }

    @Override
    public void where(View condition, View a, View b, View out) {
        if (condition.dtype().bytes() != 1) {
            throw DTypeException.of("where", "condition", DType.BOOL, condition.dtype());
        }
        requireType("a", out.dtype(), a);
        requireType("b", out.dtype(), b);
        Operand[] operands = {Operand.of(condition), Operand.of(a), Operand.of(b), Operand.of(out)};
        int bytes = out.dtype().bytes();
        if (bytes == Float.BYTES) {
            pointwise.quads("where_bits", args -> args.u32(bytes), operands);
        } else {
            pointwise.single("where_bits", args -> args.u32(bytes).u32(0).u32(0).u32(0), operands);
        }
    }

    private static void requireType(String argument, DType dtype, View view) {
        if (view.dtype() != dtype) {
            throw DTypeException.of("where", argument, dtype, view.dtype());
        }
    }

    @Override
    public void copy(View from, View to) {
        if (from.dtype() == to.dtype()) {
            copies.copy(from, to);
        } else {
            any(SAME, from, null, 0, to);
        }
    }

    @Override
    public void fill(View to, double value) {
        copies.fill(to, value);
    }

    private void floats(String entry, int code, View a, Operand b, double scalar, View out) {
        pointwise.quads(
                entry, args -> args.f32(scalar).u32(code), Operand.of(a), b, Operand.of(out));
    }

    /** Starts {@code pointwise_any}; where {@code b} is null the scalar takes its place. */
    private void any(int code, View a, View b, double scalar, View out) {
        // A number beside float32 is rounded to it.
        double number = a.dtype() == DType.FLOAT32 ? (float) scalar : scalar;
        pointwise.single(
                "pointwise_any",
                args -> type(type(type(args.f64(number).u32(code), a), b == null ? a : b), out),
                Operand.of(a),
                b == null ? Operand.none(a.shape()) : Operand.of(b),
                Operand.of(out));
    }

    private static Arguments type(Arguments arguments, View view) {
        return arguments.u32(view.dtype().ordinal()).u32(view.dtype().bytes());
    }

    private static int accepted(Compare op) {
        return switch (op) {
            case EQ -> EQUAL;
            case NE -> LESS | GREATER | UNORDERED;
            case LT -> LESS;
            case LE -> LESS | EQUAL;
            case GT -> GREATER;
            case GE -> GREATER | EQUAL;
        };
    }

    private static boolean areFloat(View... views) {
        for (View view : views) {
            if (view.dtype() != DType.FLOAT32) {
                return false;
            }
        }
        return true;
    }
}
