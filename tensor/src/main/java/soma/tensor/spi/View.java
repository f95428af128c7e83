package soma.tensor.spi;

import soma.tensor.DType;
import soma.tensor.Layout;
import soma.tensor.Shape;

/** An operand of a kernel: a buffer and where in it the elements lie. */
public record View(Storage storage, Layout layout) {
    /** The extents. */
    public Shape shape() {
        return layout.shape();
    }

    /** The element type. */
    public DType dtype() {
        return storage.dtype();
    }
}
