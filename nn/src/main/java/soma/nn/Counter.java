package soma.nn;

import soma.nn.checkpoint.HostTensor;
import soma.tensor.Device;
import soma.tensor.Shape;

/** An int64 scalar of a module's state, kept on the host, such as the number of batches seen. */
public final class Counter implements StateEntry {
    private String name = "unnamed";
    private long value;

    @Override
    public String name() {
        return name;
    }

    /** The count. */
    public long value() {
        return value;
    }

    /** Adds one. */
    public void increment() {
        value++;
    }

    @Override
    public Shape stateShape() {
        return Shape.of();
    }

    @Override
    public HostTensor toHost() {
        return HostTensor.of(new long[] {value});
    }

    @Override
    public void load(HostTensor stored) {
        value = stored.longs()[0];
    }

    @Override
    public void initialize(String newName, Device device, RandomStreams streams) {
        name = newName;
        value = 0;
    }

    @Override
    public void initialize(String newName, Device device, HostTensor stored) {
        name = newName;
        load(stored);
    }

    @Override
    public void free() {
        // Nothing on a device.
    }
}
