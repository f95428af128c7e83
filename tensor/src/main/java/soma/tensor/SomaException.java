package soma.tensor;

/**
 * A failure that a user can act on: a bad file, bad data, a wrong shape or a missing device.
 *
 * <p>The message is one line, {@code WHERE: what: expected X, got Y}; the command line prints it as
 * it is and exits with status 1.
 */
public class SomaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates a failure with a one-line message that names the file, field or shape. */
    public SomaException(String message) {
        super(message);
    }

    /** Creates a failure that keeps the lower-level cause for {@code --verbose}. */
    public SomaException(String message, Throwable cause) {
        super(message, cause);
    }
}
