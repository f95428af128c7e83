package soma.tensor;

/**
 * An element type that an operation can't take; the message names the op, the argument and both
 * types.
 */
public final class DTypeException extends SomaException {
    private static final long serialVersionUID = 1L;

    private DTypeException(String message) {
        super(message);
    }

    /** {@code op: argument: expected X, got Y}. */
    public static DTypeException of(String op, String argument, Object expected, DType actual) {
        return new DTypeException(
                op + ": " + argument + ": expected dtype " + expected + ", got " + actual);
    }
}
