package soma.train.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

final class MetricHistoryTest {
    @TempDir Path folder;

    @Test
    void mediansAreOfTheLastValues() {
        MetricHistory history = new MetricHistory(4);
        history.add("x", 9);
        assertEquals(9, history.medians().get("x"));
        history.add("x", 1);
        assertEquals(5, history.medians().get("x"));
        for (double v : new double[] {3, 2, 8}) {
            history.add("x", v);
        }
        // 9 has left the window: 1 3 2 8
        assertEquals(2.5, history.medians().get("x"));
        MetricHistory copy = new MetricHistory(4);
        copy.restore(history.state());
        copy.add("x", 2);
        history.add("x", 2);
        assertEquals(history.state(), copy.state());
        assertEquals(List.of(3.0, 2.0, 8.0, 2.0), copy.state().get("x"));
    }

    @Test
    void linesAreWrittenAndCutBack() throws IOException {
        Path path = folder.resolve("metrics.json");
        MetricsFile file = new MetricsFile(path);
        file.truncateFrom(0);
        for (int i = 0; i < 4; i++) {
            file.append(i, Map.of("loss", i == 2 ? Double.NaN : i / 2.0));
        }
        file.truncateFrom(3);
        assertEquals(
                List.of(
                        "{\"iteration\":0,\"loss\":0.0}",
                        "{\"iteration\":1,\"loss\":0.5}",
                        "{\"iteration\":2}"),
                Files.readAllLines(path));
    }
}
