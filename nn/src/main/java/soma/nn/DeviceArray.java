package soma.nn;

import soma.tensor.DType;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Shape;
import soma.tensor.Tensor;

/** float32 memory on a device that belongs to no scope: the storage of parameters and buffers. */
final class DeviceArray {
    private final Shape shape;
    private String name = "unnamed";
    private Tensor tensor;
    private long version;

    DeviceArray(Shape shape) {
        this.shape = shape;
    }

    Shape shape() {
        return shape;
    }

    String name() {
        return name;
    }

    /** Counts the changes, so that what was computed from the values can tell that it is stale. */
    long version() {
        return version;
    }

    void touch() {
        version++;
    }

    void allocate(String newName, Device device) {
        free();
        name = newName;
        try (Scope _ = Scope.open(name, device)) {
            tensor = Tensor.empty(name, DType.FLOAT32, shape).keep(name);
        }
    }

    Tensor tensor() {
        if (tensor == null) {
            throw new IllegalStateException(
                    name + " has no memory yet; call initialize on the root module");
        }
        return tensor;
    }

    void upload(float[] values) {
        upload(values, 0, values.length);
        version++;
    }

    /** A part of the values; whoever has given all parts has to {@link #touch}. */
    void upload(float[] values, int offset, int length) {
        Tensor t = tensor();
        t.backend().upload(values, 0, t.storage(), offset, length);
    }

    /** Copies the values of a tensor of the same shape, on the device. */
    void assign(Tensor values) {
        Tensor t = tensor();
        t.backend().elementwise().copy(values.view(), t.view());
        version++;
    }

    void free() {
        if (tensor != null) {
            tensor.release();
            tensor = null;
        }
    }
}
