package soma.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The same seed gives the same bits on one thread and on two, after a resume, and whatever else the
 * machine does; for each width of vectors, of which a JVM has one.
 */
final class DeterminismTest {
    private static final long MINUTES = 3;

    @ParameterizedTest
    @ValueSource(ints = {128, 256, 512})
    void sameBitsOnOneThreadAndTwoAndAfterAResume(int bits, @TempDir Path folder)
            throws IOException, InterruptedException {
        Map<String, String> printed = run(bits, folder);
        assertEquals(7, printed.size(), printed::toString);
        assertEquals(String.valueOf(bits), printed.get("bits"));
        assertNotEquals(printed.get("one"), printed.get("other"), "another seed");
        assertEquals(printed.get("one"), printed.get("two"), "one thread and two");
        assertEquals(printed.get("one"), printed.get("resumed"), "uninterrupted and resumed");
        assertEquals(printed.get("found-one"), printed.get("found-two"), "detections");
    }

    private static Map<String, String> run(int bits, Path folder)
            throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-modules",
                                "jdk.incubator.vector",
                                "-XX:+UseSerialGC",
                                "-Dsoma.vector.bits=" + bits,
                                "-cp",
                                System.getProperty("java.class.path"),
                                DeterminismRun.class.getName(),
                                folder.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            process.destroyForcibly();
        }
        String text = Files.readString(output);
        assertTrue(ended && process.exitValue() == 0, text);
        Map<String, String> out = new TreeMap<>();
        text.lines()
                .filter(line -> line.matches("(bits|other|one|two|resumed|found-\\w+) .*"))
                .forEach(line -> out.put(line.split(" ", 2)[0], line.split(" ", 2)[1]));
        return out;
    }
}
