package soma.tensor;

import soma.tensor.spi.Backend;
import soma.tensor.spi.BackendProvider;
import soma.tensor.spi.Precision;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/**
 * Where tensors live and their kernels run. Backends are found by {@link ServiceLoader}; {@code
 * auto} takes the available one of the highest rank.
 */
public final class Device {
    private final String name;
    private final Backend backend;

    private Device(String name, Backend backend) {
        this.name = name;
        this.backend = backend;
    }

    private static final class Providers {
        static final List<BackendProvider> ALL =
                ServiceLoader.load(BackendProvider.class, Device.class.getClassLoader()).stream()
                        .map(ServiceLoader.Provider::get)
                        .sorted(Comparator.comparingInt(BackendProvider::rank).reversed())
                        .toList();
    }

    /** The fast CPU backend. */
    public static Device cpu() {
        return of("cpu");
    }

    /** The readable scalar backend that serves as the oracle. */
    public static Device cpuReference() {
        return of("cpu-reference");
    }

    /**
     * The device of a name: {@code auto}, {@code cpu}, {@code cpu-reference}, or what another
     * provider offers.
     *
     * @throws DeviceException if no provider knows the name, or it can't run here, saying why
     */
    public static Device of(String name) {
        boolean automatic = name.equals("auto");
        for (BackendProvider p : Providers.ALL) {
            boolean wanted =
                    automatic ? p.automatic() && p.unavailable().isEmpty() : p.accepts(name);
            if (wanted) {
                p.unavailable()
                        .ifPresent(
                                why -> {
                                    throw new DeviceException("device " + name + ": " + why);
                                });
                return new Device(automatic ? p.name() : name, p.backend(name));
            }
        }
        String known =
                Providers.ALL.stream().map(BackendProvider::name).collect(Collectors.joining(", "));
        throw new DeviceException("device " + name + ": expected one of auto, " + known);
    }

    /** All providers, the preferred one first. */
    public static List<BackendProvider> providers() {
        return Providers.ALL;
    }

    /** The name that {@link #of} takes. */
    public String name() {
        return name;
    }

    /** The kernels and the memory of this device. */
    public Backend backend() {
        return backend;
    }

    /**
     * Sets what matrix products and convolutions on this device multiply in from here on.
     *
     * @throws DeviceException naming the device, if it can't; nothing changes then
     */
    public void precision(Precision precision) {
        try {
            backend.precision(precision);
        } catch (DeviceException e) {
            throw new DeviceException("device " + name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Device d && d.backend == backend;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(backend);
    }

    @Override
    public String toString() {
        return name;
    }
}
