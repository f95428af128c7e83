package soma.cli;

/**
 * Adds a command to {@code soma} from a module that this one does not see, found by {@link
 * java.util.ServiceLoader}.
 */
public interface CommandProvider {
    /** Returns a new object of a class annotated as a picocli command. */
    Object command();
}
