package soma.cuda.driver;

import soma.tensor.DeviceException;
import soma.tensor.spi.Instruments.KernelCount;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What Soma needs of a CUDA device: memory, modules, launches. One runs the kernels on an NVIDIA
 * GPU, another emulates them; nothing above knows which.
 *
 * <p>All work of a driver goes through one stream, in the order of the calls. Methods may be called
 * by any thread, one at a time.
 *
 * <p>Addresses are bytes of device memory; 0 is none.
 */
public interface Driver extends AutoCloseable {
    /** What the device is. */
    DeviceProperties properties();

    /**
     * Takes memory, aligned to 256 bytes, of unspecified content.
     *
     * @param bytes above 0
     * @throws OutOfDeviceMemoryException if there is not that much
     */
    long allocate(long bytes);

    /** Gives memory back, once all work that was launched so far is done. */
    void free(long address);

    /** Bytes free on the device. */
    long freeMemory();

    /** Copies to the device; {@code from} may be changed as soon as this returns. */
    void upload(MemorySegment from, long to);

    /** Waits for all work, then copies from the device. */
    void download(long from, MemorySegment to);

    /** Copies on the device; the ranges do not overlap. */
    void copy(long from, long to, long bytes);

    /** Sets bytes. */
    void fill(long address, byte value, long bytes);

    /**
     * Loads a file of PTX.
     *
     * @param name for messages
     * @throws soma.tensor.DeviceException if it doesn't assemble, with the assembler's words
     */
    KernelModule load(String name, String ptx);

    /**
     * Runs a kernel after all earlier work, without waiting for it. The arguments were checked by
     * the caller. What goes wrong in it may show at this call or a later one.
     */
    void launch(Kernel kernel, Geometry geometry, Arguments arguments);

    /** A mark in the stream, at which a device clock is read. */
    Event record();

    /** Waits for all work. */
    void synchronize();

    /**
     * Starts to record: kernels, calls of libraries, copies on the device and fills are kept from
     * here on, not done. Until {@link #endCapture} the methods that need the host, or take or give
     * back memory, throw what {@link #uncapturable} makes.
     */
    void beginCapture();

    /** Ends what {@link #beginCapture} began. */
    Graph endCapture();

    /** The error for what can't be recorded. */
    static DeviceException uncapturable(String what) {
        return new DeviceException(
                "graph: expected work on the device alone, got "
                        + what
                        + ", which can't be recorded");
    }

    /** Whether kernels run in an emulator, whose times and peaks say nothing of a GPU. */
    boolean isEmulated();

    /** What each kernel did since {@link #resetCounts}, the busiest first. */
    List<KernelCount> counts();

    /** Forgets all counts. */
    void resetCounts();

    /** Lets go of everything. */
    @Override
    void close();

    /** A loaded file of PTX. */
    interface KernelModule {
        /**
         * Finds an entry.
         *
         * @throws soma.tensor.DeviceException if the file has none of that name
         */
        Kernel kernel(String entry);
    }

    /** Recorded work. */
    interface Graph extends AutoCloseable {
        /** Starts all of it, in its order, after all earlier work. */
        void launch();

        @Override
        void close();
    }

    /** A point in the stream. */
    interface Event extends AutoCloseable {
        /** Waits for this point and returns the seconds that passed on the device since another. */
        double secondsSince(Event earlier);

        @Override
        void close();
    }
}
