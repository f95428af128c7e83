package soma.cuda.jcuda;

import static jcuda.driver.CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;

import jcuda.driver.CUfunction;
import jcuda.driver.JCudaDriver;

import soma.cuda.driver.Kernel;

import java.util.List;

/** A function of a loaded module. */
final class NvidiaKernel implements Kernel {
    private final String name;
    private final List<Parameter> parameters;
    private final CUfunction function;
    private int allowedShared;

    NvidiaKernel(String name, List<Parameter> parameters, CUfunction function) {
        this.name = name;
        this.parameters = List.copyOf(parameters);
        this.function = function;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Parameter> parameters() {
        return parameters;
    }

    /** The driver's handle. */
    CUfunction function() {
        return function;
    }

    /** Lets launches have so much dynamic shared memory: above 48 KiB a kernel must ask first. */
    void allowShared(DeviceContext context, int bytes) {
        if (bytes > allowedShared) {
            context.check(
                    "cuFuncSetAttribute of " + name + " to " + bytes + " shared bytes",
                    JCudaDriver.cuFuncSetAttribute(
                            function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes));
            allowedShared = bytes;
        }
    }
}
