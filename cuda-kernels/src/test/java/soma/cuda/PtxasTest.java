package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * NVIDIA's assembler takes every file. It is looked for in {@code soma.ptxas} and on the path, and
 * is part of the CUDA toolkit.
 */
class PtxasTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @EnumSource(KernelFamily.class)
    void assembles(KernelFamily family) throws IOException, InterruptedException {
        Optional<Path> ptxas = ptxas();
        assumeTrue(ptxas.isPresent(), "no ptxas: neither -Dsoma.ptxas=FILE nor one on the path");
        Path file = folder.resolve(family.file());
        Files.writeString(file, family.ptx());
        // The oldest that assemblers of CUDA 13 still know, or what the file needs.
        String architecture = family.name().endsWith("_SM80") ? "sm_80" : "sm_75";
        Process process =
                new ProcessBuilder(
                                ptxas.get().toString(),
                                "-arch=" + architecture,
                                "-v",
                                "-o",
                                folder.resolve("out.cubin").toString(),
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        assertTrue(
                output.lines().noneMatch(line -> line.matches(".*[1-9]\\d* bytes spill.*")),
                output);
    }

    private static Optional<Path> ptxas() {
        String named = System.getProperty("soma.ptxas");
        Stream<Path> candidates =
                named != null
                        ? Stream.of(Path.of(named))
                        : Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                                .map(folder -> Path.of(folder, "ptxas"));
        return candidates.filter(Files::isExecutable).findFirst();
    }
}
