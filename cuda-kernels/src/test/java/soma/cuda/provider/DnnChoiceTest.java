package soma.cuda.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import soma.cuda.jcuda.StandIn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which library convolves, and what Soma asks of it, on stand-ins for driver and library. Weights
 * are turned and what isn't fused is added by Soma's kernels on the emulator.
 */
class DnnChoiceTest {
    private static final String LIBRARY = "libcudnn.so.9";
    private static final String JCUDNN = "cuDNN (libcudnn.so.9, JCudnn)";
    private static final String FOREIGN = "cuDNN (libcudnn.so.9, java.lang.foreign)";
    private static final String ONE = "-Done=true";

    @TempDir Path folder;

    private StandIn machine;

    @BeforeEach
    void compile() throws IOException, InterruptedException {
        machine = new StandIn(folder);
    }

    private List<String> run(Map<String, String> environment, String... properties)
            throws IOException, InterruptedException {
        Map<String, String> all = new HashMap<>(environment);
        all.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
        all.put("JDK_JAVA_OPTIONS", "--add-modules=jdk.incubator.vector");
        return machine.run(DnnProgram.class, all, properties).stream()
                .filter(line -> !line.startsWith("NOTE: ") && !line.contains("incubator modules"))
                .toList();
    }

    private List<String> trace(String... properties) throws IOException, InterruptedException {
        return run(Map.of("FAKE_CUDNN_TRACE", "1"), properties).stream()
                .filter(line -> line.startsWith("cudnn: "))
                .toList();
    }

    private Path kept() {
        return folder.resolve("cache/soma/cudnn-algorithms.properties");
    }

    /** Of 11 cases that aren't empty: 8 outputs, 4 with bias, and two gradients each. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "auto|AUTO|" + JCUDNN,
                "jcudnn|JCUDNN|" + JCUDNN,
                "foreign|FOREIGN|" + FOREIGN
            })
    void convolves(String value, String choice, String name)
            throws IOException, InterruptedException {
        machine.compile("libcudnn.c", LIBRARY);

        assertEquals(
                List.of(
                        "choice: " + choice,
                        "before: " + name,
                        "opened: " + name + ", version 9.5.1",
                        "agrees: yes",
                        "fused: 44",
                        "left: 0",
                        "cudnnConvolutionBiasActivationForward: 44",
                        "cudnnConvolutionForward: 44",
                        "cudnnConvolutionBackwardData: 11",
                        "cudnnConvolutionBackwardFilter: 11"),
                run(Map.of(), "-Dsoma.cuda.dnn=" + value));
    }

    @Test
    void version8IsBoundToo() throws IOException, InterruptedException {
        machine.compile("libcudnn.c", "libcudnn.so.8", "-DVERSION=8907");
        String name = "cuDNN (libcudnn.so.8, java.lang.foreign)";

        assertEquals(
                List.of(
                        "choice: AUTO",
                        "before: " + name,
                        "opened: " + name + ", version 8.9.7",
                        "agrees: yes"),
                run(Map.of(), ONE).subList(0, 4));
    }

    @Test
    void algorithmsAreDeterministicWithinTheLimitAndKeptBetweenRuns()
            throws IOException, InterruptedException {
        machine.compile("libcudnn.c", LIBRARY);
        String foreign = "-Dsoma.cuda.dnn=foreign";

        List<String> first = trace(foreign, ONE);
        assertEquals(3, first.stream().filter(l -> l.contains("asked for")).count());
        assertTrue(first.contains("cudnn: pass 0 by algorithm 1, math 3"), first::toString);
        assertTrue(first.contains("cudnn: pass 2 by algorithm 1, math 3"), first::toString);
        String text = Files.readString(kept());
        assertTrue(text.contains("algorithms=3"), text);

        List<String> second = trace("-Dsoma.cuda.dnn=jcudnn", ONE);
        assertEquals(first.stream().filter(l -> !l.contains("asked for")).toList(), second);
        Files.writeString(kept(), text.replaceFirst("(Forward.*)=1", "$1=0"));
        assertTrue(trace(foreign, ONE).contains("cudnn: pass 0 by algorithm 0, math 3"));
        // One that the library doesn't have any more.
        Files.writeString(kept(), text.replaceFirst("(Forward.*)=1", "$1=7"));
        assertTrue(trace(foreign, ONE).contains("cudnn: pass 0 by algorithm 1, math 3"));
        assertEquals(text.lines().sorted().toList().subList(2, 6), sortedWithoutDate());

        String none = "-Dsoma.cuda.dnn.workspace=0";
        assertTrue(trace(foreign, none, ONE).contains("cudnn: pass 0 by algorithm 0, math 3"));
        // No algorithm is left for the gradients, which Soma's kernels compute.
        List<String> lines = run(Map.of(), foreign, none, ONE);
        assertTrue(lines.contains("agrees: yes"), lines::toString);
        assertFalse(lines.toString().contains("Backward"), lines::toString);
    }

    private List<String> sortedWithoutDate() throws IOException {
        return Files.readString(kept()).lines().sorted().toList().subList(2, 6);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "algorithms=2|algorithms: expected 0, the lines below, got 2",
                "algorithms=x|algorithms: expected a number, got x",
                "a=1|algorithms: expected 0, the lines below, got none",
                "a=\\\\u12|Malformed \\\\uxxxx encoding."
            })
    void aDamagedFileIsIgnoredWithOneWarning(String content, String why)
            throws IOException, InterruptedException {
        machine.compile("libcudnn.c", LIBRARY);
        Files.createDirectories(kept().getParent());
        Files.writeString(kept(), content.replace("\\\\", "\\"));

        List<String> lines = run(Map.of(), "-Dsoma.cuda.dnn=foreign", ONE);

        assertEquals(
                List.of(
                        "WARNING: "
                                + kept()
                                + ": not read, algorithms are chosen again: "
                                + why.replace("\\\\", "\\")),
                lines.stream().filter(line -> line.startsWith("WARNING")).toList());
        assertTrue(lines.contains("agrees: yes"), lines::toString);
        assertTrue(Files.readString(kept()).contains("algorithms=3"));
    }

    @Test
    void aFolderThatCanNotBeWrittenCostsOneWarning() throws IOException, InterruptedException {
        machine.compile("libcudnn.c", LIBRARY);
        Files.writeString(folder.resolve("cache"), "a file");

        List<String> lines = run(Map.of(), "-Dsoma.cuda.dnn=foreign", ONE);

        List<String> warnings =
                lines.stream().filter(line -> line.contains("not written, algorithms")).toList();
        assertEquals(1, warnings.size(), lines::toString);
        assertTrue(lines.contains("agrees: yes"), lines::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TF32", "BF16"})
    void tensorCoresMayBeUsedWhereThePrecisionAllowsIt(String precision)
            throws IOException, InterruptedException {
        machine.compile("libcudnn.c", LIBRARY);

        List<String> lines = trace("-Dsoma.cuda.dnn=jcudnn", "-Dprecision=" + precision, ONE);

        assertTrue(lines.contains("cudnn: pass 1 by algorithm 1, math 0"), lines::toString);
        assertFalse(lines.toString().contains("math 3"), lines::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Dsoma.cuda.dnn=none", "-Dsoma.cuda.gemm=tiled"})
    void leavesItToTheKernels(String property) throws IOException, InterruptedException {
        machine.compile("libcudnn.c", LIBRARY);

        assertEquals(
                List.of("choice: NONE", "before: Soma's own kernels", "opened: none"),
                run(Map.of(), property));
    }

    @Test
    void needsNoLibrary() throws IOException, InterruptedException {
        assertEquals(
                List.of(
                        "choice: AUTO",
                        "before: Soma's own kernels; no cuDNN 8 or 9",
                        "opened: none"),
                run(Map.of()));
    }

    @ParameterizedTest
    @CsvSource({"jcudnn,no libcudnn.so.9", "foreign,no libcudnn.so.9 or .8"})
    void failsWhereTheNamedLibraryIsNot(String value, String before)
            throws IOException, InterruptedException {
        List<String> lines = run(Map.of(), "-Dsoma.cuda.dnn=" + value);

        assertEquals("before: " + before, lines.get(1));
        assertEquals(
                "failed: soma.cuda.dnn=" + value + ": expected cuDNN to be installed, got none",
                lines.getLast());
    }

    @Test
    void namesTheFunctionThatALibraryLacks() throws IOException, InterruptedException {
        machine.compile("libcudnn.c", LIBRARY, "-DWITHOUT_FILTER");
        String why = "libcudnn.so.9: expected a function cudnnConvolutionBackwardFilter, got none";

        for (String value : List.of("jcudnn", "foreign")) {
            List<String> lines = run(Map.of(), "-Dsoma.cuda.dnn=" + value);
            assertEquals("before: " + why, lines.get(1));
            assertEquals("failed: " + why, lines.getLast());
        }
        List<String> lines = run(Map.of());
        assertEquals(
                List.of("WARNING: " + why + "; Soma's own kernels convolve", "opened: none"),
                lines.subList(lines.size() - 2, lines.size()));
    }

    @Test
    void saysThatTheLibraryIsTooOldOrDoesNotStart() throws IOException, InterruptedException {
        machine.compile("libcudnn.c", LIBRARY);
        assertEquals(
                "failed: " + FOREIGN + ": cudnnCreate: no success (3)",
                run(Map.of("FAKE_CUDNN", "3"), "-Dsoma.cuda.dnn=foreign").getLast());

        machine.compile("libcudnn.c", "libcudnn.so.9", "-DVERSION=7605");
        assertEquals(
                "failed: " + JCUDNN + ": version: expected 8.0.0 or newer, got 7.6.5",
                run(Map.of(), "-Dsoma.cuda.dnn=jcudnn").getLast());
    }

    @Test
    void namesTheCallThatFailed() throws IOException, InterruptedException {
        machine.compile("libcudnn.c", LIBRARY);
        for (String value : List.of("jcudnn", "foreign")) {
            assertEquals(
                    "failed: "
                            + (value.equals("jcudnn") ? JCUDNN : FOREIGN)
                            + ": cudnnConvolutionForward of ConvGeometry[n=1, h=8, w=9, ci=17,"
                            + " co=33, kh=3, kw=3, strideH=1, strideW=1, padH=1, padW=1,"
                            + " dilationH=1, dilationW=1, groups=1]: CUDNN_STATUS_BAD_PARAM (2000)",
                    run(Map.of("FAKE_CUDNN_REFUSE", "2000"), "-Dsoma.cuda.dnn=" + value, ONE)
                            .getLast());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "soma.cuda.dnn=cudnn|soma.cuda.dnn: expected one of auto, jcudnn, foreign, none,"
                        + " got cudnn",
                "soma.cuda.dnn.workspace=3000|soma.cuda.dnn.workspace: expected MiB from 0 to 2047,"
                        + " got 3000"
            })
    void listsTheChoices(String property, String why) throws IOException, InterruptedException {
        machine.compile("libcudnn.c", LIBRARY);

        List<String> lines = run(Map.of(), "-Dsoma.cuda.dnn=foreign", "-D" + property);

        assertEquals("failed: " + why, lines.getLast());
    }
}
