package soma.cuda.jcuda;

import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.driver.CUstream;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasGemmAlgo;
import jcuda.jcublas.cublasHandle;
import jcuda.runtime.cudaStream_t;

import soma.cuda.library.CublasCalls;

/** cuBLAS 12 by JCublas. */
public final class JCublasCalls implements CublasCalls {
    /** What it is and how it is called. */
    public static final String NAME = "cuBLAS (libcublas.so.12, JCublas)";

    private static final Pointer ONE = Pointer.to(new float[] {1});

    private final cublasHandle handle = new cublasHandle();
    private final CUstream stream;

    /** For one stream; {@link #isThere} has said that the library is. */
    JCublasCalls(CUstream stream) {
        this.stream = stream;
    }

    /** Whether JCublas and the library load. */
    public static boolean isThere() {
        try {
            JCublas2.setExceptionsEnabled(false);
            return true;
        } catch (LinkageError _) {
            return false;
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int create() {
        return JCublas2.cublasCreate(handle);
    }

    @Override
    public int version() {
        int[] version = new int[1];
        return JCublas2.cublasGetVersion(handle, version) == 0 ? version[0] : 0;
    }

    /** {@inheritDoc} The stream that it was made for: JCublas takes no number. */
    @Override
    public int setStream(long number) {
        return JCublas2.cublasSetStream(handle, new cudaStream_t(stream));
    }

    @Override
    public int gemmEx(
            int transA,
            int transB,
            int m,
            int n,
            int k,
            long a,
            int lda,
            long b,
            int ldb,
            float beta,
            long c,
            int ldc,
            int computeType) {
        // The other cublasGemmEx of JCublas takes a cudaDataType as type of the computation.
        return JCublas2.cublasGemmEx_new(
                handle,
                transA,
                transB,
                m,
                n,
                k,
                ONE,
                new DeviceAddress(a),
                cudaDataType.CUDA_R_32F,
                lda,
                new DeviceAddress(b),
                cudaDataType.CUDA_R_32F,
                ldb,
                Pointer.to(new float[] {beta}),
                new DeviceAddress(c),
                cudaDataType.CUDA_R_32F,
                ldc,
                computeType,
                cublasGemmAlgo.CUBLAS_GEMM_DEFAULT);
    }

    @Override
    public String statusString(int status) {
        return JCublas2.cublasGetStatusString(status);
    }
}
