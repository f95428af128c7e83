package soma.cuda.provider;

import soma.cuda.CudaBackend;
import soma.cuda.emulator.Checks;
import soma.cuda.emulator.EmulatedDriver;
import soma.tensor.spi.Backend;
import soma.tensor.spi.BackendProvider;

import java.util.Optional;

/**
 * Offers {@code emulator}: the CUDA kernels without a GPU, slowly. How much it looks for is set by
 * {@code soma.emulator.checks}, and the order of warps by {@code soma.emulator.seed}.
 */
public final class EmulatorProvider implements BackendProvider {
    private Backend backend;

    /** Called by the service loader. */
    public EmulatorProvider() {}

    @Override
    public String name() {
        return "emulator";
    }

    @Override
    public int rank() {
        return -10;
    }

    @Override
    public boolean automatic() {
        return false;
    }

    @Override
    public Optional<String> unavailable() {
        return Optional.empty();
    }

    @Override
    public synchronized Backend backend(String device) {
        if (backend == null) {
            long seed = Long.getLong("soma.emulator.seed", 1);
            backend = new CudaBackend(new EmulatedDriver(Checks.ofProperty(), seed));
        }
        return backend;
    }
}
