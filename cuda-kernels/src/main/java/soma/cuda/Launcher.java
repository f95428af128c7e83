package soma.cuda;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.DeviceProperties;
import soma.cuda.driver.Driver;
import soma.cuda.driver.Geometry;
import soma.cuda.driver.Kernel;
import soma.tensor.DeviceException;
import soma.tensor.spi.Storage;
import soma.tensor.spi.View;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** Starts kernels by name: loads each family's file once, checks arguments, counts launches. */
final class Launcher {
    private final Driver driver;
    private final Map<KernelFamily, Driver.KernelModule> modules =
            new EnumMap<>(KernelFamily.class);
    private final Map<String, Kernel> kernels = new HashMap<>();
    private long launches;

    Launcher(Driver driver) {
        this.driver = driver;
    }

    /** What runs the kernels. */
    Driver driver() {
        return driver;
    }

    /** The device that kernels run on. */
    DeviceProperties properties() {
        return driver.properties();
    }

    /** Kernels started so far. */
    long launches() {
        return launches;
    }

    /**
     * Starts a kernel.
     *
     * @throws DeviceException naming the kernel and the argument that doesn't fit
     */
    void launch(KernelFamily family, String entry, Geometry geometry, Arguments arguments) {
        Kernel kernel = kernels.get(entry);
        if (kernel == null) {
            kernel = module(family).kernel(entry);
            kernels.put(entry, kernel);
        }
        arguments.requireFit(kernel);
        driver.launch(kernel, geometry, arguments);
        launches++;
    }

    private Driver.KernelModule module(KernelFamily family) {
        return modules.computeIfAbsent(family, f -> driver.load(f.file(), f.ptx()));
    }

    /**
     * Blocks for kernels that go on in strides of the grid: enough to fill the device, and few
     * enough that a block has work for a while.
     */
    int wave() {
        return 16 * properties().multiprocessors();
    }

    /** The address of a view's first element. */
    static long address(View view) {
        return address(view.storage()) + (long) view.layout().offset() * view.dtype().bytes();
    }

    /** Where a buffer begins. */
    static long address(Storage storage) {
        return ((CudaStorage) storage).address();
    }
}
