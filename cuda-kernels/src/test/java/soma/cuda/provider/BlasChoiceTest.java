package soma.cuda.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import soma.cuda.jcuda.StandIn;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Which library multiplies, and what Soma asks of it, on stand-ins for driver and library. */
class BlasChoiceTest {
    private static final String LIBRARY = "libcublas.so.12";
    private static final String JCUBLAS = "cuBLAS (libcublas.so.12, JCublas)";
    private static final String FOREIGN = "cuBLAS (libcublas.so.12, java.lang.foreign)";

    @TempDir Path folder;

    private StandIn machine;

    @BeforeEach
    void compile() throws IOException, InterruptedException {
        machine = new StandIn(folder);
    }

    private List<String> run(Map<String, String> environment, String... properties)
            throws IOException, InterruptedException {
        return machine.run(BlasProgram.class, environment, properties);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "auto|AUTO|" + JCUBLAS,
                "jcublas|JCUBLAS|" + JCUBLAS,
                "foreign|FOREIGN|" + FOREIGN
            })
    void multiplies(String value, String choice, String name)
            throws IOException, InterruptedException {
        machine.compile("libcublas.c", LIBRARY);

        assertEquals(
                List.of(
                        "choice: " + choice,
                        "before: " + name,
                        "opened: " + name + ", version 12.6.1",
                        "largest error: 0.0",
                        "failed: "
                                + name
                                + ": cublasGemmEx of [1073741824, -1] x [-1, 1073741824]: an"
                                + " unsupported value or parameter was passed to the function (7)"),
                run(Map.of(), "-Dsoma.cuda.blas=" + value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Dsoma.cuda.blas=none", "-Dsoma.cuda.gemm=tiled"})
    void leavesItToTheKernels(String property) throws IOException, InterruptedException {
        machine.compile("libcublas.c", LIBRARY);

        assertEquals(
                List.of("choice: NONE", "before: Soma's own kernels", "opened: none"),
                run(Map.of(), property));
    }

    @Test
    void needsNoLibrary() throws IOException, InterruptedException {
        assertEquals(
                List.of(
                        "choice: AUTO",
                        "before: Soma's own kernels; no cuBLAS 12 or 13",
                        "opened: none"),
                run(Map.of()));
    }

    @ParameterizedTest
    @CsvSource({"jcublas,no libcublas.so.12", "foreign,no libcublas.so.12 or .13"})
    void failsWhereTheNamedLibraryIsNot(String value, String before)
            throws IOException, InterruptedException {
        List<String> lines = run(Map.of(), "-Dsoma.cuda.blas=" + value);

        assertEquals("before: " + before, lines.get(1));
        assertEquals(
                "failed: soma.cuda.blas=" + value + ": expected cuBLAS to be installed, got none",
                lines.getLast());
    }

    @Test
    void namesTheFunctionThatALibraryLacks() throws IOException, InterruptedException {
        machine.compile("libcublas.c", "libcublas.so.13", "-DWITHOUT_GEMM");

        assertEquals(
                "failed: libcublas.so.13: expected a function cublasGemmEx, got none",
                run(Map.of(), "-Dsoma.cuda.blas=foreign").getLast());
        List<String> lines = run(Map.of());
        assertEquals(
                "WARNING: libcublas.so.13: expected a function cublasGemmEx, got none; Soma's own"
                        + " kernels multiply",
                lines.get(lines.size() - 2));
        assertEquals("opened: none", lines.getLast());
    }

    @Test
    void saysThatTheLibraryDoesNotStart() throws IOException, InterruptedException {
        machine.compile("libcublas.c", LIBRARY);

        assertEquals(
                "failed: " + FOREIGN + ": cublasCreate: no success (3)",
                run(Map.of("FAKE_CUBLAS", "3"), "-Dsoma.cuda.blas=foreign").getLast());
    }

    @Test
    void listsTheChoices() throws IOException, InterruptedException {
        assertEquals(
                List.of(
                        "failed: soma.cuda.blas: expected one of auto, jcublas, foreign, none, got"
                                + " cublas"),
                run(Map.of(), "-Dsoma.cuda.blas=cublas"));
    }
}
