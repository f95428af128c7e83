package soma.tensor.autograd;

import soma.tensor.spi.ConvGeometry;

/** What gradient rules need beside tensors. */
public final class Attributes {
    private Attributes() {}

    /** Elements {@code from} to {@code to} (exclusive) of an axis, every {@code step}-th. */
    public record SliceRange(int axis, int from, int to, int step) {}

    /** A convolution and whether ReLU was applied to its result. */
    public record Convolution(ConvGeometry geometry, boolean relu) {}
}
