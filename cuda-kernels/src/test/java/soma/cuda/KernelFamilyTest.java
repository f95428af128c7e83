package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import soma.cuda.ptx.PtxModule;
import soma.cuda.ptx.PtxParser;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The list of kernels, the files and the documentation say the same. */
class KernelFamilyTest {
    private static final Path DOCUMENT = Path.of("../docs/kernels.md");

    /** A row of a table: {@code | `entry` | ... }. */
    private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\|.*");

    @ParameterizedTest
    @EnumSource(KernelFamily.class)
    void filesHaveTheListedEntries(KernelFamily family) {
        PtxModule module = PtxParser.parse(family.file(), family.ptx());
        assertEquals(
                family.entries().stream().sorted().toList(),
                module.entries().keySet().stream().sorted().toList());
        assertEquals("7.0", module.version());
        assertEquals(family.name().endsWith("_SM80") ? 80 : 70, module.target());
    }

    @ParameterizedTest
    @EnumSource(KernelFamily.class)
    void eachEntryHasAHeader(KernelFamily family) {
        List<String> lines = family.ptx().lines().toList();
        for (String entry : family.entries()) {
            int at = 0;
            while (!lines.get(at).matches("\\.visible \\.entry " + entry + "\\b.*")) {
                at++;
            }
            int first = at;
            while (lines.get(first - 1).startsWith("//")) {
                first--;
            }
            String header = String.join("\n", lines.subList(first, at));
            assertTrue(
                    header.startsWith("// " + entry + ":"), entry + " has no header:\n" + header);
            for (String part : List.of("launch|geometry", "shared")) {
                assertTrue(
                        Pattern.compile(part, Pattern.CASE_INSENSITIVE).matcher(header).find(),
                        entry + ": the header doesn't say: " + part);
            }
        }
    }

    @Test
    void documentationListsAllKernelsInOrder() throws IOException {
        List<String> documented = new ArrayList<>();
        for (String line : Files.readAllLines(DOCUMENT)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                documented.add(row.group(1));
            }
        }
        assertEquals(
                Arrays.stream(KernelFamily.values()).flatMap(f -> f.entries().stream()).toList(),
                documented);
    }
}
