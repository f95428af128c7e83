package soma.maskrcnn.forward;

import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;
import soma.tensor.DType;
import soma.tensor.Tensor;

import java.util.function.Predicate;

/**
 * Keeps the named intermediates of a forward pass on the host, whole and as PyTorch lays them out:
 * whatever has rank 4 becomes NCHW, integers become int64. A name that is seen again replaces the
 * earlier value.
 */
public final class TraceRecorder implements Trace {
    private final Predicate<String> wanted;
    private final StateDict tensors = new StateDict("trace");

    /** Keeps everything. */
    public TraceRecorder() {
        this(name -> true);
    }

    /** Keeps what {@code wanted} accepts by name. */
    public TraceRecorder(Predicate<String> wanted) {
        this.wanted = wanted;
    }

    @Override
    public void seen(String name, Tensor value) {
        if (wanted.test(name)) {
            tensors.put(name, toHost(value));
        }
    }

    /** What has been kept, in the order of the first sight of each name. */
    public StateDict tensors() {
        return tensors;
    }

    private static HostTensor toHost(Tensor value) {
        Tensor t = value.rank() == 4 ? value.detach().permute(0, 3, 1, 2) : value.detach();
        int[] dims = t.shape().dims();
        if (t.dtype() == DType.FLOAT32) {
            return HostTensor.of(t.toFloats(), dims);
        }
        if (t.dtype() == DType.FLOAT64) {
            return HostTensor.of(t.toDoubles(), dims);
        }
        int[] values = t.toInts();
        long[] wide = new long[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return HostTensor.of(wide, dims);
    }
}
