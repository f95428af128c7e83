package soma.tensor.autograd;

/** The primitives that gradients know; each has one rule in {@link GradientRules}. */
public enum Op {
    LEAF,
    // pointwise
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
    SOFTPLUS,
    ADD,
    SUB,
    MUL,
    DIV,
    MIN,
    MAX,
    ADD_SCALAR,
    MUL_SCALAR,
    POW_SCALAR,
    MIN_SCALAR,
    MAX_SCALAR,
    WHERE,
    // movement
    RESHAPE,
    PERMUTE,
    SLICE,
    BROADCAST,
    CONCAT,
    COPY,
    // reductions
    SUM,
    AMAX,
    AMIN,
    // products
    MATMUL,
    CONV2D,
    // normalisation
    BATCH_NORM,
    GROUP_NORM,
    // losses
    SOFTMAX,
    LOG_SOFTMAX,
    CROSS_ENTROPY,
    BINARY_CROSS_ENTROPY,
    SMOOTH_L1,
    // maps
    MAX_POOL,
    NEAREST,
    BILINEAR,
    ROI_ALIGN,
    // selection
    INDEX_SELECT,
    INDEX_ADD,
    GATHER,
    SCATTER_ADD
}
