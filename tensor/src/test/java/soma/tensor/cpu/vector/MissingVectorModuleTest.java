package soma.tensor.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The device {@code cpu} in a JVM that was started without the Vector API: slow, and said once. */
class MissingVectorModuleTest {
    @Test
    void cpuFallsBackToTheReferenceAndWarnsOnce() throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                MissingVectorModuleTest.class.getName())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean ended = process.waitFor(1, TimeUnit.MINUTES);
        assertEquals(0, ended ? process.exitValue() : -1, output);
        assertEquals(2, output.split("WARNING", -1).length, output);
        assertEquals(2, output.split("slow reference kernels", -1).length, output);
    }

    /** Computes on the device, opened twice. */
    public static void main(String[] args) {
        for (int i = 0; i < 2; i++) {
            try (Scope _ = Scope.open("test", Device.cpu())) {
                Tensor x = Tensor.of(new float[] {1, 2}, 2);
                if (x.add(x).sum().item() != 6) {
                    throw new AssertionError("wrong sum");
                }
            }
        }
    }
}
