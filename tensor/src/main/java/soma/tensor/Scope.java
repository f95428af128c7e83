package soma.tensor;

import soma.tensor.autograd.Node;
import soma.tensor.spi.Storage;

import java.util.ArrayList;
import java.util.List;

/**
 * The lifetime of intermediates. Every tensor belongs to the innermost open scope of its thread,
 * which lets go of its buffers when it closes: they return to the device's pool, except those that
 * a graph still needs for its gradient. A result that outlives a scope is {@linkplain #promote
 * promoted} to the enclosing one or {@linkplain Tensor#keep kept} by name.
 *
 * <p>The outermost scope is one step or one image; graphs end with it at the latest.
 *
 * <pre>{@code
 * try (Scope step = Scope.open("step", Device.cpu())) {
 *     Tensor loss = model.loss(batch);
 *     Gradients gradients = Autograd.backward(loss);
 * }
 * }</pre>
 */
public final class Scope implements AutoCloseable {
    private static final ThreadLocal<Scope> CURRENT = new ThreadLocal<>();

    private final String name;
    private final Device device;
    private final Scope parent;
    private final List<Storage> owned = new ArrayList<>();
    private final List<Node> graph;
    private boolean closed;

    private Scope(String name, Device device, Scope parent) {
        this.name = name;
        this.device = device;
        this.parent = parent;
        this.graph = parent == null ? new ArrayList<>() : parent.graph;
    }

    /** Opens a scope on a device. */
    public static Scope open(String name, Device device) {
        Scope parent = CURRENT.get();
        if (parent != null && !parent.device.equals(device)) {
            throw new DeviceException(
                    "scope "
                            + name
                            + ": expected the enclosing scope's device "
                            + parent.device
                            + ", got "
                            + device);
        }
        Scope scope = new Scope(name, device, parent);
        CURRENT.set(scope);
        return scope;
    }

    /** Opens a scope inside the current one, on its device. */
    public static Scope open(String name) {
        return open(name, current().device);
    }

    /**
     * The innermost open scope of this thread.
     *
     * @throws IllegalStateException if there is none
     */
    public static Scope current() {
        Scope scope = CURRENT.get();
        if (scope == null) {
            throw new IllegalStateException(
                    "no scope is open on this thread; wrap tensor code in try (Scope s ="
                            + " Scope.open(name, device))");
        }
        return scope;
    }

    /** The device on which this scope allocates. */
    public Device device() {
        return device;
    }

    /** Lets a tensor of this scope live as long as the enclosing scope. */
    public Tensor promote(Tensor t) {
        if (parent == null) {
            throw new IllegalStateException(
                    "scope " + name + " is the outermost; use keep(name) for what outlives it");
        }
        parent.own(t.storage().retain());
        return t;
    }

    /** Takes over one reference to a buffer, which it lets go when it closes. */
    public void own(Storage storage) {
        owned.add(storage);
    }

    /** Remembers a node whose saved tensors must be let go with the graph. */
    public void track(Node node) {
        graph.add(node);
    }

    /** Lets go of everything that was neither promoted, kept nor saved for a gradient. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (CURRENT.get() != this) {
            throw new IllegalStateException(
                    "scope "
                            + name
                            + " is closed while scope "
                            + CURRENT.get()
                            + " is still open inside it");
        }
        closed = true;
        if (parent == null) {
            graph.forEach(Node::release);
            CURRENT.remove();
        } else {
            CURRENT.set(parent);
        }
        owned.forEach(Storage::release);
    }

    @Override
    public String toString() {
        return name;
    }
}
