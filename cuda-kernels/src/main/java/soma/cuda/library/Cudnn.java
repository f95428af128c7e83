package soma.cuda.library;

import soma.tensor.DeviceException;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.Precision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * cuDNN by its functions for convolutions that versions 8 and 9 have in common. For each pass and
 * shape it takes the best of the deterministic algorithms that the library proposes and whose
 * workspace is within a limit, and keeps it.
 */
public final class Cudnn implements Dnn {
    /** {@code CUDNN_FMA_MATH}: float32 throughout. */
    private static final int FMA_MATH = 3;

    /** {@code CUDNN_DEFAULT_MATH}: factors may be rounded to tf32. */
    private static final int TF32_MATH = 0;

    /** The first with {@link #FMA_MATH}. */
    private static final long LEAST_VERSION = 8000;

    /** {@code CUDNN_STATUS_NOT_SUPPORTED} of version 8; that of 9 has several, from 3000. */
    private static final int NOT_SUPPORTED = 9;

    /**
     * {@code CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM}, which alone adds a bias without
     * ReLU.
     */
    private static final int IMPLICIT_PRECOMP_GEMM = 1;

    private static final String FUSED = "cudnnConvolutionBiasActivationForward";

    private final CudnnCalls calls;
    private final Stream stream;
    private final CudnnAlgorithms kept;
    private final long workspaceLimit;
    private final String version;
    private final Map<Case, Optional<Plan>> plans = new HashMap<>();

    /** Those that the library doesn't fuse with what follows. */
    private final Set<ConvGeometry> unfused = ConcurrentHashMap.newKeySet();

    private volatile int mathType;

    /** What a plan is for. */
    private record Case(ConvPass pass, ConvGeometry g, int mathType) {}

    /**
     * Makes the library's handle and gives it the stream.
     *
     * @param kept algorithms of earlier runs
     * @param workspaceLimit bytes
     * @throws DeviceException if the library is too old or doesn't start, with what it says
     */
    public Cudnn(
            CudnnCalls calls,
            Stream stream,
            Precision precision,
            CudnnAlgorithms kept,
            long workspaceLimit) {
        this.calls = calls;
        this.stream = stream;
        this.kept = kept;
        this.workspaceLimit = workspaceLimit;
        mathType = mathType(precision);
        long number = calls.version();
        version = text(number);
        if (number < LEAST_VERSION) {
            throw new DeviceException(
                    calls.name()
                            + ": version: expected "
                            + text(LEAST_VERSION)
                            + " or newer, got "
                            + version);
        }
        stream.run(
                handle -> {
                    require("cudnnCreate", calls.create());
                    require("cudnnSetStream", calls.setStream(handle));
                });
    }

    /** A version as people write it; 9 began to count the first number in ten thousands. */
    private static String text(long version) {
        long unit = version < 10_000 ? 1000 : 10_000;
        return version / unit + "." + version % unit / 100 + "." + version % 100;
    }

    @Override
    public String description() {
        return calls.name() + ", version " + version;
    }

    /** {@inheritDoc} For bfloat16 it takes tf32: the library has no such factors of float32. */
    @Override
    public void precision(Precision precision) {
        mathType = mathType(precision);
    }

    private static int mathType(Precision precision) {
        return precision == Precision.FLOAT32 ? FMA_MATH : TF32_MATH;
    }

    @Override
    public synchronized Optional<Plan> plan(ConvPass pass, ConvGeometry g) {
        return plans.computeIfAbsent(new Case(pass, g, mathType), this::choose);
    }

    /** The kept one if it still does, else the first proposed that does. */
    private Optional<Plan> choose(Case wanted) {
        String key = key(wanted);
        List<Plan> plans = new ArrayList<>();
        stream.run(
                _ -> {
                    int status = calls.describe(wanted.g, wanted.mathType);
                    if (isUnsupported(status)) {
                        return;
                    }
                    require("describing " + wanted.g, status);
                    kept.find(key).ifPresent(algorithm -> consider(wanted.pass, algorithm, plans));
                    if (plans.isEmpty()) {
                        propose(wanted, plans);
                    }
                });
        plans.forEach(plan -> kept.keep(key, plan.algorithm()));
        return plans.stream().findFirst();
    }

    private void propose(Case wanted, List<Plan> plans) {
        List<Integer> found = new ArrayList<>();
        int status = calls.algorithms(wanted.pass, found);
        if (!isUnsupported(status)) {
            String function = "cudnnGetConvolution" + wanted.pass.cudnn() + "Algorithm_v7";
            require(function + " of " + wanted.g, status);
        }
        for (int i = 0; plans.isEmpty() && i < found.size(); i++) {
            consider(wanted.pass, found.get(i), plans);
        }
    }

    /** Adds an algorithm if it runs, in the library's math type, within the limit. */
    private void consider(ConvPass pass, int algorithm, List<Plan> plans) {
        long[] bytes = new long[1];
        if (calls.workspace(pass, algorithm, bytes) == 0 && bytes[0] <= workspaceLimit) {
            plans.add(new Plan(algorithm, bytes[0]));
        }
    }

    private String key(Case wanted) {
        ConvGeometry g = wanted.g;
        return "cuDNN %s %s %s x %s w %s stride %s padding %s dilation %s workspace %d"
                .formatted(
                        version,
                        wanted.pass.cudnn(),
                        wanted.mathType == FMA_MATH ? "float32" : "tf32",
                        sizes(g.n(), g.h(), g.w(), g.ci()),
                        sizes(g.co(), g.kh(), g.kw(), g.ci() / g.groups()),
                        sizes(g.strideH(), g.strideW()),
                        sizes(g.padH(), g.padW()),
                        sizes(g.dilationH(), g.dilationW()),
                        workspaceLimit);
    }

    private static String sizes(int... sizes) {
        return Arrays.stream(sizes).mapToObj(Integer::toString).collect(Collectors.joining("x"));
    }

    private static boolean isUnsupported(int status) {
        return status == NOT_SUPPORTED || status / 1000 == 3;
    }

    @Override
    public void run(
            ConvPass pass,
            ConvGeometry g,
            Plan plan,
            long first,
            long second,
            long workspace,
            long result) {
        String function = "cudnnConvolution" + pass.cudnn();
        stream.launch(
                function,
                g,
                _ -> {
                    require("describing " + g, calls.describe(g, mathType));
                    require(
                            function + " of " + g,
                            calls.convolve(
                                    pass,
                                    plan.algorithm(),
                                    first,
                                    second,
                                    workspace,
                                    plan.workspace(),
                                    result));
                });
    }

    @Override
    public boolean runFused(
            ConvGeometry g,
            Plan plan,
            long x,
            long w,
            long bias,
            long residual,
            boolean relu,
            long workspace,
            long out) {
        boolean offered = relu || plan.algorithm() == IMPLICIT_PRECOMP_GEMM;
        if (!offered || unfused.contains(g)) {
            return false;
        }
        int[] status = new int[1];
        stream.launch(
                FUSED,
                g,
                _ -> {
                    require("describing " + g, calls.describe(g, mathType));
                    status[0] =
                            calls.convolveFused(
                                    plan.algorithm(),
                                    x,
                                    w,
                                    workspace,
                                    plan.workspace(),
                                    residual != 0,
                                    residual == 0 ? out : residual,
                                    bias,
                                    relu ? CudnnCalls.RELU : CudnnCalls.IDENTITY,
                                    out);
                    if (isUnsupported(status[0])) {
                        unfused.add(g);
                    } else {
                        require(FUSED + " of " + g, status[0]);
                    }
                });
        return status[0] == 0;
    }

    private void require(String call, int status) {
        if (status != 0) {
            throw new DeviceException(
                    calls.name()
                            + ": "
                            + call
                            + ": "
                            + calls.errorString(status)
                            + " ("
                            + status
                            + ")");
        }
    }
}
