package soma.cuda;

import soma.tensor.DType;
import soma.tensor.Layout;
import soma.tensor.Shape;
import soma.tensor.spi.Backend;
import soma.tensor.spi.Storage;
import soma.tensor.spi.View;

import java.util.ArrayList;
import java.util.List;

/**
 * Operands of kernels on a backend, so that a test can run the same call on two. Each lies a few
 * elements into its buffer, since views may.
 */
final class TestOperands implements AutoCloseable {
    private static final int OFFSET = 3;

    private final Backend backend;
    private final List<Storage> taken = new ArrayList<>();

    TestOperands(Backend backend) {
        this.backend = backend;
    }

    Backend backend() {
        return backend;
    }

    View floats(float[] values, int... dims) {
        return view(DType.FLOAT32, values, values.length, dims);
    }

    View ints(int[] values, int... dims) {
        return view(DType.INT32, values, values.length, dims);
    }

    View longs(long[] values, int... dims) {
        return view(DType.INT64, values, values.length, dims);
    }

    View bytes(DType dtype, byte[] values, int... dims) {
        return view(dtype, values, values.length, dims);
    }

    /** Nothing written yet. */
    View empty(DType dtype, int... dims) {
        return view(dtype, null, 0, dims);
    }

    private View view(DType dtype, Object values, int length, int... dims) {
        Shape shape = Shape.of(dims);
        int size = shape.size();
        Storage storage = backend.allocate(dtype, size + OFFSET, "test");
        taken.add(storage);
        if (length > 0) {
            backend.upload(values, 0, storage, OFFSET, length);
        }
        Layout whole = Layout.contiguous(Shape.of(size + OFFSET));
        return new View(storage, whole.slice(0, OFFSET, OFFSET + size, 1).reshape(shape));
    }

    /** The same buffer's elements as float32. */
    float[] floats(View view) {
        float[] out = new float[view.shape().size()];
        backend.download(view.storage(), view.layout().offset(), out, 0, out.length);
        return out;
    }

    int[] ints(View view) {
        return ints(view, view.shape().size());
    }

    /** The first elements. */
    int[] ints(View view, int count) {
        int[] out = new int[count];
        backend.download(view.storage(), view.layout().offset(), out, 0, count);
        return out;
    }

    long[] longs(View view) {
        long[] out = new long[view.shape().size()];
        backend.download(view.storage(), view.layout().offset(), out, 0, out.length);
        return out;
    }

    byte[] bytes(View view) {
        byte[] out = new byte[view.shape().size()];
        backend.download(view.storage(), view.layout().offset(), out, 0, out.length);
        return out;
    }

    @Override
    public void close() {
        taken.forEach(Storage::release);
    }
}
