package soma.nn;

import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;

import java.util.List;
import java.util.function.Supplier;

/** Tensors computed from parameters without a graph, kept until those change. */
final class CachedTensors {
    private final String name;
    private List<Tensor> tensors;
    private long version;

    CachedTensors(String name) {
        this.name = name;
    }

    /**
     * What {@code compute} gave when the inputs were last of this version.
     *
     * @param inputs sum of the versions of all that goes in
     */
    List<Tensor> get(long inputs, Supplier<List<Tensor>> compute) {
        if (tensors == null || version != inputs) {
            release();
            try (Autograd.NoGrad _ = Autograd.noGrad();
                    Scope _ = Scope.open(name)) {
                List<Tensor> fresh = compute.get();
                fresh.forEach(t -> t.keep(name));
                tensors = fresh;
                version = inputs;
            }
        }
        return tensors;
    }

    void release() {
        if (tensors != null) {
            tensors.forEach(Tensor::release);
            tensors = null;
        }
    }
}
