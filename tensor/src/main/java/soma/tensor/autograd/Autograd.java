package soma.tensor.autograd;

import soma.tensor.Scope;
import soma.tensor.ShapeException;
import soma.tensor.Tensor;
import soma.tensor.spi.ElementwiseKernels.Binary;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Define-by-run reverse-mode differentiation: ops record nodes, {@link #backward} walks them once.
 */
public final class Autograd {
    private static final ThreadLocal<Integer> DISABLED = ThreadLocal.withInitial(() -> 0);

    private Autograd() {}

    /** A region without recording; close it to leave. */
    public interface NoGrad extends AutoCloseable {
        @Override
        void close();
    }

    /** Stops recording on this thread until closed; regions nest. */
    public static NoGrad noGrad() {
        DISABLED.set(DISABLED.get() + 1);
        return () -> DISABLED.set(DISABLED.get() - 1);
    }

    /** Whether ops on this thread record nodes. */
    public static boolean isRecording() {
        return DISABLED.get() == 0;
    }

    /**
     * The node of an op's result, or null if nothing is recorded.
     *
     * @param inputs operands in the order of the rule's gradients; null where an optional one is
     *     absent
     * @param saved what the rule reads
     * @param attribute what the rule needs beside tensors
     */
    public static Node record(
            Op op, Tensor out, Tensor[] inputs, Tensor[] saved, Object attribute) {
        if (!isRecording()) {
            return null;
        }
        boolean wanted = false;
        for (Tensor t : inputs) {
            wanted |= t != null && t.requiresGrad();
        }
        if (!wanted) {
            return null;
        }
        Node node = new Node(op, inputs, saved, attribute, out.shape(), out.dtype());
        Scope.current().track(node);
        return node;
    }

    /**
     * Gradients of a scalar with respect to the leaves it depends on. Saved tensors are freed as
     * soon as they are used, so a graph can be walked once.
     *
     * @throws ShapeException if {@code loss} has more than one element
     */
    public static Gradients backward(Tensor loss) {
        if (loss.size() != 1) {
            throw ShapeException.of("backward", "loss", "one element", loss.shape());
        }
        return backward(loss, Tensor.full(loss.dtype(), 1, loss.shape().dims()));
    }

    /** Gradients of {@code sum(result * seed)}. */
    public static Gradients backward(Tensor result, Tensor seed) {
        if (!result.requiresGrad()) {
            throw new IllegalStateException("backward: the tensor does not depend on any leaf");
        }
        if (!seed.shape().equals(result.shape())) {
            throw ShapeException.of("backward", "seed", result.shape(), seed.shape());
        }
        Gradients gradients = new Gradients();
        try (NoGrad _ = noGrad()) {
            seed.storage().retain();
            gradients.put(result.node(), seed);
            for (Node node : topologicalOrder(result.node())) {
                if (node.op() != Op.LEAF) {
                    step(node, gradients);
                }
            }
            // From here on the scope of the caller owns the leaves' gradients.
            gradients.all().forEach(g -> Scope.current().own(g.storage()));
        }
        return gradients;
    }

    private static void step(Node node, Gradients gradients) {
        Tensor gradient = gradients.take(node);
        if (gradient == null) {
            node.release();
            return;
        }
        try (Scope _ = Scope.open(node.name() + " backward")) {
            Tensor[] parts = GradientRules.of(node.op()).apply(node, gradient);
            for (int i = 0; i < parts.length; i++) {
                if (parts[i] != null && node.wants(i)) {
                    accumulate(node, i, parts[i], gradients);
                }
            }
        }
        node.release();
        gradient.storage().release();
    }

    /** The store holds one reference to each gradient's buffer. */
    private static void accumulate(Node node, int i, Tensor part, Gradients gradients) {
        if (!part.shape().equals(node.inputShape(i))) {
            throw ShapeException.of(
                    node.name() + " backward",
                    "gradient of input " + i,
                    node.inputShape(i),
                    part.shape());
        }
        Node input = node.input(i);
        Tensor sum = gradients.peek(input);
        if (sum == null) {
            part.storage().retain();
            gradients.put(input, part);
        } else if (!sum.storage().isShared() && sum.view().layout().isContiguous()) {
            sum.backend().elementwise().binary(Binary.ADD, sum.view(), part.view(), sum.view());
        } else {
            Tensor total = sum.add(part);
            total.storage().retain();
            gradients.put(input, total);
            sum.storage().release();
        }
    }

    /** Results before what they are made of; iterative, since graphs are deeper than the stack. */
    private static List<Node> topologicalOrder(Node root) {
        List<Node> order = new ArrayList<>();
        Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Node> stack = new ArrayDeque<>();
        Deque<Integer> next = new ArrayDeque<>();
        seen.add(root);
        stack.push(root);
        next.push(0);
        while (!stack.isEmpty()) {
            Node node = stack.peek();
            int i = next.pop();
            while (i < node.arity() && (node.input(i) == null || !seen.add(node.input(i)))) {
                i++;
            }
            if (i == node.arity()) {
                order.add(stack.pop());
            } else {
                next.push(i + 1);
                stack.push(node.input(i));
                next.push(0);
            }
        }
        Collections.reverse(order);
        return order;
    }
}
