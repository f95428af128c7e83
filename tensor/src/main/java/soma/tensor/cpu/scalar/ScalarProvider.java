package soma.tensor.cpu.scalar;

import soma.tensor.spi.Backend;
import soma.tensor.spi.BackendProvider;

import java.util.Optional;

/** Offers the reference backend as {@code cpu-reference}. */
public final class ScalarProvider implements BackendProvider {
    private final Backend backend = new ScalarBackend();

    /** Called by the service loader. */
    public ScalarProvider() {}

    @Override
    public String name() {
        return "cpu-reference";
    }

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public Optional<String> unavailable() {
        return Optional.empty();
    }

    @Override
    public Backend backend(String device) {
        return backend;
    }
}
