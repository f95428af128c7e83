package soma.cuda.library;

import soma.tensor.DeviceException;
import soma.tensor.spi.Precision;

/**
 * cuBLAS, which counts columns first: a row-major matrix is its transpose to it, so {@code out =
 * op(a) op(b)} is asked for as {@code outᵀ = op(b)ᵀ op(a)ᵀ}, without moving anything.
 */
public final class Cublas implements Blas {
    /** {@code CUBLAS_COMPUTE_32F}: float32 throughout. */
    private static final int FLOAT32 = 68;

    /** {@code CUBLAS_COMPUTE_32F_FAST_TF32}: factors may be rounded to tf32. */
    private static final int TF32 = 77;

    /** {@code CUBLAS_COMPUTE_32F_FAST_16BF}: factors may be rounded to bfloat16. */
    private static final int BF16 = 75;

    private static final String GEMM = "cublasGemmEx";
    private static final int AS_IT_IS = 0;
    private static final int TRANSPOSED = 1;

    private final CublasCalls calls;
    private final Stream stream;
    private int computeType;
    private final int version;

    /**
     * Makes the library's handle and gives it the stream.
     *
     * @throws DeviceException if the library doesn't start, with what it says
     */
    public Cublas(CublasCalls calls, Stream stream, Precision precision) {
        this.calls = calls;
        this.stream = stream;
        computeType = computeType(precision);
        stream.run(
                handle -> {
                    require("cublasCreate", calls.create());
                    require("cublasSetStream", calls.setStream(handle));
                });
        version = calls.version();
    }

    @Override
    public String description() {
        return calls.name()
                + ", version "
                + version / 10_000
                + "."
                + version / 100 % 100
                + "."
                + version % 100;
    }

    @Override
    public void precision(Precision precision) {
        computeType = computeType(precision);
    }

    private static int computeType(Precision precision) {
        return switch (precision) {
            case FLOAT32 -> FLOAT32;
            case TF32 -> TF32;
            case BF16 -> BF16;
        };
    }

    @Override
    public void gemm(
            long a,
            boolean transposeA,
            long b,
            boolean transposeB,
            long out,
            int m,
            int n,
            int k,
            float beta) {
        Sizes sizes = new Sizes(m, n, k);
        stream.launch(
                GEMM,
                sizes,
                _ ->
                        require(
                                GEMM + " of " + sizes,
                                calls.gemmEx(
                                        transposeB ? TRANSPOSED : AS_IT_IS,
                                        transposeA ? TRANSPOSED : AS_IT_IS,
                                        n,
                                        m,
                                        k,
                                        b,
                                        transposeB ? k : n,
                                        a,
                                        transposeA ? m : k,
                                        beta,
                                        out,
                                        n,
                                        computeType)));
    }

    /** Those of a product, for messages. */
    private record Sizes(int m, int n, int k) {
        @Override
        public String toString() {
            return "[" + m + ", " + k + "] x [" + k + ", " + n + "]";
        }
    }

    private void require(String call, int status) {
        if (status != 0) {
            throw new DeviceException(
                    calls.name()
                            + ": "
                            + call
                            + ": "
                            + calls.statusString(status)
                            + " ("
                            + status
                            + ")");
        }
    }
}
