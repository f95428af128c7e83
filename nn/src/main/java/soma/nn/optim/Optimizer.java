package soma.nn.optim;

import soma.nn.Parameter;
import soma.nn.checkpoint.CheckpointException;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;
import soma.tensor.DType;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;
import soma.tensor.spi.OptimizerKernels;
import soma.tensor.spi.View;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Updates parameters from gradients. Its state is one or more tensors a parameter, each of the
 * parameter's shape, which are created when the parameter first has a gradient.
 */
public abstract sealed class Optimizer implements AutoCloseable permits Sgd, AdamW {
    private static final String STEP = ".step";

    private final List<OptimizedParameter> parameters;
    private final GradientClipping clipping;
    private final List<String> slots;
    private final Map<Parameter, State> state = new LinkedHashMap<>();

    /** Of one parameter. */
    private static final class State {
        private final List<Tensor> tensors;
        private long steps;

        State(List<Tensor> tensors, long steps) {
            this.tensors = tensors;
            this.steps = steps;
        }
    }

    /**
     * Of one parameter.
     *
     * @param gradient clipped and contiguous
     * @param state of the parameter, zero at first
     * @param step how many updates of this parameter this one makes
     */
    record Update(
            OptimizedParameter optimized,
            Tensor gradient,
            List<Tensor> state,
            double rate,
            long step) {
        View parameterView() {
            return optimized.parameter().value().view();
        }

        View gradientView() {
            return gradient.view();
        }

        View stateView(int slot) {
            return state.get(slot).view();
        }
    }

    /**
     * For some parameters.
     *
     * @param slots names of the state tensors, as PyTorch has them
     */
    Optimizer(List<OptimizedParameter> parameters, GradientClipping clipping, List<String> slots) {
        this.parameters = List.copyOf(parameters);
        this.clipping = clipping;
        this.slots = slots;
    }

    /** What is updated, in order. */
    public final List<OptimizedParameter> parameters() {
        return parameters;
    }

    /** The gradients of the parameters that have one, in order. */
    public final Map<Parameter, Tensor> present(Gradients gradients) {
        Map<Parameter, Tensor> present = new LinkedHashMap<>();
        for (OptimizedParameter o : parameters) {
            Tensor g = gradients.of(o.parameter().value());
            if (g != null) {
                present.put(o.parameter(), g);
            }
        }
        return present;
    }

    /**
     * One update in the current scope. Parameters that have no gradient are left alone.
     *
     * @param rate learning rate, before each parameter's factor
     */
    public final void step(Gradients gradients, double rate) {
        step(present(gradients), rate);
    }

    /** Like {@link #step(Gradients, double)}, with gradients as {@link #present} gives them. */
    public final void step(Map<Parameter, Tensor> gradients, double rate) {
        try (Autograd.NoGrad _ = Autograd.noGrad();
                Scope _ = Scope.open("optimizer step")) {
            UnaryOperator<Tensor> clip = clipping.prepare(List.copyOf(gradients.values()));
            List<Update> updates = new ArrayList<>();
            for (OptimizedParameter o : parameters) {
                Tensor g = gradients.get(o.parameter());
                if (g != null) {
                    updates.add(next(o, clip.apply(g).contiguous(), rate));
                }
            }
            if (!updates.isEmpty()) {
                update(updates.getFirst().gradient().backend().optimizer(), updates);
                updates.forEach(u -> u.optimized().parameter().touch());
            }
        }
    }

    private Update next(OptimizedParameter o, Tensor g, double rate) {
        State own = state.computeIfAbsent(o.parameter(), p -> new State(allocate(p), 0));
        own.steps++;
        return new Update(o, g, own.tensors, rate * o.rateFactor(), own.steps);
    }

    private List<Tensor> allocate(Parameter p) {
        List<Tensor> own = new ArrayList<>();
        for (String slot : slots) {
            Tensor t = Tensor.full(DType.FLOAT32, 0, p.shape().dims());
            own.add(t.keep(p.name() + "." + slot));
        }
        return own;
    }

    /** Makes all updates of one step, at least one. */
    abstract void update(OptimizerKernels kernels, List<Update> updates);

    /**
     * The state, under {@code <parameter>.<slot>} and in PyTorch's layout, with the number of
     * updates under {@code <parameter>.step}; restoring it continues bit by bit.
     */
    public final StateDict stateDict() {
        StateDict dict = new StateDict("the optimizer");
        state.forEach(
                (p, own) -> {
                    for (int i = 0; i < slots.size(); i++) {
                        dict.put(p.name() + "." + slots.get(i), p.toHost(own.tensors.get(i)));
                    }
                    dict.put(p.name() + STEP, HostTensor.of(new long[] {own.steps}));
                });
        return dict;
    }

    /**
     * Takes a state that {@link #stateDict} gave; must be called in a scope of the parameters'
     * device.
     *
     * @throws CheckpointException if a tensor is missing, unexpected, or of another shape
     */
    public final void loadStateDict(StateDict dict) {
        close();
        StateDict left = new StateDict(dict.source()).putAll(dict);
        for (OptimizedParameter o : parameters) {
            Parameter p = o.parameter();
            HostTensor steps = left.remove(p.name() + STEP);
            if (steps != null) {
                State own = new State(allocate(p), steps.longs()[0]);
                state.put(p, own);
                for (int i = 0; i < slots.size(); i++) {
                    String name = p.name() + "." + slots.get(i);
                    fill(p, own.tensors.get(i), name, dict);
                    left.remove(name);
                }
            }
        }
        if (left.size() > 0) {
            throw new CheckpointException(
                    dict.source() + ": no parameter for optimizer state " + left.names());
        }
    }

    private static void fill(Parameter p, Tensor to, String name, StateDict dict) {
        HostTensor stored = dict.require(name);
        if (!stored.shape().equals(p.stateShape())) {
            throw new CheckpointException(
                    dict.source()
                            + ": "
                            + name
                            + ": expected shape "
                            + p.stateShape()
                            + ", got "
                            + stored.shape());
        }
        p.layout()
                .fromTorch(
                        stored,
                        p.shape(),
                        (values, offset, n) ->
                                to.backend().upload(values, 0, to.storage(), offset, n));
    }

    /** Forgets the state and frees its memory. */
    @Override
    public final void close() {
        state.values().forEach(own -> own.tensors.forEach(Tensor::release));
        state.clear();
    }
}
