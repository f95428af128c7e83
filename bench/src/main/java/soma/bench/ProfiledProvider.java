package soma.bench;

import soma.tensor.Device;
import soma.tensor.spi.Backend;
import soma.tensor.spi.BackendProvider;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Offers {@code profiled:DEVICE}: the kernels of another device, each call timed. */
public final class ProfiledProvider implements BackendProvider {
    private static final String PREFIX = "profiled:";

    private final Map<String, ProfiledBackend> backends = new HashMap<>();

    /** Called by the service loader. */
    public ProfiledProvider() {}

    /** The profiled form of a device. */
    static Device of(Device device) {
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
