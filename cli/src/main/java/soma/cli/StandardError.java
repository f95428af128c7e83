package soma.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;

/**
 * Takes stderr from the file descriptor where the launcher left it.
 *
 * <p>The JVM prints a warning of the incubator module, which no option turns off. The launcher
 * therefore starts it with stderr closed off and passes the real one by {@code -Dsoma.stderr=N}.
 */
final class StandardError {
    private StandardError() {}

    /** Sets {@link System#err} to the descriptor of the launcher; does nothing without one. */
    static void restore() throws ReflectiveOperationException {
        Integer number = Integer.getInteger("soma.stderr");
        if (number == null) {
            return;
        }
        // Not /dev/fd/N: that cannot be opened where stderr is a socket.
        Constructor<FileDescriptor> constructor =
                FileDescriptor.class.getDeclaredConstructor(int.class);
        constructor.setAccessible(true);
        FileOutputStream stream = new FileOutputStream(constructor.newInstance(number));
        System.setErr(new PrintStream(stream, true, System.err.charset()));
    }
}
