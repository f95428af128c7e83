package soma.nn.checkpoint;

import soma.tensor.SomaException;

import java.nio.file.Path;

/** A weight file that is damaged, hostile, of an unknown kind, or does not fit the model. */
public final class CheckpointException extends SomaException {
    private static final long serialVersionUID = 1L;
    private static final int MOST_CHARACTERS = 4000;

    /** Creates the error with its whole one-line message. */
    public CheckpointException(String message) {
        super(printable(message));
    }

    /** Creates the error with its whole one-line message and what caused it. */
    public CheckpointException(String message, Throwable cause) {
        super(printable(message), cause);
    }

    /**
     * A file's own words, such as names of tensors, must not break the line or reach a terminal.
     */
    private static String printable(String message) {
        StringBuilder out = new StringBuilder(message);
        for (int i = 0; i < out.length(); i++) {
            if (Character.isISOControl(out.charAt(i))) {
                out.setCharAt(i, '?');
            }
        }
        if (out.length() > MOST_CHARACTERS) {
            out.setLength(MOST_CHARACTERS);
            out.append("...");
        }
        return out.toString();
    }

    /** {@code FILE: what: expected X, got Y}. */
    public static CheckpointException of(Path file, String what, Object expected, Object actual) {
        return new CheckpointException(
                file + ": " + what + ": expected " + expected + ", got " + actual);
    }
}
