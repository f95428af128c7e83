package soma.cuda.ptx;

import soma.tensor.DeviceException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a file of PTX: modules of kernels without device functions. */
public final class PtxParser {
    private final Tokens tokens;
    private final String file;

    private PtxParser(String file, String text) {
        this.file = file;
        this.tokens = new Tokens(file, text);
    }

    /**
     * Reads a file.
     *
     * @param file its name, for messages
     * @throws DeviceException naming the line that is not understood
     */
    public static PtxModule parse(String file, String text) {
        return new PtxParser(file, text).module();
    }

    private PtxModule module() {
        String version = "";
        int target = 0;
        List<PtxVariable> variables = new ArrayList<>();
        Map<String, PtxEntry> entries = new LinkedHashMap<>();
        while (!tokens.atEnd()) {
            int line = tokens.line();
            String word = tokens.next();
            switch (word) {
                case ".version" -> version = tokens.next();
                case ".address_size" -> tokens.next();
                case ".target" -> target = Integer.parseInt(tokens.next().replaceAll("\\D", ""));
                case ".visible", ".extern", ".weak" -> {}
                case ".const", ".shared", ".global" ->
                        variables.addAll(Declarations.variables(tokens, word));
                case ".entry" -> {
                    PtxEntry entry = new EntryParser(tokens, variables).parse();
                    if (entries.put(entry.name(), entry) != null) {
                        throw tokens.error(line, "entry " + entry.name() + " is there twice");
                    }
                }
                default -> throw tokens.error(line, "directive '" + word + "' is not known");
            }
        }
        return new PtxModule(file, version, target, List.copyOf(variables), entries);
    }
}
