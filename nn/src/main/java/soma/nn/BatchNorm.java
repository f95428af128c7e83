package soma.nn;

import soma.tensor.Functional;
import soma.tensor.Functional.BatchNormResult;
import soma.tensor.ShapeException;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;

import java.util.List;

/**
 * Batch normalisation (Ioffe and Szegedy 2015), eps 1e-5. {@linkplain #training In training} it
 * uses the batch's mean and biased variance, and averages the mean and the unbiased variance into
 * its running statistics with momentum 0.1; otherwise it uses those.
 */
public final class BatchNorm extends Norm {
    private static final double EPS = 1e-5;
    private static final double MOMENTUM = 0.1;

    private final Parameter weight;
    private final Parameter bias;
    private final Buffer mean;
    private final Buffer variance;
    private final Counter batches;
    private final CachedTensors affine = new CachedTensors("batch norm affine");

    /** Over {@code channels} channels. */
    public BatchNorm(int channels) {
        weight = entry("weight", Parameter.vector(channels, Init.constant(1), Parameter.Role.NORM));
        bias = entry("bias", Parameter.vector(channels, Init.constant(0), Parameter.Role.NORM));
        mean = entry("running_mean", new Buffer(channels, 0));
        variance = entry("running_var", new Buffer(channels, 1));
        batches = entry("num_batches_tracked", new Counter());
    }

    @Override
    public Tensor forward(Tensor x) {
        if (!isTraining()) {
            Affine a = affine();
            return Functional.frozenBatchNorm(x, a.scale(), a.shift());
        }
        int count = x.size() / Math.max(1, x.dim(-1));
        if (count < 2) {
            throw ShapeException.of(
                    "BatchNorm", weight.name(), "more than one value a channel", x.shape());
        }
        BatchNormResult r = Functional.batchNorm(x, weight.value(), bias.value(), EPS);
        try (Autograd.NoGrad _ = Autograd.noGrad()) {
            average(mean, r.mean());
            average(variance, r.variance().mul(count / (count - 1.0)));
        }
        batches.increment();
        return r.out();
    }

    private static void average(Buffer running, Tensor batch) {
        running.assign(running.value().mul(1 - MOMENTUM).add(batch.mul(MOMENTUM)));
    }

    @Override
    Affine affine() {
        if (isTraining()) {
            return null;
        }
        if (Autograd.isRecording() && (weight.trainable() || bias.trainable())) {
            return compute();
        }
        List<Tensor> t =
                affine.get(
                        version(),
                        () -> {
                            Affine a = compute();
                            return List.of(a.scale(), a.shift());
                        });
        return new Affine(t.get(0), t.get(1));
    }

    private Affine compute() {
        Tensor scale = variance.value().add(EPS).rsqrt().mul(weight.value());
        return new Affine(scale, bias.value().sub(mean.value().mul(scale)));
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
