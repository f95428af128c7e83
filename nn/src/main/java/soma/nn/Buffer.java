package soma.nn;

import soma.nn.checkpoint.HostTensor;
import soma.tensor.Device;
import soma.tensor.Shape;
import soma.tensor.Tensor;

import java.util.Arrays;

/** A float32 vector of a module's state that is not trained, such as a running mean. */
public final class Buffer implements StateEntry {
    private final DeviceArray array;
    private final float initial;

    /** Declares a vector that starts at a constant. */
    public Buffer(int size, double initial) {
        this.array = new DeviceArray(Shape.of(size));
        this.initial = (float) initial;
    }

    @Override
    public String name() {
        return array.name();
    }

    @Override
    public Shape stateShape() {
        return array.shape();
    }

    /** The tensor; never part of a graph. */
    public Tensor value() {
        return array.tensor();
    }

    /** Counts the changes of the values. */
    public long version() {
        return array.version();
    }

    /** Takes new values of the same shape. */
    public void assign(Tensor values) {
        array.assign(values);
    }

    @Override
    public HostTensor toHost() {
        return HostTensor.of(array.tensor().toFloats(), stateShape().dims());
    }

    @Override
    public void load(HostTensor value) {
        array.upload(value.floats());
    }

    @Override
    public void initialize(String name, Device device, RandomStreams streams) {
        array.allocate(name, device);
        float[] values = new float[stateShape().size()];
        Arrays.fill(values, initial);
        array.upload(values);
    }

    @Override
    public void initialize(String name, Device device, HostTensor value) {
        array.allocate(name, device);
        load(value);
    }

    @Override
    public void free() {
        array.free();
    }
}
