package soma.tensor.spi;

import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/** Offers one backend to {@link soma.tensor.Device}; found by {@link java.util.ServiceLoader}. */
public interface BackendProvider {
    /** The device name it answers to, as the command line takes it. */
    String name();

    /** {@code auto} takes the available provider of the highest rank that {@link #automatic} is. */
    int rank();

    /** Whether {@code auto} may take it; not those that are there to test or measure others. */
    default boolean automatic() {
        return true;
    }

    /** Whether {@code device} (such as {@code cuda:1}) means this provider. */
    default boolean accepts(String device) {
        return device.equals(name());
    }

    /** Why the backend can't run on this machine, or empty if it can. */
    Optional<String> unavailable();

    /**
     * What a user may want to know of it, such as its hardware and libraries: names to values, in
     * the order to show them. Looks without computing anything, also where it is unavailable.
     */
    default SequencedMap<String, String> facts() {
        return new LinkedHashMap<>();
    }

    /** The backend of {@code device}, or of {@code auto}; the same object each time. */
    Backend backend(String device);
}
