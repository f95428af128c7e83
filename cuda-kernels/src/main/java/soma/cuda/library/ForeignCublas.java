package soma.cuda.library;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/** cuBLAS 12 or 13 by {@code java.lang.foreign}. */
public final class ForeignCublas implements CublasCalls {
    private static final List<String> FILES = List.of("libcublas.so.13", "libcublas.so.12");
    private static final int FLOAT32 = 0; // CUDA_R_32F
    private static final int DEFAULT_ALGORITHM = -1; // CUBLAS_GEMM_DEFAULT

    private final String file;
    private final MethodHandle create;
    private final MethodHandle getVersion;
    private final MethodHandle setStream;
    private final MethodHandle gemmEx;
    private final MethodHandle statusString;
    private final MemorySegment one = Arena.global().allocateFrom(JAVA_FLOAT, 1f);
    private final MemorySegment beta = Arena.global().allocate(JAVA_FLOAT);
    private long handle;

    private ForeignCublas(ForeignLibrary library) {
        file = library.file();
        create = library.function("cublasCreate_v2", JAVA_INT, ADDRESS);
        getVersion = library.function("cublasGetVersion_v2", JAVA_INT, JAVA_LONG, ADDRESS);
        setStream = library.function("cublasSetStream_v2", JAVA_INT, JAVA_LONG, JAVA_LONG);
        gemmEx =
                library.function(
                        "cublasGemmEx",
                        JAVA_INT,
                        JAVA_LONG, // handle
                        JAVA_INT, // transa
                        JAVA_INT, // transb
                        JAVA_INT, // m
                        JAVA_INT, // n
                        JAVA_INT, // k
                        ADDRESS, // alpha, on the host
                        JAVA_LONG, // A
                        JAVA_INT, // Atype
                        JAVA_INT, // lda
                        JAVA_LONG, // B
                        JAVA_INT, // Btype
                        JAVA_INT, // ldb
                        ADDRESS, // beta, on the host
                        JAVA_LONG, // C
                        JAVA_INT, // Ctype
                        JAVA_INT, // ldc
                        JAVA_INT, // computeType
                        JAVA_INT); // algo
        statusString = library.function("cublasGetStatusString", ADDRESS, JAVA_INT);
    }

    /**
     * The newest that is installed, or none.
     *
     * @throws soma.tensor.DeviceException if it lacks a function, naming both
     */
    public static Optional<CublasCalls> find() {
        return ForeignLibrary.find(FILES).map(ForeignCublas::new);
    }

    @Override
    public String name() {
        return "cuBLAS (" + file + ", java.lang.foreign)";
    }

    @Override
    public int create() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment made = arena.allocate(JAVA_LONG);
            int status = (int) create.invokeExact(made);
            handle = made.get(JAVA_LONG, 0);
            return status;
        } catch (Throwable e) {
            throw ForeignLibrary.unexpected(e);
        }
    }

    @Override
    public int version() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment version = arena.allocate(JAVA_INT);
            int status = (int) getVersion.invokeExact(handle, version);
            return status == 0 ? version.get(JAVA_INT, 0) : 0;
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
        try {
            this.beta.set(JAVA_FLOAT, 0, beta); // read before the call returns
            return (int)
                    gemmEx.invokeExact(
                            handle,
                            transA,
                            transB,
                            m,
                            n,
                            k,
                            one,
                            a,
                            FLOAT32,
                            lda,
                            b,
                            FLOAT32,
                            ldb,
                            this.beta,
                            c,
                            FLOAT32,
                            ldc,
                            computeType,
                            DEFAULT_ALGORITHM);
        } catch (Throwable e) {
            throw ForeignLibrary.unexpected(e);
        }
    }

    @Override
    public String statusString(int status) {
        try {
            return ForeignLibrary.text((MemorySegment) statusString.invokeExact(status));
        } catch (Throwable e) {
            throw ForeignLibrary.unexpected(e);
        }
    }
}
