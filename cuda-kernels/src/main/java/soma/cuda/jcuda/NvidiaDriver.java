package soma.cuda.jcuda;

import jcuda.driver.CUresult;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.DeviceProperties;
import soma.cuda.driver.Driver;
import soma.cuda.driver.Geometry;
import soma.cuda.driver.Kernel;
import soma.cuda.driver.OutOfDeviceMemoryException;
import soma.cuda.library.CublasCalls;
import soma.cuda.library.CudnnCalls;
import soma.cuda.library.Stream;
import soma.tensor.DeviceException;
import soma.tensor.spi.Instruments.KernelCount;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * An NVIDIA GPU: its primary context, one stream in it, memory of {@code cuMemAlloc}. Everything is
 * asynchronous but {@link #download}, {@link #synchronize} and {@link #free}.
 */
public final class NvidiaDriver implements Driver, Stream {
    /** The property that has the host wait for each kernel, so that a fault names the right one. */
    public static final String SYNC = "soma.cuda.sync";

    private final DeviceProperties properties;
    private final DeviceContext context;
    private final Staging staging;
    private final ParameterBuffer parameters = new ParameterBuffer();
    private final Set<Long> allocated = new HashSet<>();
    private final Map<String, Long> launches = new HashMap<>();
    private final boolean waitForEach = Boolean.getBoolean(SYNC);

    /** Names of what is recorded; null while work is started at once. */
    private List<String> recorded;

    /**
     * Takes a GPU.
     *
     * @param ordinal its place in the driver's order, from 0
     * @throws DeviceException if there is no such GPU, or Soma can't use it, saying why
     */
    public NvidiaDriver(int ordinal) {
        String name = "cuda:" + ordinal;
        NvidiaGpus gpus = NvidiaGpus.here();
        gpus.unavailable()
                .ifPresent(
                        why -> {
                            throw new DeviceException(name + ": " + why);
                        });
        if (ordinal < 0 || ordinal >= gpus.devices().size()) {
            throw new DeviceException(
                    name + ": expected a GPU below " + gpus.devices().size() + ", got " + ordinal);
        }
        properties = gpus.devices().get(ordinal);
        NvidiaGpus.unsuitable(properties)
                .ifPresent(
                        why -> {
                            throw new DeviceException(name + ": " + why);
                        });
        context = new DeviceContext(name, NvidiaGpus.device(ordinal));
        staging = new Staging(context);
    }

    @Override
    public DeviceProperties properties() {
        return properties;
    }

    @Override
    public synchronized long allocate(long bytes) {
        enter("memory taken from the driver");
        DeviceAddress address = new DeviceAddress();
        int code = JCudaDriver.cuMemAlloc(address, bytes);
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            throw new OutOfDeviceMemoryException(bytes);
        }
        context.check("cuMemAlloc", code);
        allocated.add(address.value());
        return address.value();
    }

    @Override
    public synchronized void free(long address) {
        enter("memory given back to the driver");
        context.await();
        context.check("cuMemFree", JCudaDriver.cuMemFree(new DeviceAddress(address)));
        allocated.remove(address);
    }

    @Override
    public synchronized long freeMemory() {
        context.enter();
        long[] free = new long[1];
        context.check("cuMemGetInfo", JCudaDriver.cuMemGetInfo(free, new long[1]));
        return free[0];
    }

    @Override
    public synchronized void upload(MemorySegment from, long to) {
        enter("a copy from the host");
        staging.upload(from, to);
    }

    @Override
    public synchronized void download(long from, MemorySegment to) {
        enter("a copy to the host");
        staging.download(from, to);
    }

    @Override
    public synchronized void copy(long from, long to, long bytes) {
        context.enter();
        context.check(
                "cuMemcpyDtoDAsync",
                JCudaDriver.cuMemcpyDtoDAsync(
                        new DeviceAddress(to), new DeviceAddress(from), bytes, context.stream()));
    }

    @Override
    public synchronized void fill(long address, byte value, long bytes) {
        context.enter();
        context.check(
                "cuMemsetD8Async",
                JCudaDriver.cuMemsetD8Async(
                        new DeviceAddress(address), value, bytes, context.stream()));
    }

    @Override
    public synchronized KernelModule load(String name, String ptx) {
        enter("the loading of " + name);
        return new NvidiaModule(this, context, name, ptx, properties);
    }

    /**
     * {@inheritDoc}
     *
     * @throws DeviceException naming the kernel, its geometry and its arguments if it can't be
     *     launched so; at a later call if it faults while it runs
     */
    @Override
    public synchronized void launch(Kernel kernel, Geometry geometry, Arguments arguments) {
        context.enter();
        NvidiaKernel entry = (NvidiaKernel) kernel;
        entry.allowShared(context, geometry.sharedBytes());
        int code =
                JCudaDriver.cuLaunchKernel(
                        entry.function(),
                        geometry.gridX(),
                        geometry.gridY(),
                        geometry.gridZ(),
                        geometry.blockX(),
                        geometry.blockY(),
                        geometry.blockZ(),
                        geometry.sharedBytes(),
                        context.stream(),
                        parameters.of(arguments),
                        null);
        if (code != CUresult.CUDA_SUCCESS && !Status.losesContext(code)) {
            throw new DeviceException(
                    "kernel "
                            + LaunchLog.describe(kernel, geometry, arguments)
                            + ": "
                            + Status.text("cuLaunchKernel", code));
        }
        context.check("cuLaunchKernel", code);
        if (recorded != null) {
            recorded.add(kernel.name());
            return;
        }
        context.launches().add(kernel, geometry, arguments);
        started(kernel.name());
    }

    private void started(String name) {
        launches.merge(name, 1L, Long::sum);
        if (waitForEach) {
            context.await();
        }
    }

    @Override
    public synchronized void run(LongConsumer work) {
        context.enter();
        work.accept(context.stream().value());
    }

    @Override
    public synchronized void launch(String function, Object operands, LongConsumer work) {
        context.enter();
        if (recorded != null) {
            work.accept(context.stream().value());
            recorded.add(function);
            return;
        }
        context.launches().add(function, operands);
        work.accept(context.stream().value());
        started(function);
    }

    @Override
    public synchronized void beginCapture() {
        enter("another graph");
        context.check(
                "cuStreamBeginCapture",
                JCudaDriver.cuStreamBeginCapture(
                        context.stream(), CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
        recorded = new ArrayList<>();
    }

    @Override
    public synchronized Graph endCapture() {
        context.enter();
        List<String> names = recorded;
        recorded = null;
        return new NvidiaGraph(this, context, names);
    }

    /** Starts recorded work. */
    void launch(NvidiaGraph graph) {
        enter("another graph");
        context.launches().add("a graph", graph);
        graph.start();
        graph.names().forEach(name -> launches.merge(name, 1L, Long::sum));
        if (waitForEach) {
            context.await();
        }
    }

    /** Begins a call that can't be recorded. */
    private void enter(String what) {
        context.enter();
        if (recorded != null) {
            throw Driver.uncapturable(what);
        }
    }

    /** cuBLAS by JCublas for this GPU, or none where JCublas finds no {@code libcublas.so.12}. */
    public Optional<CublasCalls> jcublas() {
        return JCublasCalls.isThere()
                ? Optional.of(new JCublasCalls(context.stream()))
                : Optional.empty();
    }

    /**
     * cuDNN by JCudnn for this GPU, or none where JCudnn finds no {@code libcudnn.so.9}.
     *
     * @throws DeviceException if the library lacks a function
     */
    public Optional<CudnnCalls> jcudnn() {
        return JCudnnCalls.isThere()
                ? Optional.of(new JCudnnCalls(context.stream()))
                : Optional.empty();
    }

    @Override
    public synchronized Event record() {
        enter("a reading of the clock");
        return new StreamEvent(this, context);
    }

    @Override
    public synchronized void synchronize() {
        enter("a wait of the host");
        context.await();
    }

    @Override
    public boolean isEmulated() {
        return false;
    }

    /** {@inheritDoc} A GPU counts nothing by itself, so these are launches, of libraries too. */
    @Override
    public synchronized List<KernelCount> counts() {
        return launches.entrySet().stream()
                .map(e -> new KernelCount(e.getKey(), e.getValue(), Map.of()))
                .sorted(
                        Comparator.comparingLong(KernelCount::launches)
                                .reversed()
                                .thenComparing(KernelCount::kernel))
                .toList();
    }

    @Override
    public synchronized void resetCounts() {
        launches.clear();
    }

    @Override
    public synchronized void close() {
        if (context.closed()) {
            return;
        }
        JCudaDriver.cuStreamSynchronize(context.stream());
        staging.close();
        allocated.forEach(address -> JCudaDriver.cuMemFree(new DeviceAddress(address)));
        allocated.clear();
        context.close();
    }
}
