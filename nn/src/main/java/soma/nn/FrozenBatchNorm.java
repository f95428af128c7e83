package soma.nn;

import soma.tensor.Functional;
import soma.tensor.Tensor;

import java.util.List;

/**
 * Batch normalisation with fixed statistics and affine map (detectron2's {@code
 * FrozenBatchNorm2d}): buffers only, identity at first.
 */
public final class FrozenBatchNorm extends Norm {
    private static final double EPS = 1e-5;

    private final Buffer weight;
    private final Buffer bias;
    private final Buffer mean;
    private final Buffer variance;
    private final CachedTensors affine = new CachedTensors("frozen batch norm affine");

    /** Over {@code channels} channels. */
    public FrozenBatchNorm(int channels) {
        weight = entry("weight", new Buffer(channels, 1));
        bias = entry("bias", new Buffer(channels, 0));
        mean = entry("running_mean", new Buffer(channels, 0));
        variance = entry("running_var", new Buffer(channels, 1 - EPS));
    }

    @Override
    public Tensor forward(Tensor x) {
        Affine a = affine();
        return Functional.frozenBatchNorm(x, a.scale(), a.shift());
    }

    @Override
    Affine affine() {
        List<Tensor> t =
                affine.get(
                        version(),
                        () -> {
                            Tensor scale = variance.value().add(EPS).rsqrt().mul(weight.value());
                            return List.of(scale, bias.value().sub(mean.value().mul(scale)));
                        });
        return new Affine(t.get(0), t.get(1));
    }

    @Override
    long version() {
        return weight.version() + bias.version() + mean.version() + variance.version();
    }

    @Override
    protected void releaseCaches() {
        affine.release();
    }
}
