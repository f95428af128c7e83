package soma.nn;

import soma.tensor.Tensor;

/** A normalisation over the channels of an NHWC map. */
public abstract sealed class Norm extends Module permits FrozenBatchNorm, BatchNorm, GroupNorm {
    /**
     * {@code x * scale + shift} per channel.
     *
     * @param scale [c]
     * @param shift [c]
     */
    public record Affine(Tensor scale, Tensor shift) {}

    /** Normalises a map. */
    public abstract Tensor forward(Tensor x);

    /** The fixed affine map that it is at present, or null if it depends on its input. */
    abstract Affine affine();

    /** Sum of the versions of what {@link #affine} is computed from. */
    abstract long version();
}
