package soma.tensor.spi;

/** Pointwise kernels. Inputs may be strided or broadcast (stride 0) views of the output's shape. */
public interface ElementwiseKernels {
    /** Functions of one value. */
    enum Unary {
        NEG,
        ABS,
        EXP,
        LOG,
        SQRT,
        RSQRT,
        RECIPROCAL,
        SIGMOID,
        TANH,
        RELU,
        /** {@code log(1 + exp(x))} without overflow: {@code max(x, 0) + log1p(exp(-|x|))}. */
        SOFTPLUS,
        FLOOR,
        SIGN,
        /** 1 where finite, else 0. */
        IS_FINITE
    }

    /** Functions of two values of one type. */
    enum Binary {
        ADD,
        SUB,
        MUL,
        DIV,
        MIN,
        MAX,
        POW,
        /** {@code (g, y) -> y > 0 ? g : 0}: the gradient of ReLU from its output. */
        RELU_GRAD
    }

    /** Comparisons; the result is BOOL. */
    enum Compare {
        EQ,
        NE,
        LT,
        LE,
        GT,
        GE
    }

    /** {@code out = op(x)}; {@code out} may be {@code x}. */
    void unary(Unary op, View x, View out);

    /** {@code out = op(a, b)}; {@code out} may be {@code a} (in place). */
    void binary(Binary op, View a, View b, View out);

    /** {@code out = op(a, scalar)}; {@code out} may be {@code a}. */
    void binary(Binary op, View a, double scalar, View out);

    /** {@code out = a op b} as BOOL. */
    void compare(Compare op, View a, View b, View out);

    /** {@code out = a op scalar} as BOOL. */
    void compare(Compare op, View a, double scalar, View out);

    /** {@code out = condition ? a : b}. */
    void where(View condition, View a, View b, View out);

    /**
     * Copies between any layouts of one shape, converting the type (towards zero from float to
     * integer).
     */
    void copy(View from, View to);

    /** Sets all elements. */
    void fill(View to, double value);
}
