package soma.cuda.driver;

import java.util.List;

/** An entry of a loaded module. */
public interface Kernel {
    /** The entry's name in the file. */
    String name();

    /** Its parameters, in order. */
    List<Parameter> parameters();

    /**
     * A parameter of an entry.
     *
     * @param name as in the file
     * @param type of its {@code .param}
     */
    record Parameter(String name, ArgumentType type) {}
}
