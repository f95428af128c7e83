package soma.tensor.spi;

import java.util.Optional;

/** Offers one backend to {@link soma.tensor.Device}; found by {@link java.util.ServiceLoader}. */
public interface BackendProvider {
    /** The device name it answers to, as the command line takes it. */
    String name();

    /** {@code auto} takes the available provider of the highest rank. */
    int rank();

    /** Whether {@code device} (such as {@code cuda:1}) means this provider. */
    default boolean accepts(String device) {
        return device.equals(name());
    }

    /** Why the backend can't run on this machine, or empty if it can. */
    Optional<String> unavailable();

    /** The backend of {@code device}; the same object each time. */
    Backend backend(String device);
}
