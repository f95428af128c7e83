package soma.cuda.jcuda;

import jcuda.Pointer;
import jcuda.driver.CUstream;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnActivationDescriptor;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.runtime.cudaStream_t;

import soma.cuda.library.ConvPass;
import soma.cuda.library.CudnnCalls;
import soma.cuda.library.ForeignCudnn;
import soma.tensor.spi.ConvGeometry;

import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** cuDNN 9 by JCudnn. */
public final class JCudnnCalls implements CudnnCalls {
    private static final String FILE = "libcudnn.so.9";

    /** What it is and how it is called. */
    public static final String NAME = "cuDNN (" + FILE + ", JCudnn)";

    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});

    private final cudnnHandle handle = new cudnnHandle();
    private final cudnnTensorDescriptor input = new cudnnTensorDescriptor();
    private final cudnnTensorDescriptor output = new cudnnTensorDescriptor();
    private final cudnnTensorDescriptor bias = new cudnnTensorDescriptor();
    private final cudnnFilterDescriptor weights = new cudnnFilterDescriptor();
    private final cudnnConvolutionDescriptor convolution = new cudnnConvolutionDescriptor();
    private final cudnnActivationDescriptor activation = new cudnnActivationDescriptor();
    private final CUstream stream;

    /** For one stream; {@link #isThere} has said that the library is. */
    JCudnnCalls(CUstream stream) {
        this.stream = stream;
    }

    /**
     * Whether JCudnn and the library load.
     *
     * @throws soma.tensor.DeviceException if the library lacks a function, naming both: JCudnn
     *     looks a function up when it is first called, and the process would end there
     */
    public static boolean isThere() {
        try {
            JCudnn.setExceptionsEnabled(false);
        } catch (LinkageError _) {
            return false;
        }
        return ForeignCudnn.find(List.of(FILE)).isPresent();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public long version() {
        return JCudnn.cudnnGetVersion();
    }

    @Override
    public int create() {
        return firstFailure(
                () -> JCudnn.cudnnCreate(handle),
                () -> JCudnn.cudnnCreateTensorDescriptor(input),
                () -> JCudnn.cudnnCreateTensorDescriptor(output),
                () -> JCudnn.cudnnCreateTensorDescriptor(bias),
                () -> JCudnn.cudnnCreateFilterDescriptor(weights),
                () -> JCudnn.cudnnCreateConvolutionDescriptor(convolution),
                () -> JCudnn.cudnnCreateActivationDescriptor(activation));
    }

    private static int firstFailure(IntSupplier... calls) {
        for (IntSupplier call : calls) {
            int status = call.getAsInt();
            if (status != 0) {
                return status;
            }
        }
        return 0;
    }

    /** {@inheritDoc} The stream that it was made for: JCudnn takes no number. */
    @Override
    public int setStream(long number) {
        return JCudnn.cudnnSetStream(handle, new cudaStream_t(stream));
    }

    @Override
    public int describe(ConvGeometry g, int mathType) {
        return firstFailure(
                () -> tensor(input, g.n(), g.ci(), g.h(), g.w()),
                () -> tensor(output, g.n(), g.co(), g.outH(), g.outW()),
                () -> tensor(bias, 1, g.co(), 1, 1),
                () ->
                        JCudnn.cudnnSetFilter4dDescriptor(
                                weights,
                                FLOAT32,
                                NHWC,
                                g.co(),
                                g.ci() / g.groups(),
                                g.kh(),
                                g.kw()),
                () ->
                        JCudnn.cudnnSetConvolution2dDescriptor(
                                convolution,
                                g.padH(),
                                g.padW(),
                                g.strideH(),
                                g.strideW(),
                                g.dilationH(),
                                g.dilationW(),
                                CROSS_CORRELATION,
                                FLOAT32),
                () -> JCudnn.cudnnSetConvolutionGroupCount(convolution, g.groups()),
                () -> JCudnn.cudnnSetConvolutionMathType(convolution, mathType));
    }

    private static int tensor(cudnnTensorDescriptor descriptor, int n, int c, int h, int w) {
        return JCudnn.cudnnSetTensor4dDescriptor(descriptor, NHWC, FLOAT32, n, c, h, w);
    }

    @Override
    public int algorithms(ConvPass pass, List<Integer> found) {
        int[] count = new int[1];
        return switch (pass) {
            case FORWARD -> {
                cudnnConvolutionFwdAlgoPerf[] perfs =
                        made(cudnnConvolutionFwdAlgoPerf::new)
                                .toArray(cudnnConvolutionFwdAlgoPerf[]::new);
                int status =
                        JCudnn.cudnnGetConvolutionForwardAlgorithm_v7(
                                handle,
                                input,
                                weights,
                                convolution,
                                output,
                                MOST_ALGORITHMS,
                                count,
                                perfs);
                for (int i = 0; i < count[0]; i++) {
                    add(perfs[i].algo, perfs[i].status, perfs[i].determinism, found);
                }
                yield status;
            }
            case DATA -> {
                cudnnConvolutionBwdDataAlgoPerf[] perfs =
                        made(cudnnConvolutionBwdDataAlgoPerf::new)
                                .toArray(cudnnConvolutionBwdDataAlgoPerf[]::new);
                int status =
                        JCudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7(
                                handle,
                                weights,
                                output,
                                convolution,
                                input,
                                MOST_ALGORITHMS,
                                count,
                                perfs);
                for (int i = 0; i < count[0]; i++) {
                    add(perfs[i].algo, perfs[i].status, perfs[i].determinism, found);
                }
                yield status;
            }
            case FILTER -> {
                cudnnConvolutionBwdFilterAlgoPerf[] perfs =
                        made(cudnnConvolutionBwdFilterAlgoPerf::new)
                                .toArray(cudnnConvolutionBwdFilterAlgoPerf[]::new);
                int status =
                        JCudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7(
                                handle,
                                input,
                                output,
                                convolution,
                                weights,
                                MOST_ALGORITHMS,
                                count,
                                perfs);
                for (int i = 0; i < count[0]; i++) {
                    add(perfs[i].algo, perfs[i].status, perfs[i].determinism, found);
                }
                yield status;
            }
        };
    }

    private static <P> Stream<P> made(Supplier<P> perf) {
        return Stream.generate(perf).limit(MOST_ALGORITHMS);
    }

    private static void add(int algorithm, int status, int determinism, List<Integer> found) {
        if (status == 0 && determinism == DETERMINISTIC) {
            found.add(algorithm);
        }
    }

    @Override
    public int workspace(ConvPass pass, int algorithm, long[] bytes) {
        return switch (pass) {
            case FORWARD ->
                    JCudnn.cudnnGetConvolutionForwardWorkspaceSize(
                            handle, input, weights, convolution, output, algorithm, bytes);
            case DATA ->
                    JCudnn.cudnnGetConvolutionBackwardDataWorkspaceSize(
                            handle, weights, output, convolution, input, algorithm, bytes);
            case FILTER ->
                    JCudnn.cudnnGetConvolutionBackwardFilterWorkspaceSize(
                            handle, input, output, convolution, weights, algorithm, bytes);
        };
    }

    @Override
    public int convolve(
            ConvPass pass,
            int algorithm,
            long first,
            long second,
            long workspace,
            long workspaceBytes,
            long result) {
        Pointer a = new DeviceAddress(first);
        Pointer b = new DeviceAddress(second);
        Pointer space = new DeviceAddress(workspace);
        Pointer to = new DeviceAddress(result);
        return switch (pass) {
            case FORWARD ->
                    JCudnn.cudnnConvolutionForward(
                            handle,
                            ONE,
                            input,
                            a,
                            weights,
                            b,
                            convolution,
                            algorithm,
                            space,
                            workspaceBytes,
                            ZERO,
                            output,
                            to);
            case DATA ->
                    JCudnn.cudnnConvolutionBackwardData(
                            handle,
                            ONE,
                            weights,
                            a,
                            output,
                            b,
                            convolution,
                            algorithm,
                            space,
                            workspaceBytes,
                            ZERO,
                            input,
                            to);
            case FILTER ->
                    JCudnn.cudnnConvolutionBackwardFilter(
                            handle,
                            ONE,
                            input,
                            a,
                            output,
                            b,
                            convolution,
                            algorithm,
                            space,
                            workspaceBytes,
                            ZERO,
                            weights,
                            to);
        };
    }

    @Override
    public int convolveFused(
            int algorithm,
            long x,
            long w,
            long workspace,
            long workspaceBytes,
            boolean addResidual,
            long residual,
            long bias,
            int activation,
            long out) {
        int status =
                JCudnn.cudnnSetActivationDescriptor(
                        this.activation, activation, NOT_PROPAGATE_NAN, 0);
        if (status != 0) {
            return status;
        }
        return JCudnn.cudnnConvolutionBiasActivationForward(
                handle,
                ONE,
                input,
                new DeviceAddress(x),
                weights,
                new DeviceAddress(w),
                convolution,
                algorithm,
                new DeviceAddress(workspace),
                workspaceBytes,
                addResidual ? ONE : ZERO,
                output,
                new DeviceAddress(residual),
                this.bias,
                new DeviceAddress(bias),
                this.activation,
                output,
                new DeviceAddress(out));
    }

    @Override
    public String errorString(int status) {
        return JCudnn.cudnnGetErrorString(status);
    }
}
