package soma.cli;

/** The {@code soma} program. */
public final class Main {
    private Main() {}

    /** Runs one command and ends the process with its {@link ExitStatus}. */
    public static void main(String[] args) throws ReflectiveOperationException {
        StandardError.restore();
        System.exit(new Soma(System.out, System.err).run(args));
    }
}
