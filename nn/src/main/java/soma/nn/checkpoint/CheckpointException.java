package soma.nn.checkpoint;

import soma.tensor.SomaException;

import java.nio.file.Path;

/** A weight file that is damaged, hostile, of an unknown kind, or does not fit the model. */
public final class CheckpointException extends SomaException {
    private static final long serialVersionUID = 1L;

    /** Creates the error with its whole one-line message. */
    public CheckpointException(String message) {
        super(message);
    }

    /** Creates the error with its whole one-line message and what caused it. */
    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }

    /** {@code FILE: what: expected X, got Y}. */
    public static CheckpointException of(Path file, String what, Object expected, Object actual) {
        return new CheckpointException(
                file + ": " + what + ": expected " + expected + ", got " + actual);
    }
}
