package soma.tensor.cpu.vector;

import soma.tensor.cpu.CpuBackend;
import soma.tensor.cpu.scalar.ScalarBackend;
import soma.tensor.spi.Backend;
import soma.tensor.spi.BoxKernels;
import soma.tensor.spi.ConvKernels;
import soma.tensor.spi.ElementwiseKernels;
import soma.tensor.spi.ImageKernels;
import soma.tensor.spi.IndexKernels;
import soma.tensor.spi.LossKernels;
import soma.tensor.spi.MatMulKernels;
import soma.tensor.spi.NormKernels;
import soma.tensor.spi.OptimizerKernels;
import soma.tensor.spi.ReduceKernels;
import soma.tensor.spi.SpatialKernels;
import soma.tensor.spi.VisionKernels;

/**
 * The fast CPU backend: float32 kernels on the Vector API, spread over {@link
 * soma.tensor.cpu.Workers}. What it does not specialise, such as float64, the reference kernels do
 * on the same memory. Results do not depend on the number of threads.
 */
public final class VectorBackend extends CpuBackend {
    private final Backend reference = new ScalarBackend();
    private final ElementwiseKernels elementwise = new VectorElementwise(reference.elementwise());
    private final ReduceKernels reduce = new VectorReduce(reference.reduce());
    private final MatMulKernels matMul = new VectorMatMul(reference.matMul());
    private final ConvKernels conv = new VectorConv(reference.conv());
    private final SpatialKernels spatial = new VectorSpatial(reference.spatial());
    private final NormKernels norm = new VectorNorm(reference.norm());
    private final LossKernels loss = new VectorLoss(reference.loss());
    private final IndexKernels index = new VectorIndex(reference.index());
    private final VisionKernels vision = new VectorVision(reference.vision());
    private final BoxKernels boxes = new VectorBoxes();
    private final ImageKernels images = new VectorImages();
    private final OptimizerKernels optimizer = new VectorOptimizer(reference.optimizer());

    @Override
    public ElementwiseKernels elementwise() {
        return elementwise;
    }

    @Override
    public ReduceKernels reduce() {
        return reduce;
    }

    @Override
    public MatMulKernels matMul() {
        return matMul;
    }

    @Override
    public ConvKernels conv() {
        return conv;
    }

    @Override
    public SpatialKernels spatial() {
        return spatial;
    }

    @Override
    public NormKernels norm() {
        return norm;
    }

    @Override
    public LossKernels loss() {
        return loss;
    }

    @Override
    public IndexKernels index() {
        return index;
    }

    @Override
    public VisionKernels vision() {
        return vision;
    }

    @Override
    public BoxKernels boxes() {
        return boxes;
    }

    @Override
    public ImageKernels images() {
        return images;
    }

    @Override
    public OptimizerKernels optimizer() {
        return optimizer;
    }
}
