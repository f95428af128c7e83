package soma.cli.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

class StudyReportTest {
    @TempDir Path folder;

    private static Variant variant(String name, boolean tune) {
        return new Variant(name, Optional.of("base"), Optional.empty(), List.of(), List.of(), tune);
    }

    private static VariantResult result(double... scores) {
        Map<String, Double> perImage = new LinkedHashMap<>();
        for (double score : scores) {
            perImage.put("image " + perImage.size(), score);
        }
        return new VariantResult(perImage, 0.5, Double.NaN, 0.25, 100);
    }

    @Test
    void columnsAreThoseOfKnownScores() throws IOException {
        Variant base =
                new Variant(
                        "base",
                        Optional.empty(),
                        Optional.of(
                                new Variant.Training(
                                        Optional.of("tiny"),
                                        List.of(),
                                        Optional.empty(),
                                        Optional.empty())),
                        List.of(),
                        List.of(),
                        false);
        List<Variant> variants =
                List.of(base, variant("same", false), variant("up", false), variant("a|b", true));
        Study study = new Study("known.yaml", 1, new StudyData.Drawn(1, 1, 3), variants);
        Map<String, VariantResult> results = new LinkedHashMap<>();
        results.put("base", result(0.5, 0.5, 0.5));
        results.put("same", result(0.5, 0.5, 0.5));
        results.put("up", result(0.625, 0.625, 0.625));
        results.put(
                "a|b", result(0.6, 0.7, 0.8)); // t = 0.2 / (0.1 / sqrt 3) at 2 degrees of freedom
        String table = new StudyReport(study, new StudyPlan(study, folder), results).write(folder);
        List<String> rows = table.lines().toList();
        assertEquals(
                "| base | 0.5000 | 0.5000 | 0.5000 |  |  |  |  | 0.5000 |  | 0.250 | 100 |",
                rows.get(2));
        assertEquals(
                "| same | 0.5000 | 0.5000 | 0.5000 | 0.0000 | 0.0000 | 0.0000 | 1.0000 | 0.5000 | "
                        + " | 0.250 | 100 |",
                rows.get(3));
        assertEquals(
                "| up | 0.6250 | 0.6250 | 0.6250 | 0.1250 | 0.1250 | 0.1250 | 0.0000 | 0.5000 |  |"
                        + " 0.250 | 100 |",
                rows.get(4));
        // Of 27 resamples of 3 images one has the lowest three times, 3.7 %: more than 2.5 %.
        assertEquals(
                "| a\\|b | 0.7000 | 0.6000 | 0.8000 | 0.2000 | 0.1000 | 0.3000 | 0.0742 | 0.5000 |"
                        + "  | 0.250 | 100 |",
                rows.get(5));
        String html = Files.readString(folder.resolve("report.html"));
        assertTrue(html.contains("Tuned: <b>a|b</b>, each image by settings"), html);
    }
}
