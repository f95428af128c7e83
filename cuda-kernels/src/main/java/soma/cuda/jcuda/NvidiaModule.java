package soma.cuda.jcuda;

import static jcuda.driver.CUjit_option.CU_JIT_ERROR_LOG_BUFFER;
import static jcuda.driver.CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES;
import static jcuda.driver.CUjit_option.CU_JIT_INFO_LOG_BUFFER;
import static jcuda.driver.CUjit_option.CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES;

import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.driver.JITOptions;

import soma.cuda.driver.DeviceProperties;
import soma.cuda.driver.Driver;
import soma.cuda.driver.Kernel;
import soma.cuda.ptx.PtxEntry;
import soma.cuda.ptx.PtxModule;
import soma.cuda.ptx.PtxParser;
import soma.tensor.DeviceException;

import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** A file of PTX that the driver assembled for its GPU. */
final class NvidiaModule implements Driver.KernelModule {
    private static final System.Logger LOG = System.getLogger(NvidiaModule.class.getName());
    private static final int LOG_BYTES = 16 << 10;

    private final Object lock;
    private final DeviceContext context;
    private final String name;
    private final PtxModule ptx;
    private final CUmodule module = new CUmodule();

    /**
     * Assembles a file.
     *
     * @param lock held by whoever calls, and taken by later calls
     * @throws DeviceException with the assembler's words, or what the file needs and the device is
     */
    NvidiaModule(
            Object lock, DeviceContext context, String name, String ptx, DeviceProperties gpu) {
        this.lock = lock;
        this.context = context;
        this.name = name;
        this.ptx = PtxParser.parse(name, ptx);
        JITOptions options = new JITOptions();
        options.putBytes(CU_JIT_ERROR_LOG_BUFFER, new byte[LOG_BYTES]);
        options.putInt(CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, LOG_BYTES);
        options.putBytes(CU_JIT_INFO_LOG_BUFFER, new byte[LOG_BYTES]);
        options.putInt(CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES, LOG_BYTES);
        byte[] image = (ptx + '\0').getBytes(StandardCharsets.UTF_8);
        // JCuda's form of cuModuleLoadDataEx.
        int code = JCudaDriver.cuModuleLoadDataJIT(module, Pointer.to(image), options);
        requireAssembled(code, oneLine(options, CU_JIT_ERROR_LOG_BUFFER), gpu);
        String info = oneLine(options, CU_JIT_INFO_LOG_BUFFER);
        if (!info.isEmpty()) {
            LOG.log(Level.DEBUG, name + ": " + info);
        }
    }

    private void requireAssembled(int code, String log, DeviceProperties gpu) {
        switch (code) {
            case CUresult.CUDA_SUCCESS -> {}
            case CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION ->
                    throw new DeviceException(
                            name
                                    + ": PTX version: the NVIDIA driver is for CUDA "
                                    + DeviceProperties.cudaVersion(gpu.driverVersion())
                                    + " and too old for the file's .version "
                                    + ptx.version()
                                    + "; install a newer one");
            case CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU ->
                    throw new DeviceException(
                            name
                                    + ": target: expected a GPU for sm_"
                                    + ptx.target()
                                    + ", got "
                                    + gpu.name()
                                    + " (sm_"
                                    + gpu.major()
                                    + gpu.minor()
                                    + ")");
            case CUresult.CUDA_ERROR_INVALID_PTX ->
                    throw new DeviceException(
                            name + ": " + Status.text("cuModuleLoadDataEx", code) + ": " + log);
            default -> context.check("cuModuleLoadDataEx of " + name, code);
        }
    }

    private static String oneLine(JITOptions options, int buffer) {
        String text = new String(options.getBytes(buffer), StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        return (end < 0 ? text : text.substring(0, end))
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("; "));
    }

    @Override
    public Kernel kernel(String entry) {
        synchronized (lock) {
            context.enter();
            PtxEntry found = ptx.entry(entry);
            CUfunction function = new CUfunction();
            int code = JCudaDriver.cuModuleGetFunction(function, module, entry);
            context.check("cuModuleGetFunction of " + entry, code);
            return new NvidiaKernel(entry, found.parameters(), function);
        }
    }
}
