package soma.nn;

import soma.nn.checkpoint.HostTensor;
import soma.tensor.Device;
import soma.tensor.Shape;

/** One tensor of a module's state: what a state dict has a name for. */
public sealed interface StateEntry permits Parameter, Buffer, Counter {
    /** The dotted name from the root of the tree, once that was initialised. */
    String name();

    /** The shape in PyTorch's layout, as state dicts have it. */
    Shape stateShape();

    /** The present value in PyTorch's layout. */
    HostTensor toHost();

    /** Takes a value of shape {@link #stateShape}. */
    void load(HostTensor value);

    /** Takes a place on a device and the initial value. */
    void initialize(String name, Device device, RandomStreams streams);

    /** Takes a place on a device and a stored value. */
    void initialize(String name, Device device, HostTensor value);

    /** Frees the memory. */
    void free();
}
