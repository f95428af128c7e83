package soma.bench;

import soma.tensor.cpu.CpuBackend;
import soma.tensor.spi.Backend;
import soma.tensor.spi.ConvKernels;
import soma.tensor.spi.ElementwiseKernels;
import soma.tensor.spi.IndexKernels;
import soma.tensor.spi.MatMulKernels;
import soma.tensor.spi.NormKernels;
import soma.tensor.spi.OptimizerKernels;
import soma.tensor.spi.ReduceKernels;
import soma.tensor.spi.SpatialKernels;
import soma.tensor.spi.VisionKernels;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Locale;

/**
 * A CPU backend's kernels on memory of its own, each call timed while the {@link #profile} is on.
 * Unlike an observer of ops this sees gradients, optimisers and kernels that give no tensor.
 */
final class ProfiledBackend extends CpuBackend {
    private final KernelProfile profile = new KernelProfile();
    private final ElementwiseKernels elementwise;
    private final ReduceKernels reduce;
    private final MatMulKernels matMul;
    private final ConvKernels conv;
    private final SpatialKernels spatial;
    private final NormKernels norm;
    private final IndexKernels index;
    private final VisionKernels vision;
    private final OptimizerKernels optimizer;

    /** Over the kernels of {@code b}, which must work on Java arrays. */
    ProfiledBackend(Backend b) {
        elementwise = timed(ElementwiseKernels.class, b.elementwise());
        reduce = timed(ReduceKernels.class, b.reduce());
        matMul = timed(MatMulKernels.class, b.matMul());
        conv = timed(ConvKernels.class, b.conv());
        spatial = timed(SpatialKernels.class, b.spatial());
        norm = timed(NormKernels.class, b.norm());
        index = timed(IndexKernels.class, b.index());
        vision = timed(VisionKernels.class, b.vision());
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
                            long start = System.nanoTime();
                            try {
                                return method.invoke(kernels, args);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            } finally {
                                if (profile.isOn() && args != null) {
                                    double seconds = (System.nanoTime() - start) * 1e-9;
                                    String op = prefix + method.getName() + kind(args[0]);
                                    profile.add(op, method.getName(), args, seconds);
                                }
                            }
                        });
        return family.cast(proxy);
    }

    /** Tells the functions apart that one method offers. */
    private static String kind(Object first) {
        return first instanceof Enum<?> e ? " " + e.name().toLowerCase(Locale.ROOT) : "";
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
    public IndexKernels index() {
        return index;
    }

    @Override
    public VisionKernels vision() {
        return vision;
    }

    @Override
    public OptimizerKernels optimizer() {
        return optimizer;
    }
}
