package soma.tensor.autograd;

import soma.tensor.DType;
import soma.tensor.Shape;
import soma.tensor.Tensor;

import java.util.Arrays;
import java.util.List;

/**
 * One application of a primitive in the graph: where its gradients go, and the tensors its rule
 * needs. Saved buffers are held until the node's gradient has been computed or the graph's scope
 * closes.
 */
public final class Node {
    private final Op op;
    private final Node[] inputs;
    private final Shape[] inputShapes;
    private final Object attribute;
    private final Shape shape;
    private final DType dtype;
    private Tensor[] saved;

    Node(Op op, Tensor[] inputs, Tensor[] saved, Object attribute, Shape shape, DType dtype) {
        this.op = op;
        this.inputs = new Node[inputs.length];
        this.inputShapes = new Shape[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            this.inputs[i] = inputs[i] == null ? null : inputs[i].node();
            this.inputShapes[i] = inputs[i] == null ? null : inputs[i].shape();
        }
        this.saved = saved;
        this.attribute = attribute;
        this.shape = shape;
        this.dtype = dtype;
        for (Tensor t : saved) {
            if (t != null) {
                t.storage().retain();
            }
        }
    }

    /** A node where gradients are collected. */
    public static Node leaf(String name, Shape shape, DType dtype) {
        return new Node(Op.LEAF, new Tensor[0], new Tensor[0], name, shape, dtype);
    }

    /** The primitive. */
    public Op op() {
        return op;
    }

    /** Name of a leaf, or of the primitive. */
    public String name() {
        return op == Op.LEAF ? (String) attribute : op.name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Shape of the result. */
    public Shape shape() {
        return shape;
    }

    /** Type of the result. */
    public DType dtype() {
        return dtype;
    }

    /** Names of those inputs that are leaves, such as a layer's weight. */
    public List<String> leafInputs() {
        return Arrays.stream(inputs)
                .filter(input -> input != null && input.op == Op.LEAF)
                .map(Node::name)
                .toList();
    }

    /** Number of inputs. */
    int arity() {
        return inputs.length;
    }

    /** Node of input {@code i}, or null where no gradient flows. */
    Node input(int i) {
        return inputs[i];
    }

    /** Whether input {@code i} wants a gradient. */
    boolean wants(int i) {
        return inputs[i] != null;
    }

    /** Shape of input {@code i}. */
    Shape inputShape(int i) {
        return inputShapes[i];
    }

    /** Saved tensor {@code i}. */
    Tensor saved(int i) {
        if (saved == null) {
            throw new IllegalStateException(
                    name()
                            + ": backward has already run through this graph, which frees what it"
                            + " saved");
        }
        return saved[i];
    }

    /** What the op recorded beside tensors. */
    <T> T attribute(Class<T> type) {
        return type.cast(attribute);
    }

    /** Lets go of the saved buffers; more calls do nothing. */
    public void release() {
        if (saved != null) {
            for (Tensor t : saved) {
                if (t != null) {
                    t.storage().release();
                }
            }
            saved = null;
        }
    }
}
