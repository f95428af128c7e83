package soma.tensor.cpu;

import soma.tensor.DType;
import soma.tensor.spi.Backend;
import soma.tensor.spi.MemoryReport;
import soma.tensor.spi.Storage;

/** What the CPU backends share: memory in Java arrays. */
public abstract class CpuBackend implements Backend {
    private final CpuMemory memory = new CpuMemory();

    /** A backend with no memory yet. */
    protected CpuBackend() {}

    @Override
    public final Storage allocate(DType dtype, int size, String op) {
        return memory.allocate(this, dtype, size, op);
    }

    @Override
    public final Storage allocateFor(Backend owner, DType dtype, int size, String op) {
        return memory.allocate(owner, dtype, size, op);
    }

    @Override
    public final MemoryReport memory() {
        return memory.report();
    }

    @Override
    public final void trim() {
        memory.trim();
    }

    @Override
    public final void upload(Object array, int from, Storage to, int offset, int length) {
        CpuMemory.upload(array, from, to, offset, length);
    }

    @Override
    public final void download(Storage from, int offset, Object array, int to, int length) {
        CpuMemory.download(from, offset, array, to, length);
    }
}
