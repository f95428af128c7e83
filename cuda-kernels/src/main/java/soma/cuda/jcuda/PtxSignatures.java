package soma.cuda.jcuda;

import soma.cuda.driver.ArgumentType;
import soma.cuda.driver.Kernel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a file of PTX says of itself: version, target, entries and their parameters. */
record PtxSignatures(
        String version, String target, Map<String, List<Kernel.Parameter>> parametersByEntry) {
    private static final Pattern COMMENT = Pattern.compile("//[^\n]*|/\\*.*?\\*/", Pattern.DOTALL);
    private static final Pattern VERSION = Pattern.compile("\\.version\\s+(\\S+)");
    private static final Pattern TARGET = Pattern.compile("\\.target\\s+(\\w+)");
    private static final Pattern ENTRY =
            Pattern.compile("\\.entry\\s+([\\w$]+)\\s*(?:\\(([^)]*)\\))?");
    private static final Pattern PARAMETER =
            Pattern.compile("\\.param\\s+(?:\\.align\\s+\\d+\\s+)?\\.(\\w+)\\s+([\\w$]+)");

    /** Those of a file. */
    static PtxSignatures of(String ptx) {
        String text = COMMENT.matcher(ptx).replaceAll(" ");
        Map<String, List<Kernel.Parameter>> entries = new LinkedHashMap<>();
        Matcher entry = ENTRY.matcher(text);
        while (entry.find()) {
            List<Kernel.Parameter> parameters = new ArrayList<>();
            if (entry.group(2) != null) {
                Matcher parameter = PARAMETER.matcher(entry.group(2));
                while (parameter.find()) {
                    String type = parameter.group(1).toUpperCase(Locale.ROOT);
                    parameters.add(
                            new Kernel.Parameter(parameter.group(2), ArgumentType.valueOf(type)));
                }
            }
            entries.put(entry.group(1), List.copyOf(parameters));
        }
        return new PtxSignatures(first(VERSION, text), first(TARGET, text), entries);
    }

    private static String first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : "none";
    }

    /** Names of the entries, in the file's order. */
    List<String> entries() {
        return List.copyOf(parametersByEntry.keySet());
    }

    /** Parameters of an entry that the file has. */
    List<Kernel.Parameter> parameters(String entry) {
        return parametersByEntry.get(entry);
    }
}
