package soma.tensor.spi;

import java.util.List;

/**
 * Memory of a backend at one moment.
 *
 * @param liveBytes held by tensors
 * @param pooledBytes free, waiting to be used again
 * @param allocations buffers taken from the system so far; constant in the steady state
 * @param live what is held, the largest first
 */
public record MemoryReport(long liveBytes, long pooledBytes, long allocations, List<Entry> live) {
    /**
     * Buffers of one origin.
     *
     * @param origin name under which a tensor was kept, or the op that allocated it
     */
    public record Entry(String origin, int buffers, long bytes) {}
}
