package soma.tensor.autograd;

import soma.tensor.Tensor;

import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;

/** Gradients by node. Those of leaves live as long as the scope in which backward ran. */
public final class Gradients {
    private final Map<Node, Tensor> byNode = new IdentityHashMap<>();

    Gradients() {}

    /** The gradient of a leaf, or null if the result doesn't depend on it. */
    public Tensor of(Tensor leaf) {
        return byNode.get(leaf.node());
    }

    Collection<Tensor> all() {
        return byNode.values();
    }

    Tensor take(Node node) {
        return byNode.remove(node);
    }

    Tensor peek(Node node) {
        return byNode.get(node);
    }

    void put(Node node, Tensor gradient) {
        byNode.put(node, gradient);
    }
}
