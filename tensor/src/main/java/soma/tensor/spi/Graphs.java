package soma.tensor.spi;

/** What a device offers that records work and repeats it as a whole, without the host. */
public interface Graphs {
    /**
     * Records work of fixed shapes. It is run as it is twice, so that all it needs is there, then
     * once more for the recording, which computes nothing. Each run must let go of what it
     * allocates, but the last may keep buffers: those hold its results after each launch. No other
     * thread uses the device meanwhile.
     *
     * @param work works on buffers that live, and stay where they are, as long as the graph
     * @throws soma.tensor.DeviceException if it does what can't be recorded: it reads a result or
     *     brings values from the host, or takes more memory than before; nothing is left behind
     */
    Graph capture(Runnable work);

    /** Recorded work. Its memory is its own until it is closed. */
    interface Graph extends AutoCloseable {
        /** Starts it, on what its operands hold now. */
        void launch();

        @Override
        void close();
    }
}
