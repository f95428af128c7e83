package soma.cuda.jcuda;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

import soma.cuda.driver.Driver;

/** An event of the driver, recorded when it is made. */
final class StreamEvent implements Driver.Event {
    private final Object lock;
    private final DeviceContext context;
    private final CUevent event = new CUevent();

    /** Marks the end of what was launched so far; {@code lock} is held by whoever calls. */
    StreamEvent(Object lock, DeviceContext context) {
        this.lock = lock;
        this.context = context;
        context.check(
                "cuEventCreate", JCudaDriver.cuEventCreate(event, CUevent_flags.CU_EVENT_DEFAULT));
        context.check("cuEventRecord", JCudaDriver.cuEventRecord(event, context.stream()));
    }

    @Override
    public double secondsSince(Driver.Event earlier) {
        synchronized (lock) {
            context.enter();
            context.check("cuEventSynchronize", JCudaDriver.cuEventSynchronize(event));
            float[] milliseconds = new float[1];
            context.check(
                    "cuEventElapsedTime",
                    JCudaDriver.cuEventElapsedTime(
                            milliseconds, ((StreamEvent) earlier).event, event));
            return milliseconds[0] / 1000.0;
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            if (!context.closed()) {
                JCudaDriver.cuEventDestroy(event);
            }
        }
    }
}
