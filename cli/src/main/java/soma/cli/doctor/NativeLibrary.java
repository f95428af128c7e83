package soma.cli.doctor;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Optional;

/** Looks for shared libraries as the dynamic loader finds them. */
final class NativeLibrary {
    private NativeLibrary() {}

    /** Returns the first of some names that can be loaded; it is unloaded again. */
    static Optional<String> firstOf(List<String> names) {
        return names.stream().filter(NativeLibrary::isThere).findFirst();
    }

    @SuppressWarnings("restricted") // loading code of the machine is the purpose
    private static boolean isThere(String name) {
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup.libraryLookup(name, arena);
            return true;
        } catch (IllegalArgumentException e) {
            return false; // the only way in which the JDK tells that there is none
        }
    }
}
