package soma.cuda.jcuda;

import jcuda.Pointer;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Pinned memory of the host, through which arrays go: the device copies from and to it by itself,
 * while Java's arrays may move. It has two halves; one is filled or read while the device copies
 * the other.
 */
final class Staging {
    private static final int HALF = 4 << 20;

    /** So that each copy begins where the device copies fastest. */
    private static final int ALIGNMENT = 256;

    private final DeviceContext context;

    /** At each, the device is done with the half. */
    private final List<CUevent> done = List.of(new CUevent(), new CUevent());

    private Pointer pinned;
    private MemorySegment memory;
    private int half;
    private long used;

    /** Takes no memory before it is needed. */
    Staging(DeviceContext context) {
        this.context = context;
    }

    /** Copies to the device; returns when {@code from} was read. */
    void upload(MemorySegment from, long to) {
        prepare();
        long bytes = from.byteSize();
        for (long at = 0; at < bytes; ) {
            if (used == HALF) {
                turn();
            }
            long part = Math.min(bytes - at, HALF - used);
            long place = (long) half * HALF + used;
            MemorySegment.copy(from, at, memory, place, part);
            context.check(
                    "cuMemcpyHtoDAsync",
                    JCudaDriver.cuMemcpyHtoDAsync(
                            new DeviceAddress(to + at),
                            pinned.withByteOffset(place),
                            part,
                            context.stream()));
            at += part;
            used = Math.min(HALF, (used + part + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        }
    }

    /** Goes on in the other half as soon as the device has copied what lies there. */
    private void turn() {
        mark(half);
        half = 1 - half;
        await(half);
        used = 0;
    }

    /** Waits for all work, then copies from the device. */
    void download(long from, MemorySegment to) {
        prepare();
        long bytes = to.byteSize();
        long parts = (bytes + HALF - 1) / HALF;
        for (long i = 0; i <= parts; i++) {
            if (i < parts) {
                start(i, from, bytes);
            }
            if (i > 0) {
                finish(i - 1, to);
            }
        }
        context.await();
        used = 0;
    }

    private void start(long part, long from, long bytes) {
        int side = (int) (part % 2);
        long at = part * HALF;
        context.check(
                "cuMemcpyDtoHAsync",
                JCudaDriver.cuMemcpyDtoHAsync(
                        pinned.withByteOffset((long) side * HALF),
                        new DeviceAddress(from + at),
                        Math.min(HALF, bytes - at),
                        context.stream()));
        mark(side);
    }

    private void finish(long part, MemorySegment to) {
        int side = (int) (part % 2);
        long at = part * HALF;
        await(side);
        MemorySegment.copy(memory, (long) side * HALF, to, at, Math.min(HALF, to.byteSize() - at));
    }

    private void mark(int side) {
        context.check("cuEventRecord", JCudaDriver.cuEventRecord(done.get(side), context.stream()));
    }

    private void await(int side) {
        context.check("cuEventSynchronize", JCudaDriver.cuEventSynchronize(done.get(side)));
    }

    private void prepare() {
        if (pinned != null) {
            return;
        }
        for (CUevent event : done) {
            context.check(
                    "cuEventCreate",
                    JCudaDriver.cuEventCreate(event, CUevent_flags.CU_EVENT_DISABLE_TIMING));
        }
        Pointer taken = new Pointer();
        context.check("cuMemHostAlloc", JCudaDriver.cuMemHostAlloc(taken, 2L * HALF, 0));
        memory = MemorySegment.ofBuffer(taken.getByteBuffer(0, 2L * HALF));
        pinned = taken;
    }

    /** Gives the memory back. */
    void close() {
        if (pinned != null) {
            JCudaDriver.cuMemFreeHost(pinned);
            done.forEach(JCudaDriver::cuEventDestroy);
            pinned = null;
            memory = null;
        }
    }
}
