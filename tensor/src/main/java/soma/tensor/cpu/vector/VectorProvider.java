package soma.tensor.cpu.vector;

import soma.tensor.cpu.scalar.ScalarBackend;
import soma.tensor.spi.Backend;
import soma.tensor.spi.BackendProvider;

import java.lang.System.Logger.Level;
import java.util.Optional;

/**
 * Offers the fast CPU backend as {@code cpu}. Where the JVM runs without the module {@code
 * jdk.incubator.vector}, it warns once and hands out the reference backend, which is very slow.
 */
public final class VectorProvider implements BackendProvider {
    private Backend backend;

    /** Called by the service loader. */
    public VectorProvider() {}

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public int rank() {
        return 10;
    }

    @Override
    public Optional<String> unavailable() {
        return Optional.empty();
    }

    @Override
    public synchronized Backend backend(String device) {
        if (backend == null) {
            backend = create();
        }
        return backend;
    }

    private static Backend create() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            warn(
                    "the module jdk.incubator.vector is missing, so the slow reference kernels run;"
                            + " start java with --add-modules jdk.incubator.vector");
            return new ScalarBackend();
        }
        if (!VectorWidth.fusedMultiplyAdd()) {
            warn("this machine has no fused multiply-add, so products take twice as long");
        }
        return new VectorBackend();
    }

    private static void warn(String message) {
        System.getLogger(VectorProvider.class.getName()).log(Level.WARNING, "cpu: " + message);
    }
}
