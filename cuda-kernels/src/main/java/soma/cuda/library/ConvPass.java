package soma.cuda.library;

/** What of a convolution is computed. */
public enum ConvPass {
    /** The output, from input and weights. */
    FORWARD("Forward"),

    /** The gradient with respect to the input, from weights and the output's gradient. */
    DATA("BackwardData"),

    /** The gradient with respect to the weights, from input and the output's gradient. */
    FILTER("BackwardFilter");

    private final String cudnn;

    ConvPass(String cudnn) {
        this.cudnn = cudnn;
    }

    /** As cuDNN's functions have it in their names. */
    String cudnn() {
        return cudnn;
    }
}
