package soma.nn;

import soma.tensor.Functional;
import soma.tensor.Functional.BatchNormResult;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;

import java.util.List;

/**
 * Batch normalisation with fixed statistics and affine map (detectron2's {@code
 * FrozenBatchNorm2d}): buffers only, identity at first.
 */
public final class FrozenBatchNorm extends Norm {
    /** Added to the variance, if nothing else is said. */
    public static final double EPS = 1e-5;

    private static final double CALIBRATION_EPS = 1e-3;

    private final double eps;
    private final Buffer weight;
    private final Buffer bias;
    private final Buffer mean;
    private final Buffer variance;
    private boolean calibrating;
    private final CachedTensors affine = new CachedTensors("frozen batch norm affine");

    /** Over {@code channels} channels. */
    public FrozenBatchNorm(int channels) {
        this(channels, EPS);
    }

    /**
     * Over {@code channels} channels.
     *
     * @param eps added to the variance; torchvision's published weights take 0
     */
    public FrozenBatchNorm(int channels, double eps) {
        this.eps = eps;
        weight = entry("weight", new Buffer(channels, 1));
        bias = entry("bias", new Buffer(channels, 0));
        mean = entry("running_mean", new Buffer(channels, 0));
        variance = entry("running_var", new Buffer(channels, 1 - eps));
    }

    /**
     * While on, each forward pass first takes the statistics that its input has, which makes the
     * output of a network of random weights well scaled: mean, and variance (unbiased) plus 1e-3.
     */
    public void calibrating(boolean on) {
        calibrating = on;
    }

    @Override
    public Tensor forward(Tensor x) {
        if (calibrating) {
            calibrate(x);
        }
        Affine a = current();
        return Functional.frozenBatchNorm(x, a.scale(), a.shift());
    }

    private void calibrate(Tensor x) {
        try (Autograd.NoGrad _ = Autograd.noGrad();
                Scope _ = Scope.open("calibration")) {
            double count = (double) x.size() / Math.max(1, x.dim(-1));
            BatchNormResult r = Functional.batchNorm(x.detach(), weight.value(), bias.value(), eps);
            mean.assign(r.mean());
            variance.assign(r.variance().mul(count / Math.max(1, count - 1)).add(CALIBRATION_EPS));
        }
    }

    /** Not fixed, and so not to be folded into weights, while it is being calibrated. */
    @Override
    Affine affine() {
        return calibrating ? null : current();
    }

    private Affine current() {
        List<Tensor> t =
                affine.get(
                        version(),
                        () -> {
                            Tensor scale = variance.value().add(eps).rsqrt().mul(weight.value());
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
