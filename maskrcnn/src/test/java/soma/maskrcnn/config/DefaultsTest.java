package soma.maskrcnn.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Map;

class DefaultsTest {
    /** A sample over detectron2's config/defaults.py, one key for each type. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "VERSION | 2 | a whole number",
                "MODEL.MASK_ON | false | true or false",
                "MODEL.DEVICE | cuda | text",
                "SOLVER.BASE_LR | 0.001 | a number",
                "SOLVER.WARMUP_FACTOR | 0.001 | a number",
                "SOLVER.WEIGHT_DECAY_BIAS | null | a number or null",
                "SOLVER.STEPS | [30000] | a list of whole numbers",
                "MODEL.FPN.IN_FEATURES | [] | a list of texts",
                "MODEL.RPN.IOU_THRESHOLDS | [0.3, 0.7] | a list of numbers",
                "MODEL.ANCHOR_GENERATOR.SIZES | [[32.0, 64.0, 128.0, 256.0, 512.0]] | a list of"
                        + " lists of numbers",
                "MODEL.RESNETS.DEFORM_ON_PER_STAGE | [false, false, false, false] | a list of truth"
                        + " values",
                "TEST.EXPECTED_RESULTS | [] | a list of anything",
            })
    void hasDetectron2sValuesAndTypes(String key, String value, String type) {
        assertEquals(value, YamlWriter.value(Defaults.get().values().get(key)));
        assertEquals(type, Defaults.get().type(key).description());
    }

    @Test
    void writesSectionsOnce() {
        String yaml = YamlWriter.write(Defaults.get().values());
        Map<String, YamlTree.Leaf> read = YamlTree.parse(yaml, "defaults");
        assertEquals(List.copyOf(Defaults.get().values().keySet()), List.copyOf(read.keySet()));
    }

    @Test
    void documentsEveryKeyOfItsOwn() {
        List<String> lines = Defaults.resource("defaults.yaml").lines().toList();
        int start = lines.indexOf("SOMA:");
        for (int i = start + 1; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            boolean section = line.endsWith(":");
            if (!line.startsWith("#") && !section) {
                assertTrue(lines.get(i - 1).strip().startsWith("#"), line + " has no comment");
            }
        }
    }

    @Test
    void knowsEveryKeyThatItSaysHasNoEffect() {
        for (String name : KeySupport.NO_EFFECT) {
            boolean section = name.endsWith(".");
            assertTrue(
                    section
                            ? Defaults.get().isSection(name.substring(0, name.length() - 1))
                            : Defaults.get().type(name) != null,
                    name);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1.0E-4 | 0.0001",
                "0.0 | 0.0",
                "100.0 | 100.0",
                "-2.5e3 | -2500.0",
                "1e300 | 1.0E+300",
                "1e-12 | 1.0E-12",
                "123456789 | 123456789.0",
                "0.1 | 0.1",
            })
    void writesNumbersThatPythonReads(double value, String written) {
        assertEquals(written, YamlWriter.value(value));
    }

    @Test
    void writesTextThatReadsBack() {
        for (String text :
                List.of(
                        "",
                        "a b",
                        "it's",
                        "true",
                        "None",
                        "1",
                        "-",
                        "a: b",
                        "#x",
                        "C:\\d",
                        "a\n\t\"b",
                        "é",
                        "~")) {
            String yaml = "k: " + YamlWriter.value(text);
            assertEquals(text, YamlTree.parse(yaml, "f").get("k").value(), yaml);
        }
    }
}
