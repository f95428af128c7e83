package soma.tensor.spi;

import java.util.List;
import java.util.Map;

/** What a device with a clock and counters of its own can tell of its work. */
public interface Instruments {
    /** Whether kernels are emulated: then the counts say something, and seconds nothing. */
    boolean isEmulated();

    /**
     * Seconds that the device takes for a call of {@code work}, which only starts kernels.
     *
     * @param calls made one after the other between two readings of the device's clock
     * @param cold whether the device's cache is emptied before each call, outside the time
     */
    double seconds(Runnable work, int calls, boolean cold);

    /** Waits until all that was started is done. */
    void synchronize();

    /** Times that the host waited for a result so far. */
    long roundTrips();

    /** Measured float32 operations per second, a multiply-add being two; 0 if emulated. */
    double peakFlops();

    /** Measured bytes per second of a copy, reads and writes counted; 0 if emulated. */
    double peakBytes();

    /** What each kernel did since {@link #resetCounts}, the busiest first. */
    List<KernelCount> counts();

    /** Forgets all counts. */
    void resetCounts();

    /**
     * One kernel's work.
     *
     * @param kernel name of its entry
     * @param launches how often it was started
     * @param counts sums over all launches, by name, in an order fit for a table; empty where the
     *     device counts nothing but launches
     */
    record KernelCount(String kernel, long launches, Map<String, Long> counts) {}
}
