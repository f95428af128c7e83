package soma.cuda.library;

/**
 * The functions of cuBLAS that Soma calls, by one binding or another. Each returns the library's
 * status; arguments are as in NVIDIA's manual, and all arrays are float32.
 */
public interface CublasCalls {
    /** Which library and which binding. */
    String name();

    /** {@code cublasCreate}, keeping the handle. */
    int create();

    /** {@code cublasGetVersion}, such as 120600. */
    int version();

    /** {@code cublasSetStream}. */
    int setStream(long stream);

    /** {@code cublasGemmEx} with alpha 1 and the default algorithm; column-major. */
    int gemmEx(
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
            int computeType);

    /** {@code cublasGetStatusString}. */
    String statusString(int status);
}
