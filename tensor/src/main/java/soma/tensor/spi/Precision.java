package soma.tensor.spi;

/**
 * In what matrix products and convolutions multiply. Operands, sums and results are float32 in
 * memory whichever it is, and so are weights, activations and gradients.
 */
public enum Precision {
    /** Float32 throughout. */
    FLOAT32,

    /** Factors rounded to 10 bits of mantissa. */
    TF32,

    /** Factors rounded to bfloat16. */
    BF16
}
