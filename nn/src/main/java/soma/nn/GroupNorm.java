package soma.nn;

import soma.tensor.Functional;
import soma.tensor.ShapeException;
import soma.tensor.Tensor;

/** Group normalisation (Wu and He 2018), eps 1e-5. */
public final class GroupNorm extends Norm {
    private static final double EPS = 1e-5;

    private final int groups;
    private final Parameter weight;
    private final Parameter bias;

    /** Over {@code channels} channels in detectron2's 32 groups. */
    public GroupNorm(int channels) {
        this(channels, 32);
    }

    /**
     * Over {@code channels} channels in {@code groups} groups.
     *
     * @throws ShapeException if the groups don't divide the channels
     */
    public GroupNorm(int channels, int groups) {
        if (channels % groups != 0) {
            throw ShapeException.of("GroupNorm", "channels", "a multiple of " + groups, channels);
        }
        this.groups = groups;
        weight = entry("weight", Parameter.vector(channels, Init.constant(1), Parameter.Role.NORM));
        bias = entry("bias", Parameter.vector(channels, Init.constant(0), Parameter.Role.NORM));
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.groupNorm(x, groups, weight.value(), bias.value(), EPS);
    }

    @Override
    Affine affine() {
        return null;
    }

    @Override
    long version() {
        return weight.version() + bias.version();
    }
}
