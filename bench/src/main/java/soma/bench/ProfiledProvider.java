package soma.bench;

import soma.tensor.Device;
import soma.tensor.SomaException;
import soma.tensor.cpu.CpuBackend;
import soma.tensor.spi.Backend;
import soma.tensor.spi.BackendProvider;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Offers {@code profiled:DEVICE}: the kernels of another CPU device, each call timed. */
public final class ProfiledProvider implements BackendProvider {
    private static final String PREFIX = "profiled:";

    private final Map<String, ProfiledBackend> backends = new HashMap<>();

    /** Called by the service loader. */
    public ProfiledProvider() {}

    /**
     * The profiled form of a device.
     *
     * @throws SomaException if it is not a CPU device
     */
    static Device of(Device device) {
        if (!(device.backend() instanceof CpuBackend)) {
            throw new SomaException(
                    "--device: expected cpu or cpu-reference for a model, got " + device.name());
        }
        return Device.of(PREFIX + device.name());
    }

    /** The profile of a device that {@link #of} gave. */
    static KernelProfile profile(Device device) {
        return ((ProfiledBackend) device.backend()).profile();
    }

    @Override
    public String name() {
        return "profiled";
    }

    @Override
    public int rank() {
        return Integer.MIN_VALUE;
    }

    @Override
    public boolean automatic() {
        return false;
    }

    @Override
    public boolean accepts(String device) {
        return device.startsWith(PREFIX);
    }

    @Override
    public Optional<String> unavailable() {
        return Optional.empty();
    }

    @Override
    public synchronized Backend backend(String device) {
        return backends.computeIfAbsent(
                device,
                name -> new ProfiledBackend(Device.of(name.substring(PREFIX.length())).backend()));
    }
}
