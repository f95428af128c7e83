package soma.cuda.jcuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program of the tests in a JVM that finds {@code src/test/native/libcuda.c} as its NVIDIA
 * driver, and other libraries of that folder. Needs a C compiler on Linux.
 */
public final class StandIn {
    private final Path folder;

    /** Compiles the driver to a folder. */
    public StandIn(Path folder) throws IOException, InterruptedException {
        boolean linux = System.getProperty("os.name").equals("Linux");
        assumeTrue(linux, "the driver's stand-in is for Linux");
        assumeTrue(
                NvidiaGpus.here().devices().isEmpty(), "this machine has an NVIDIA driver itself");
        this.folder = folder;
        compile("libcuda.c", "libcuda.so.1");
    }

    /**
     * Compiles a file to a library that programs find by its name; its symbols' version is that.
     */
    public void compile(String source, String library, String... options)
            throws IOException, InterruptedException {
        List<String> compile =
                new ArrayList<>(
                        List.of(
                                "cc",
                                "-shared",
                                "-fPIC",
                                "-Wl,--default-symver",
                                "-Wl,-soname," + library,
                                "-o",
                                folder.resolve(library).toString(),
                                Path.of("src/test/native", source).toString()));
        compile.addAll(List.of(options));
        Process compiler;
        try {
            compiler = new ProcessBuilder(compile).inheritIO().start();
        } catch (IOException _) {
            assumeTrue(false, "no C compiler (cc), with which the driver's stand-in is made");
            throw new AssertionError("not reached");
        }
        assertEquals(0, compiler.waitFor(), "cc " + source);
    }

    /** Runs a program and returns what it printed, line by line. */
    public List<String> run(
            Class<?> program, Map<String, String> environment, String... systemProperties)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(List.of(systemProperties));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        Path output = Files.createTempFile(folder, "output", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment().put("LD_LIBRARY_PATH", folder.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);
        assertTrue(ended, () -> "ran for 60 s: " + lines);
        return lines;
    }
}
