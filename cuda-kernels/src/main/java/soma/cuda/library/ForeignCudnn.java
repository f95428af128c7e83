package soma.cuda.library;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import soma.tensor.spi.ConvGeometry;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** cuDNN 8 or 9 by {@code java.lang.foreign}. */
public final class ForeignCudnn implements CudnnCalls {
    private static final List<String> FILES = List.of("libcudnn.so.9", "libcudnn.so.8");

    /** {@code cudnnConvolution*AlgoPerf_t}, the same for all passes. */
    private static final long PERF_BYTES = 48;

    private static final long PERF_STATUS = 4;
    private static final long PERF_DETERMINISM = 24;

    private final String file;
    private final MethodHandle getVersion;
    private final MethodHandle create;
    private final MethodHandle setStream;
    private final MethodHandle setTensor;
    private final MethodHandle setFilter;
    private final MethodHandle setConvolution;
    private final MethodHandle setGroups;
    private final MethodHandle setMathType;
    private final MethodHandle setActivation;
    private final MethodHandle fused;
    private final MethodHandle errorString;
    private final Map<ConvPass, Functions> passes = new EnumMap<>(ConvPass.class);
    private final List<Descriptor> descriptors;
    private final Descriptor input;
    private final Descriptor output;
    private final Descriptor bias;
    private final Descriptor weights;
    private final Descriptor convolution;
    private final Descriptor activation;
    private final MemorySegment one = Arena.global().allocateFrom(JAVA_FLOAT, 1f);
    private final MemorySegment zero = Arena.global().allocateFrom(JAVA_FLOAT, 0f);
    private long handle;

    /** What a pass has of its own: its functions, whose arguments agree but for the descriptors. */
    private record Functions(
            MethodHandle algorithms,
            MethodHandle workspace,
            MethodHandle convolve,
            Descriptor first,
            Descriptor second,
            Descriptor result) {}

    /** One of the library's objects. */
    private static final class Descriptor {
        private final MethodHandle create;
        private long address;

        Descriptor(ForeignLibrary library, String kind) {
            create = library.function("cudnnCreate" + kind + "Descriptor", JAVA_INT, ADDRESS);
        }
    }

    private ForeignCudnn(ForeignLibrary library) {
        file = library.file();
        getVersion = library.function("cudnnGetVersion", JAVA_LONG);
        create = library.function("cudnnCreate", JAVA_INT, ADDRESS);
        setStream = library.function("cudnnSetStream", JAVA_INT, JAVA_LONG, JAVA_LONG);
        errorString = library.function("cudnnGetErrorString", ADDRESS, JAVA_INT);
        input = new Descriptor(library, "Tensor");
        output = new Descriptor(library, "Tensor");
        bias = new Descriptor(library, "Tensor");
        weights = new Descriptor(library, "Filter");
        convolution = new Descriptor(library, "Convolution");
        activation = new Descriptor(library, "Activation");
        descriptors = List.of(input, output, bias, weights, convolution, activation);
        setTensor =
                library.function(
                        "cudnnSetTensor4dDescriptor",
                        JAVA_INT,
                        JAVA_LONG, // tensorDesc
                        JAVA_INT, // format
                        JAVA_INT, // dataType
                        JAVA_INT, // n
                        JAVA_INT, // c
                        JAVA_INT, // h
                        JAVA_INT); // w
        setFilter =
                library.function(
                        "cudnnSetFilter4dDescriptor",
                        JAVA_INT,
                        JAVA_LONG, // filterDesc
                        JAVA_INT, // dataType
                        JAVA_INT, // format
                        JAVA_INT, // k
                        JAVA_INT, // c
                        JAVA_INT, // h
                        JAVA_INT); // w
        setConvolution =
                library.function(
                        "cudnnSetConvolution2dDescriptor",
                        JAVA_INT,
                        JAVA_LONG, // convDesc
                        JAVA_INT, // pad_h
                        JAVA_INT, // pad_w
                        JAVA_INT, // u
                        JAVA_INT, // v
                        JAVA_INT, // dilation_h
                        JAVA_INT, // dilation_w
                        JAVA_INT, // mode
                        JAVA_INT); // computeType
        setGroups =
                library.function("cudnnSetConvolutionGroupCount", JAVA_INT, JAVA_LONG, JAVA_INT);
        setMathType =
                library.function("cudnnSetConvolutionMathType", JAVA_INT, JAVA_LONG, JAVA_INT);
        setActivation =
                library.function(
                        "cudnnSetActivationDescriptor",
                        JAVA_INT,
                        JAVA_LONG, // activationDesc
                        JAVA_INT, // mode
                        JAVA_INT, // reluNanOpt
                        JAVA_DOUBLE); // coef
        passes.put(ConvPass.FORWARD, functions(library, ConvPass.FORWARD, input, weights, output));
        passes.put(ConvPass.DATA, functions(library, ConvPass.DATA, weights, output, input));
        passes.put(ConvPass.FILTER, functions(library, ConvPass.FILTER, input, output, weights));
        fused =
                library.function(
                        "cudnnConvolutionBiasActivationForward",
                        JAVA_INT,
                        JAVA_LONG, // handle
                        ADDRESS, // alpha1, on the host
                        JAVA_LONG, // xDesc
                        JAVA_LONG, // x
                        JAVA_LONG, // wDesc
                        JAVA_LONG, // w
                        JAVA_LONG, // convDesc
                        JAVA_INT, // algo
                        JAVA_LONG, // workSpace
                        JAVA_LONG, // workSpaceSizeInBytes
                        ADDRESS, // alpha2, on the host
                        JAVA_LONG, // zDesc
                        JAVA_LONG, // z
                        JAVA_LONG, // biasDesc
                        JAVA_LONG, // bias
                        JAVA_LONG, // activationDesc
                        JAVA_LONG, // yDesc
                        JAVA_LONG); // y
    }

    private static Functions functions(
            ForeignLibrary library,
            ConvPass pass,
            Descriptor first,
            Descriptor second,
            Descriptor result) {
        return new Functions(
                library.function(
                        "cudnnGetConvolution" + pass.cudnn() + "Algorithm_v7",
                        JAVA_INT,
                        JAVA_LONG, // handle
                        JAVA_LONG, // first descriptor
                        JAVA_LONG, // second
                        JAVA_LONG, // convDesc
                        JAVA_LONG, // result's
                        JAVA_INT, // requestedAlgoCount
                        ADDRESS, // returnedAlgoCount
                        ADDRESS), // perfResults
                library.function(
                        "cudnnGetConvolution" + pass.cudnn() + "WorkspaceSize",
                        JAVA_INT,
                        JAVA_LONG, // handle
                        JAVA_LONG, // first descriptor
                        JAVA_LONG, // second
                        JAVA_LONG, // convDesc
                        JAVA_LONG, // result's
                        JAVA_INT, // algo
                        ADDRESS), // sizeInBytes
                library.function(
                        "cudnnConvolution" + pass.cudnn(),
                        JAVA_INT,
                        JAVA_LONG, // handle
                        ADDRESS, // alpha, on the host
                        JAVA_LONG, // first descriptor
                        JAVA_LONG, // first
                        JAVA_LONG, // second descriptor
                        JAVA_LONG, // second
                        JAVA_LONG, // convDesc
                        JAVA_INT, // algo
                        JAVA_LONG, // workSpace
                        JAVA_LONG, // workSpaceSizeInBytes
                        ADDRESS, // beta, on the host
                        JAVA_LONG, // result's descriptor
                        JAVA_LONG), // result
                first,
                second,
                result);
    }

    /**
     * The newest that is installed, or none.
     *
     * @throws soma.tensor.DeviceException if it lacks a function, naming both
     */
    public static Optional<CudnnCalls> find() {
        return find(FILES);
    }

    /** The same among certain files. */
    public static Optional<CudnnCalls> find(List<String> files) {
        return ForeignLibrary.find(files).map(ForeignCudnn::new);
    }

    @Override
    public String name() {
        return "cuDNN (" + file + ", java.lang.foreign)";
    }

    @Override
    public long version() {
        try {
            return (long) getVersion.invokeExact();
        } catch (Throwable e) {
            throw ForeignLibrary.unexpected(e);
        }
    }

    @Override
    public int create() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment made = arena.allocate(JAVA_LONG);
            int status = (int) create.invokeExact(made);
            handle = made.get(JAVA_LONG, 0);
            for (Descriptor descriptor : descriptors) {
                if (status == 0) {
                    status = (int) descriptor.create.invokeExact(made);
                    descriptor.address = made.get(JAVA_LONG, 0);
                }
            }
            return status;
        } catch (Throwable e) {
            throw ForeignLibrary.unexpected(e);
        }
    }

    @Override
    public int setStream(long stream) {
        try {
            return (int) setStream.invokeExact(handle, stream);
        } catch (Throwable e) {
            throw ForeignLibrary.unexpected(e);
        }
    }

    @Override
    public int describe(ConvGeometry g, int mathType) {
        try {
            int status = tensor(input, g.n(), g.ci(), g.h(), g.w());
            status = status != 0 ? status : tensor(output, g.n(), g.co(), g.outH(), g.outW());
            status = status != 0 ? status : tensor(bias, 1, g.co(), 1, 1);
            if (status == 0) {
                int inputs = g.ci() / g.groups();
                status =
                        (int)
                                setFilter.invokeExact(
                                        weights.address,
                                        FLOAT32,
                                        NHWC,
                                        g.co(),
                                        inputs,
                                        g.kh(),
                                        g.kw());
            }
            if (status == 0) {
                status =
                        (int)
                                setConvolution.invokeExact(
                                        convolution.address,
                                        g.padH(),
                                        g.padW(),
                                        g.strideH(),
                                        g.strideW(),
                                        g.dilationH(),
                                        g.dilationW(),
                                        CROSS_CORRELATION,
                                        FLOAT32);
            }
            if (status == 0) {
                status = (int) setGroups.invokeExact(convolution.address, g.groups());
            }
            if (status == 0) {
                status = (int) setMathType.invokeExact(convolution.address, mathType);
            }
            return status;
        } catch (Throwable e) {
            throw ForeignLibrary.unexpected(e);
        }
    }

    private int tensor(Descriptor descriptor, int n, int c, int h, int w) throws Throwable {
        return (int) setTensor.invokeExact(descriptor.address, NHWC, FLOAT32, n, c, h, w);
    }

    @Override
    public int algorithms(ConvPass pass, List<Integer> found) {
        Functions functions = passes.get(pass);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_INT);
            MemorySegment perfs = arena.allocate(PERF_BYTES * MOST_ALGORITHMS, Long.BYTES);
            int status =
                    (int)
                            functions.algorithms.invokeExact(
                                    handle,
                                    functions.first.address,
                                    functions.second.address,
                                    convolution.address,
                                    functions.result.address,
                                    MOST_ALGORITHMS,
                                    count,
                                    perfs);
            int returned = status == 0 ? count.get(JAVA_INT, 0) : 0;
            for (int i = 0; i < returned; i++) {
                MemorySegment perf = perfs.asSlice(PERF_BYTES * i, PERF_BYTES);
                if (perf.get(JAVA_INT, PERF_STATUS) == 0
                        && perf.get(JAVA_INT, PERF_DETERMINISM) == DETERMINISTIC) {
                    found.add(perf.get(JAVA_INT, 0));
                }
            }
            return status;
        } catch (Throwable e) {
            throw ForeignLibrary.unexpected(e);
        }
    }

    @Override
    public int workspace(ConvPass pass, int algorithm, long[] bytes) {
        Functions functions = passes.get(pass);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(JAVA_LONG);
            int status =
                    (int)
                            functions.workspace.invokeExact(
                                    handle,
                                    functions.first.address,
                                    functions.second.address,
                                    convolution.address,
                                    functions.result.address,
                                    algorithm,
                                    size);
            bytes[0] = size.get(JAVA_LONG, 0);
            return status;
        } catch (Throwable e) {
            throw ForeignLibrary.unexpected(e);
        }
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
        Functions functions = passes.get(pass);
        try {
            return (int)
                    functions.convolve.invokeExact(
                            handle,
                            one,
                            functions.first.address,
                            first,
                            functions.second.address,
                            second,
                            convolution.address,
                            algorithm,
                            workspace,
                            workspaceBytes,
                            zero,
                            functions.result.address,
                            result);
        } catch (Throwable e) {
            throw ForeignLibrary.unexpected(e);
        }
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
        try {
            int status =
                    (int)
                            setActivation.invokeExact(
                                    this.activation.address, activation, NOT_PROPAGATE_NAN, 0.0);
            if (status != 0) {
                return status;
            }
            MemorySegment residualScale = addResidual ? one : zero;
            return (int)
                    fused.invokeExact(
                            handle,
                            one,
                            input.address,
                            x,
                            weights.address,
                            w,
                            convolution.address,
                            algorithm,
                            workspace,
                            workspaceBytes,
                            residualScale,
                            output.address,
                            residual,
                            this.bias.address,
                            bias,
                            this.activation.address,
                            output.address,
                            out);
        } catch (Throwable e) {
            throw ForeignLibrary.unexpected(e);
        }
    }

    @Override
    public String errorString(int status) {
        try {
            return ForeignLibrary.text((MemorySegment) errorString.invokeExact(status));
        } catch (Throwable e) {
            throw ForeignLibrary.unexpected(e);
        }
    }
}
