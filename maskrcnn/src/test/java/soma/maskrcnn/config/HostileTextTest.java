package soma.maskrcnn.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import org.junit.jupiter.api.Test;

import soma.tensor.SomaException;

import java.util.List;

/** Text that is no configuration ends in one line for the user, whatever it is. */
class HostileTextTest {
    @Provide
    Arbitrary<String> yamlish() {
        return Arbitraries.of(
                        "SOLVER", "MODEL", ".", ":", " ", "\n", "\n  ", "- ", "[", "]", "{", "}",
                        ",", "&a ", "*a", "<<: ", "!x ", "!!int ", "1e-4", "'", "\"", "#", "|", "(",
                        ")", "_BASE_", "null", "true", "\t", "%", "@", "é")
                .list()
                .ofMaxSize(25)
                .map(parts -> String.join("", parts));
    }

    @Property(tries = 500)
    void yamlGivesLeavesOrOneLine(@ForAll("yamlish") String text) {
        try {
            for (YamlTree.Leaf leaf : YamlTree.parse(text, "f.yaml").values()) {
                assertFalse(YamlWriter.value(leaf.value()).contains("\n"));
            }
        } catch (SomaException e) {
            assertTrue(e.getMessage().startsWith("f.yaml: "), e.getMessage());
            assertFalse(e.getMessage().contains("\n"), e.getMessage());
        }
    }

    @Property(tries = 500)
    void overridesGiveAValueOrOneLine(@ForAll("yamlish") String text) {
        ConfigReader reader = new ConfigReader();
        for (String key : List.of("SEED", "SOLVER.STEPS", "MODEL.ANCHOR_GENERATOR.SIZES")) {
            try {
                reader.override(key + "=" + text);
                assertTrue(reader.origins().containsKey(key));
            } catch (SomaException e) {
                assertTrue(e.getMessage().startsWith("command line: " + key + ": expected "));
                assertFalse(e.getMessage().contains("\n"), e.getMessage());
            }
        }
    }

    @Test
    void doesNotExpandAliasesForEver() {
        StringBuilder yaml = new StringBuilder("a0: &a0 [1, 1]\n");
        for (int i = 1; i < 14; i++) {
            String alias = "*a" + (i - 1);
            yaml.append(
                    "a%d: &a%d [%s]\n"
                            .formatted(
                                    i,
                                    i,
                                    String.join(
                                            ", ",
                                            List.of(
                                                    alias, alias, alias, alias, alias, alias, alias,
                                                    alias))));
        }
        SomaException e =
                assertThrows(SomaException.class, () -> YamlTree.parse(yaml.toString(), "f.yaml"));
        assertTrue(e.getMessage().startsWith("f.yaml: "), e.getMessage());
    }

    @Test
    void constructsNothingThatATagNames() {
        YamlTree.Leaf leaf =
                YamlTree.parse("a: !!python/object/apply:os.system ['ls']", "f.yaml").get("a");
        assertEquals(List.of("ls"), leaf.value());
    }

    @Test
    void refusesNestingInOverrides() {
        String deep = "[".repeat(100_000);
        assertEquals(deep, PythonLiteral.parse(deep));
    }
}
