package soma.cli.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class StudyFileTest {
    private static final String HEAD = "data: {drawn: {train: 2, val: 1, test: 1}}\nvariants:\n";
    private static final String BASE = "- {name: a, train: {config: tiny, set: [SEED=3]}}\n";

    @TempDir Path folder;

    private Study read(String text) throws IOException {
        return StudyFile.read(Files.writeString(folder.resolve("study.yaml"), text));
    }

    private String refused(String text) throws IOException {
        SomaException e = assertThrows(SomaException.class, () -> read(text));
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        assertTrue(e.getMessage().startsWith(folder.resolve("study.yaml") + ": "), e.getMessage());
        return e.getMessage();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "- {name: b, bas: a}|variant: unknown key bas: did you mean base?",
                "- {name: b, base: aa}|variant b: expected a variant of this study, got aa: did"
                        + " you mean a?",
                "- {name: b}|variant b: base: expected",
                "- {name: b, base: c}@- {name: c, base: b}|expected none that needs itself,"
                        + " got b -> c -> b",
                "- {name: a, base: a}|expected names that differ, got a twice",
                "- {name: b, ensemble: [a, x]}|got x: did you mean a?",
                "- {name: b, base: a, ensemble: [a]}|ensemble: expected neither base nor train",
                "- {name: b, base: a, infer: {tta: 1}}|infer: tta: expected true or false, got 1",
                "- {name: b, base: a, infer: {sett: []}}|infer: unknown key sett: did you mean"
                        + " set?",
                "- {name: b, base: a, train: {set: x}}|train: set: expected a list, got x",
                "- {base: a}|variant: name: expected a text, got null",
                "- [|not valid YAML",
            })
    void whatIsWrongIsOneLine(String variant, String message) throws IOException {
        String text = refused(HEAD + BASE + variant.replace("@", "\n"));
        assertTrue(text.contains(message), text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "variants: []",
                "data: {}\nvariants: []",
                "data: {train: x.csv}\nvariants: [{name: a, train: {config: tiny}}]",
                "data: {train: x.csv, fold: 0}\nvariants: [{name: a, train: {config: tiny}}]",
                "data: {drawn: {train: 0, val: 1, test: 1}}\nvariants: []",
                "- 1",
                "",
            })
    void aFileWithoutDataOrVariantsIsRefused(String text) throws IOException {
        assertTrue(refused(text).contains("expected"));
    }

    @Test
    void variantsTakeOverFromTheirBases() throws IOException {
        Study study =
                read(
                        HEAD
                                + "- {name: late, base: B b, infer: {tta: true, set: [SEED=9]}}\n"
                                + BASE
                                + "- {name: B b, base: a, train: {set: [SEED=4, SOLVER.MAX_ITER=7],"
                                + " weights: a}, infer: {set: [TEST.DETECTIONS_PER_IMAGE=5]}}\n"
                                + "- {name: both, ensemble: [a, late], infer: {set: [SEED=8]}}\n");
        assertEquals(
                List.of("a", "B b", "late", "both"),
                study.inOrder().stream().map(Variant::name).toList());
        StudyPlan plan = new StudyPlan(study, folder);
        Variant b = study.variant("B b").orElseThrow();
        assertEquals(4, plan.config(b).getInt("SEED"));
        assertEquals(7, plan.config(b).getInt("SOLVER.MAX_ITER"));
        assertEquals("a", plan.training(b).weights().orElseThrow());
        Path run = folder.resolve("b-b").resolve("run");
        List<String> late =
                List.of("TEST.DETECTIONS_PER_IMAGE=5", "TEST.AUG.ENABLED=True", "SEED=9");
        assertEquals(
                List.of(new StudyPlan.Model(run, late)),
                plan.models(study.variant("late").orElseThrow()));
        List<StudyPlan.Model> both = plan.models(study.variant("both").orElseThrow());
        assertEquals(List.of("SEED=8"), both.get(0).overrides());
        assertEquals("SEED=8", both.get(1).overrides().getLast());
        assertEquals(folder.resolve("a").resolve("run"), both.get(0).run());
    }

    @ParameterizedTest
    @ValueSource(strings = {"drawn", "sartorius"})
    void theShippedStudiesCanBePlanned(String name) {
        Study study = StudyFile.read(Path.of("../docs/studies", name + ".yaml"));
        StudyPlan plan = new StudyPlan(study, folder);
        for (Variant v : study.inOrder()) {
            assertTrue(plan.description(v).length() > 100, v.name());
        }
        assertTrue(study.variants().size() >= 7);
    }
}
