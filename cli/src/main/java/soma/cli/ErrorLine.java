package soma.cli;

import soma.tensor.SomaException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** What a user reads about a failure: one line, {@code WHERE: what: expected X, got Y}. */
final class ErrorLine {
    private ErrorLine() {}

    /** Returns the line for a failure, without the leading {@code soma: }. */
    static String of(Throwable failure) {
        Throwable t = failure;
        if (t instanceof UncheckedIOException && t.getCause() != null) {
            t = t.getCause();
        }
        return switch (t) {
            case SomaException e -> singleLine(e);
            case NoSuchFileException e -> e.getFile() + ": expected a file or directory, got none";
            case NotDirectoryException e -> e.getFile() + ": expected a directory, got a file";
            case FileAlreadyExistsException e -> e.getFile() + ": exists already";
            case AccessDeniedException e ->
                    e.getFile() + ": expected permission to use it, got none";
            case FileSystemException e when e.getReason() != null ->
                    e.getFile() + ": " + e.getReason();
            case IOException e when e.getMessage() != null -> singleLine(e);
            case OutOfMemoryError e ->
                    "memory: the limit of "
                            + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MiB is used up; take smaller images or batches, or raise it with"
                            + " SOMA_JAVA_OPTS=-Xmx8g";
            default ->
                    "internal error: "
                            + t.getClass().getName()
                            + ": "
                            + singleLine(t)
                            + " (--verbose shows where; please report it)";
        };
    }

    /** Returns the message of {@code t} with its line breaks replaced. */
    static String singleLine(Throwable t) {
        String message = t.getMessage();
        return message == null ? "no details" : message.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
