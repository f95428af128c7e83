package soma.infer;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** File names for image ids, which may hold anything, even paths that lead elsewhere. */
final class FileNames {
    private static final int LONGEST = 200;

    private final Set<String> taken = new HashSet<>();

    /** A name without an ending that no other id of this object has got. */
    String of(String id) {
        String safe = id.replaceAll("[\\p{Cntrl}/\\\\:*?\"<>|]", "_").replaceFirst("^[. ]", "_");
        String base = safe.isEmpty() ? "_" : safe.substring(0, Math.min(LONGEST, safe.length()));
        String name = base;
        // Some file systems don't tell upper from lower case.
        for (int i = 2; !taken.add(name.toLowerCase(Locale.ROOT)); i++) {
            name = base + "_" + i;
        }
        return name;
    }
}
