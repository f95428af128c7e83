package soma.tensor.cpu.scalar;

import soma.tensor.cpu.CpuBackend;
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
 * The reference: every kernel as its definition reads, in float64, for any layout. It is the oracle
 * of the fast backends, and what they fall back to for what they do not specialise.
 */
public final class ScalarBackend extends CpuBackend {
    private final ElementwiseKernels elementwise = new ScalarElementwise();
    private final ReduceKernels reduce = new ScalarReduce();
    private final MatMulKernels matMul = new ScalarMatMul();
    private final ConvKernels conv = new ScalarConv();
    private final SpatialKernels spatial = new ScalarSpatial();
    private final NormKernels norm = new ScalarNorm();
    private final LossKernels loss = new ScalarLoss();
    private final IndexKernels index = new ScalarIndex();
    private final VisionKernels vision = new ScalarVision();
    private final BoxKernels boxes = new ScalarBoxes();
    private final ImageKernels images = new ScalarImages();
    private final OptimizerKernels optimizer = new ScalarOptimizer();

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
