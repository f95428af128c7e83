package soma.bench;

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
import soma.tensor.spi.ReduceKernels;
import soma.tensor.spi.SpatialKernels;
import soma.tensor.spi.Storage;
import soma.tensor.spi.VisionKernels;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Locale;
import java.util.Optional;

/**
 * A backend's kernels and memory, each call timed while the {@link #profile} is on; a device that
 * works on its own is waited for then. Unlike an observer of ops this sees gradients, optimisers
 * and kernels that give no tensor.
 */
final class ProfiledBackend implements Backend {
    private final Backend inner;
    private final KernelProfile profile = new KernelProfile();
    private final ElementwiseKernels elementwise;
    private final ReduceKernels reduce;
    private final MatMulKernels matMul;
    private final ConvKernels conv;
    private final SpatialKernels spatial;
    private final NormKernels norm;
    private final LossKernels loss;
    private final IndexKernels index;
    private final VisionKernels vision;
    private final BoxKernels boxes;
    private final ImageKernels images;
    private final OptimizerKernels optimizer;

    /** Before {@code b}, which must be able to allocate for others. */
    ProfiledBackend(Backend b) {
        inner = b;
        elementwise = timed(ElementwiseKernels.class, b.elementwise());
        reduce = timed(ReduceKernels.class, b.reduce());
        matMul = timed(MatMulKernels.class, b.matMul());
        conv = timed(ConvKernels.class, b.conv());
        spatial = timed(SpatialKernels.class, b.spatial());
        norm = timed(NormKernels.class, b.norm());
        loss = timed(LossKernels.class, b.loss());
        index = timed(IndexKernels.class, b.index());
        vision = timed(VisionKernels.class, b.vision());
        boxes = timed(BoxKernels.class, b.boxes());
        images = timed(ImageKernels.class, b.images());
        optimizer = timed(OptimizerKernels.class, b.optimizer());
    }

    KernelProfile profile() {
        return profile;
    }

    private <T> T timed(Class<T> family, T kernels) {
        String prefix =
                family.getSimpleName().replaceFirst("Kernels$", "").toLowerCase(Locale.ROOT) + ".";
        Object proxy =
                Proxy.newProxyInstance(
                        family.getClassLoader(),
                        new Class<?>[] {family},
                        (_, method, args) -> {
                            synchronizeIfOn();
                            long start = System.nanoTime();
                            try {
                                return method.invoke(kernels, args);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            } finally {
                                synchronizeIfOn();
                                if (profile.isOn() && args != null) {
                                    double seconds = (System.nanoTime() - start) * 1e-9;
                                    String op = prefix + method.getName() + kind(args[0]);
                                    profile.add(op, method.getName(), args, seconds);
                                }
                            }
                        });
        return family.cast(proxy);
    }

    private void synchronizeIfOn() {
        if (profile.isOn()) {
            inner.instruments().ifPresent(Instruments::synchronize);
        }
    }

    /** Tells the functions apart that one method offers. */
    private static String kind(Object first) {
        return first instanceof Enum<?> e ? " " + e.name().toLowerCase(Locale.ROOT) : "";
    }

    @Override
    public Storage allocate(DType dtype, int size, String op) {
        return inner.allocateFor(this, dtype, size, op);
    }

    @Override
    public MemoryReport memory() {
        return inner.memory();
    }

    @Override
    public void trim() {
        inner.trim();
    }

    @Override
    public void upload(Object array, int from, Storage to, int offset, int length) {
        inner.upload(array, from, to, offset, length);
    }

    @Override
    public void download(Storage from, int offset, Object array, int to, int length) {
        inner.download(from, offset, array, to, length);
    }

    @Override
    public Optional<Graphs> graphs() {
        return inner.graphs();
    }

    @Override
    public Optional<Instruments> instruments() {
        return inner.instruments();
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
}
