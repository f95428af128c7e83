package soma.tensor;

/** Shapes that do not fit an operation; the message names the op, the argument and the shapes. */
public final class ShapeException extends SomaException {
    private static final long serialVersionUID = 1L;

    /** Creates the error with its whole message. */
    public ShapeException(String message) {
        super(message);
    }

    /** {@code op: argument: expected X, got Y}. */
    public static ShapeException of(String op, String argument, Object expected, Object actual) {
        return new ShapeException(
                op + ": " + argument + ": expected " + expected + ", got " + actual);
    }
}
