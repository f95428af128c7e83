package soma.cli;

/** The exit statuses of every command. */
public final class ExitStatus {
    /** The work is done. */
    public static final int DONE = 0;

    /** The work failed: a bad file, bad data, a diverged training. */
    public static final int FAILED = 1;

    /** The command was called in a wrong way. */
    public static final int USAGE = 2;

    /** Ctrl-C; what can be resumed was saved. The JVM itself ends with this status on SIGINT. */
    public static final int INTERRUPTED = 130;

    private ExitStatus() {}
}
