package soma.cuda.library;

import soma.tensor.spi.ConvGeometry;

import java.util.List;

/**
 * The functions of cuDNN that Soma calls, by one binding or another. Each returns the library's
 * status; arguments are as in NVIDIA's manual, alpha is 1 and beta 0. There is one descriptor of
 * each kind, which {@link #describe} sets for the calls that follow.
 */
public interface CudnnCalls {
    /** {@code CUDNN_DATA_FLOAT}. */
    int FLOAT32 = 0;

    /** {@code CUDNN_TENSOR_NHWC}; of weights it makes OHWI. */
    int NHWC = 1;

    /** {@code CUDNN_CROSS_CORRELATION}: kernels are not mirrored. */
    int CROSS_CORRELATION = 1;

    /** {@code CUDNN_ACTIVATION_RELU}. */
    int RELU = 1;

    /** {@code CUDNN_ACTIVATION_IDENTITY}. */
    int IDENTITY = 5;

    /** {@code CUDNN_NOT_PROPAGATE_NAN}, the only one that fused convolutions take. */
    int NOT_PROPAGATE_NAN = 0;

    /** {@code CUDNN_DETERMINISTIC}: the same bits in every run. */
    int DETERMINISTIC = 1;

    /** More algorithms than there are for any pass. */
    int MOST_ALGORITHMS = 16;

    /** Which library and which binding. */
    String name();

    /** {@code cudnnGetVersion}, such as 8907 or 90501. */
    long version();

    /** {@code cudnnCreate} and the descriptors, keeping all. */
    int create();

    /** {@code cudnnSetStream}. */
    int setStream(long stream);

    /**
     * {@code cudnnSet*Descriptor}, {@code cudnnSetConvolutionGroupCount} and {@code
     * cudnnSetConvolutionMathType}.
     */
    int describe(ConvGeometry g, int mathType);

    /**
     * {@code cudnnGetConvolution*Algorithm_v7}.
     *
     * @param found takes the deterministic ones that the library can run, the best first
     */
    int algorithms(ConvPass pass, List<Integer> found);

    /**
     * {@code cudnnGetConvolution*WorkspaceSize}.
     *
     * @param bytes its first element takes the size
     */
    int workspace(ConvPass pass, int algorithm, long[] bytes);

    /** {@code cudnnConvolution*}, the operands in the order of {@link ConvPass}. */
    int convolve(
            ConvPass pass,
            int algorithm,
            long first,
            long second,
            long workspace,
            long workspaceBytes,
            long result);

    /**
     * {@code cudnnConvolutionBiasActivationForward}.
     *
     * @param residual any address of the output's shape where {@code addResidual} is false
     * @param activation {@link #RELU} or {@link #IDENTITY}
     */
    int convolveFused(
            int algorithm,
            long x,
            long w,
            long workspace,
            long workspaceBytes,
            boolean addResidual,
            long residual,
            long bias,
            int activation,
            long out);

    /** {@code cudnnGetErrorString}. */
    String errorString(int status);
}
