package soma.nn;

import soma.nn.checkpoint.HostTensor;
import soma.tensor.Device;
import soma.tensor.Shape;
import soma.tensor.Tensor;

/**
 * A trained float32 tensor. {@link #value} is the same leaf of the graph until it is frozen or
 * freed, so {@code gradients.of(parameter.value())} finds its gradient.
 */
public final class Parameter implements StateEntry {
    /** What kind of parameter it is, for weight decay and learning rates. */
    public enum Role {
        WEIGHT,
        BIAS,
        /** Scale or shift of a normalisation. */
        NORM
    }

    private final DeviceArray array;
    private final WeightLayout layout;
    private final Init init;
    private final Role role;
    private boolean trainable = true;
    private Tensor value;

    /**
     * Declares a parameter; it has no memory before {@link Module#initialize}.
     *
     * @param shape in Soma's layout
     */
    public Parameter(Shape shape, WeightLayout layout, Init init, Role role) {
        this.array = new DeviceArray(shape);
        this.layout = layout;
        this.init = init;
        this.role = role;
    }

    /** A vector, which both layouts store alike. */
    public static Parameter vector(int size, Init init, Role role) {
        return new Parameter(Shape.of(size), new WeightLayout.Plain(), init, role);
    }

    @Override
    public String name() {
        return array.name();
    }

    /** The extents in Soma's layout. */
    public Shape shape() {
        return array.shape();
    }

    @Override
    public Shape stateShape() {
        return layout.torchShape(array.shape());
    }

    /** How state dicts store it. */
    public WeightLayout layout() {
        return layout;
    }

    /** What kind of parameter it is. */
    public Role role() {
        return role;
    }

    /** Whether it is trained. */
    public boolean trainable() {
        return trainable;
    }

    /** Frees it for training, or freezes it, so that no gradient flows to it. */
    public void trainable(boolean on) {
        trainable = on;
        value = null;
    }

    /** The tensor, in Soma's layout: a leaf if it is trainable. */
    public Tensor value() {
        if (value == null) {
            value = trainable ? array.tensor().leaf(array.name()) : array.tensor();
        }
        return value;
    }

    /** Counts the changes of the values. */
    public long version() {
        return array.version();
    }

    /** To be called by whoever has changed the values in place. */
    public void touch() {
        array.touch();
    }

    /** Takes new values of the same shape, on the device. */
    public void assign(Tensor values) {
        array.assign(values);
    }

    @Override
    public HostTensor toHost() {
        return toHost(array.tensor());
    }

    /** A tensor of this parameter's shape, such as its gradient, in PyTorch's layout. */
    public HostTensor toHost(Tensor alike) {
        float[] values = layout.toTorch(alike.toFloats(), array.shape());
        return HostTensor.of(values, stateShape().dims());
    }

    @Override
    public void load(HostTensor stored) {
        layout.fromTorch(stored, array.shape(), array::upload);
        array.touch();
    }

    @Override
    public void initialize(String name, Device device, RandomStreams streams) {
        allocate(name, device);
        float[] values = new float[array.shape().size()];
        init.fill(values, stateShape().dims(), streams.fresh("init/" + name));
        array.upload(values);
    }

    @Override
    public void initialize(String name, Device device, HostTensor stored) {
        allocate(name, device);
        load(stored);
    }

    private void allocate(String name, Device device) {
        value = null;
        array.allocate(name, device);
    }

    @Override
    public void free() {
        value = null;
        array.free();
    }

    @Override
    public String toString() {
        return name() + " " + shape();
    }
}
