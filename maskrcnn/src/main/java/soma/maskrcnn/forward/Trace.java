package soma.maskrcnn.forward;

import soma.tensor.Tensor;

/** Sees the named intermediates of a forward pass; names as in the command line's {@code trace}. */
@FunctionalInterface
public interface Trace {
    /** Sees nothing. */
    Trace NONE = (name, value) -> {};

    /**
     * Called with each intermediate while its scope is open.
     *
     * @param value as laid out inside; whatever has rank 4 is NHWC
     */
    void seen(String name, Tensor value);
}
