package soma.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.Device;
import soma.tensor.SomaException;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Everything that the reference fixtures record, in small form and, where they are, in full. */
class ParityTest {
    static Path bundled() {
        try {
            return Path.of(ParityTest.class.getResource("/golden").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertGreen(List<Row> rows) {
        String wrong =
                rows.stream()
                        .filter(Row::failed)
                        .map(Row::toString)
                        .collect(Collectors.joining("\n"));
        assertTrue(wrong.isEmpty(), wrong);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cpu-reference"})
    void theBundledFixturesAgree(String device) {
        ParityReport report = Parity.run(bundled(), Device.of(device), _ -> true);
        assertGreen(report.rows());
        assertTrue(report.rows().size() > 700, report.rows().size() + " rows");
    }

    /** On {@code cpu} all of it; a test of each group. */
    @TestFactory
    Stream<DynamicTest> theSharedFixturesAgree() {
        Path folder = Path.of(System.getProperty("soma.shared", "../../shared"), "golden");
        Assumptions.assumeTrue(
                Files.isDirectory(folder),
                () -> "no reference fixtures at " + folder + " (property soma.shared)");
        Map<String, List<Row>> groups =
                Parity.run(folder, Device.cpu(), _ -> true).rows().stream()
                        .collect(
                                Collectors.groupingBy(
                                        Row::group, LinkedHashMap::new, Collectors.toList()));
        return groups.entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> assertGreen(e.getValue())));
    }

    /**
     * The forward passes and the operators on the readable backend, too; its training steps are
     * compared with the bundled fixtures, since the shared ones take minutes.
     */
    @Test
    void theReadableBackendAgreesWithTheSharedFixtures() {
        Path folder = Path.of(System.getProperty("soma.shared", "../../shared"), "golden");
        Assumptions.assumeTrue(
                Files.isDirectory(folder),
                () -> "no reference fixtures at " + folder + " (property soma.shared)");
        Device device = Device.cpuReference();
        assertGreen(Parity.run(folder.resolve("ops"), device, _ -> true).rows());
        for (String model : List.of("r50", "tv")) {
            Path one = folder.resolve("models").resolve(model);
            assertGreen(Parity.run(one, device, row -> !row.contains("/train")).rows());
        }
    }

    @Test
    void aFolderOfSomethingElseIsRefused(@TempDir Path folder) {
        SomaException e =
                assertThrows(
                        SomaException.class, () -> Parity.run(folder, Device.cpu(), _ -> true));
        assertTrue(e.getMessage().startsWith(folder + ": fixtures: expected"), e.getMessage());
    }

    @Test
    void rowsAreChosenByName() {
        ParityReport report = Parity.run(bundled(), Device.cpu(), row -> row.startsWith("ops/iou"));
        assertEquals(2, report.rows().size());
    }
}
