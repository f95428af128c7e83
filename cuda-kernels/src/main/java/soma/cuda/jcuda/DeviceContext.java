package soma.cuda.jcuda;

import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

import soma.tensor.DeviceException;

/**
 * The primary context of a GPU and Soma's one stream in it. All calls go through {@link #enter} and
 * {@link #check}, so that a fault is reported once with the kernels that may have caused it, and
 * every later call says that the device is lost, and why.
 */
final class DeviceContext {
    private final String name;
    private final CUdevice device;
    private final CUcontext context = new CUcontext();
    private final StreamHandle stream = new StreamHandle();
    private final LaunchLog launches = new LaunchLog();
    private String fault;
    private boolean closed;

    /** Makes the stream; {@code name} is for messages. */
    DeviceContext(String name, CUdevice device) {
        this.name = name;
        this.device = device;
        check("cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
        check("cuCtxSetCurrent", JCudaDriver.cuCtxSetCurrent(context));
        check(
                "cuStreamCreate",
                JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
    }

    /** Where all work goes. */
    StreamHandle stream() {
        return stream;
    }

    /** Launches that nobody has waited for. */
    LaunchLog launches() {
        return launches;
    }

    /** Whether {@link #close} was called. */
    boolean closed() {
        return closed;
    }

    /**
     * Begins a call: makes the context that of the calling thread.
     *
     * @throws DeviceException if the device is closed or was lost
     */
    void enter() {
        if (closed) {
            throw new DeviceException(name + ": closed");
        }
        if (fault != null) {
            throw new DeviceException(
                    name + ": lost by an earlier error, start Soma again: " + fault);
        }
        check("cuCtxSetCurrent", JCudaDriver.cuCtxSetCurrent(context));
    }

    /**
     * Checks what a call returned.
     *
     * @throws DeviceException naming the call, the code and the driver's words; for a fault also
     *     the kernels that it may have happened in
     */
    void check(String call, int code) {
        if (code == CUresult.CUDA_SUCCESS) {
            return;
        }
        String text = Status.text(call, code);
        if (Status.losesContext(code)) {
            text += "; " + launches.suspects();
            fault = text;
        }
        throw new DeviceException(name + ": " + text);
    }

    /** Waits for all work. */
    void await() {
        check("cuStreamSynchronize", JCudaDriver.cuStreamSynchronize(stream));
        launches.clear();
    }

    /** Lets go of stream and context, after a fault too: what fails then is of no interest. */
    void close() {
        if (!closed) {
            closed = true;
            JCudaDriver.cuStreamDestroy(stream);
            JCudaDriver.cuDevicePrimaryCtxRelease(device);
        }
    }
}
