package soma.bench;

import soma.cli.CommandProvider;

/** Adds {@code bench} to {@code soma}. */
public final class BenchProvider implements CommandProvider {
    /** Called by the service loader. */
    public BenchProvider() {}

    @Override
    public Object command() {
        return new BenchCommand();
    }
}
