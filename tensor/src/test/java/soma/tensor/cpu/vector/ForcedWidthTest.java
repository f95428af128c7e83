package soma.tensor.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.tensor.spi.ConvGeometry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs the kernel comparisons in a JVM of their own for each vector width, since the width is fixed
 * per process.
 */
class ForcedWidthTest {
    @ParameterizedTest
    @CsvSource({"128,true", "256,true", "512,true", "256,false"})
    void kernelsAgreeWithDoubleLoops(int bits, boolean fused)
            throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                bits <= VectorWidth.bits(), "this machine has no vectors of " + bits + " bits");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-modules",
                                "jdk.incubator.vector",
                                "-Xmx512m",
                                "-XX:+UseSerialGC",
                                "-Dsoma.vector.bits=" + bits,
                                "-Dsoma.vector.fma=" + fused,
                                "-cp",
                                System.getProperty("java.class.path"),
                                ForcedWidthTest.class.getName())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean ended = process.waitFor(5, TimeUnit.MINUTES);
        assertEquals(0, ended ? process.exitValue() : -1, output);
    }

    /** Checks every case at the width and instructions that the system properties ask for. */
    public static void main(String[] args) {
        if (VectorWidth.bits() != Integer.getInteger("soma.vector.bits")
                || VectorWidth.fusedMultiplyAdd() != Boolean.getBoolean("soma.vector.fma")) {
            throw new AssertionError("the width or the instructions were not forced");
        }
        List<SgemmCases.Case> products = SgemmCases.all();
        for (SgemmCases.Case product : products) {
            product.check();
        }
        for (ConvGeometry g : ConvCases.all()) {
            ConvCases.check(g);
        }
    }
}
