package soma.cuda;

import soma.cuda.driver.Driver;
import soma.cuda.library.Blas;
import soma.cuda.library.Dnn;
import soma.tensor.DType;
import soma.tensor.spi.Backend;
import soma.tensor.spi.BoxKernels;
import soma.tensor.spi.ConvKernels;
import soma.tensor.spi.ElementwiseKernels;
import soma.tensor.spi.Graphs;
import soma.tensor.spi.ImageKernels;
import soma.tensor.spi.IndexKernels;
import soma.tensor.spi.Instruments;
import soma.tensor.spi.LossKernels;
import soma.tensor.spi.MatMulKernels;
import soma.tensor.spi.MemoryReport;
import soma.tensor.spi.NormKernels;
import soma.tensor.spi.OptimizerKernels;
import soma.tensor.spi.Precision;
import soma.tensor.spi.ReduceKernels;
import soma.tensor.spi.SpatialKernels;
import soma.tensor.spi.Storage;
import soma.tensor.spi.VisionKernels;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Soma's own kernels on a {@link Driver}: an NVIDIA GPU, or the emulator. */
public final class CudaBackend implements Backend {
    private final Driver driver;
    private final DeviceMemory memory;
    private final Launcher launcher;
    private final Instruments instruments;
    private final IndexCheck indexCheck;
    private final Graphs graphs;
    private final LossKernels loss;
    private final IndexKernels index;
    private final VisionKernels vision;
    private final CudaMatMul matMul;
    private final Optional<Dnn> dnn;
    private final CudaConv conv;
    private final ElementwiseKernels elementwise;
    private final ReduceKernels reduce;
    private final NormKernels norm;
    private final SpatialKernels spatial;
    private final BoxKernels boxes;
    private final ImageKernels images;
    private final OptimizerKernels optimizer;
    private long roundTrips;

    /** A backend with no memory yet; the driver is its own from now on. */
    public CudaBackend(Driver driver) {
        this(driver, Optional.empty(), Optional.empty());
    }

    /** The same with libraries for matrix products and convolutions. */
    public CudaBackend(Driver driver, Optional<Blas> blas, Optional<Dnn> dnn) {
        this.driver = driver;
        memory = new DeviceMemory(driver);
        launcher = new Launcher(driver);
        instruments = new CudaInstruments(this, launcher);
        elementwise = new CudaElementwise(launcher);
        reduce = new CudaReduce(launcher, this);
        norm = new CudaNorm(this, launcher);
        spatial = new CudaSpatial(this, launcher);
        boxes = new CudaBoxes(launcher);
        images = new CudaImages(launcher);
        optimizer = new CudaOptimizer(this, launcher);
        indexCheck = new IndexCheck(driver);
        graphs = new CudaGraphs(driver, memory, indexCheck);
        loss = new CudaLoss(launcher, indexCheck);
        index = new CudaIndex(launcher, this, indexCheck);
        vision = new CudaVision(launcher, this, indexCheck);
        matMul = new CudaMatMul(this, launcher, CudaProperties.precision(), blas);
        this.dnn = dnn;
        conv =
                new CudaConv(
                        launcher,
                        matMul.gemm(),
                        dnn.map(library -> new DnnConv(library, this, matMul.gemm())));
    }

    /** What runs the kernels. */
    public Driver driver() {
        return driver;
    }

    /** Times that the host waited for a result so far. */
    public long roundTrips() {
        return roundTrips;
    }

    /** Kernels started so far. */
    public long launches() {
        return launcher.launches();
    }

    @Override
    public Storage allocate(DType dtype, int size, String op) {
        return memory.allocate(this, dtype, size, op);
    }

    @Override
    public Storage allocateFor(Backend owner, DType dtype, int size, String op) {
        return memory.allocate(owner, dtype, size, op);
    }

    @Override
    public MemoryReport memory() {
        return memory.report();
    }

    @Override
    public void trim() {
        memory.trim();
    }

    @Override
    public void upload(Object array, int from, Storage to, int offset, int length) {
        if (length > 0) {
            driver.upload(segment(array, to, from, length), address(to, offset));
        }
    }

    @Override
    public void download(Storage from, int offset, Object array, int to, int length) {
        if (length > 0) {
            roundTrips++;
            driver.download(address(from, offset), segment(array, from, to, length));
            indexCheck.report();
        }
    }

    private static long address(Storage storage, int offset) {
        return Launcher.address(storage) + (long) offset * storage.dtype().bytes();
    }

    private static MemorySegment segment(Object array, Storage other, int from, int length) {
        DType dtype = other.dtype();
        MemorySegment whole =
                switch (array) {
                    case float[] a when dtype == DType.FLOAT32 -> MemorySegment.ofArray(a);
                    case double[] a when dtype == DType.FLOAT64 -> MemorySegment.ofArray(a);
                    case int[] a when dtype == DType.INT32 -> MemorySegment.ofArray(a);
                    case long[] a when dtype == DType.INT64 -> MemorySegment.ofArray(a);
                    case byte[] a when dtype.bytes() == 1 -> MemorySegment.ofArray(a);
                    default ->
                            throw new IllegalArgumentException(
                                    "copy of "
                                            + dtype
                                            + ": expected an array of that type, got "
                                            + array.getClass().getSimpleName());
                };
        return whole.asSlice((long) from * dtype.bytes(), (long) length * dtype.bytes());
    }

    /**
     * Takes other kernels for matrix products and convolutions from here on; {@code
     * soma.cuda.gemm}, where it is set, has the last word.
     *
     * @throws soma.tensor.DeviceException if the device is too old for them; nothing changes then
     */
    @Override
    public void precision(Precision precision) {
        matMul.gemm().precision(precision);
        dnn.ifPresent(library -> library.precision(precision));
    }

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

    /** Holds a buffer for the graph that is being recorded, if there is one. */
    void holdForGraph(Storage storage) {
        memory.holdForGraph(storage);
    }

    @Override
    public Optional<Graphs> graphs() {
        return Optional.of(graphs);
    }

    @Override
    public Optional<Instruments> instruments() {
        return Optional.of(instruments);
    }
}
