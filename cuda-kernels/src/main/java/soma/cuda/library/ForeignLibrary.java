package soma.cuda.library;

import soma.tensor.DeviceException;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/**
 * A library of the machine and its functions, by {@code java.lang.foreign}. Handles, streams and
 * device memory are addresses; they are passed as numbers of 64 bits, which is the same to the
 * platforms that have CUDA.
 */
final class ForeignLibrary {
    private static final long LONGEST_TEXT = 1024;

    private final String file;
    private final SymbolLookup symbols;

    private ForeignLibrary(String file, SymbolLookup symbols) {
        this.file = file;
        this.symbols = symbols;
    }

    /** The first of some files that is installed, or none. */
    @SuppressWarnings("restricted") // loading code of the machine is the purpose
    static Optional<ForeignLibrary> find(List<String> files) {
        for (String file : files) {
            try {
                SymbolLookup symbols = SymbolLookup.libraryLookup(file, Arena.global());
                return Optional.of(new ForeignLibrary(file, symbols));
            } catch (IllegalArgumentException _) { // the only way in which the JDK says so
                continue;
            }
        }
        return Optional.empty();
    }

    /** The name that it was found by. */
    String file() {
        return file;
    }

    /**
     * A function.
     *
     * @throws DeviceException naming both if the library lacks it
     */
    @SuppressWarnings("restricted") // calling code of the machine is the purpose
    MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        MemorySegment address =
                symbols.find(name)
                        .orElseThrow(
                                () ->
                                        new DeviceException(
                                                file
                                                        + ": expected a function "
                                                        + name
                                                        + ", got none"));
        return Linker.nativeLinker()
                .downcallHandle(address, FunctionDescriptor.of(result, arguments));
    }

    /** A text of the library, which has no length. */
    @SuppressWarnings("restricted")
    static String text(MemorySegment address) {
        return address.reinterpret(LONGEST_TEXT).getString(0);
    }

    /** A call into the library throws nothing of its own. */
    static IllegalStateException unexpected(Throwable e) {
        return new IllegalStateException("a foreign call failed", e);
    }
}
