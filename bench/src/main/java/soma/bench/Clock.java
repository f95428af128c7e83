package soma.bench;

import soma.tensor.Device;
import soma.tensor.spi.Instruments;

/** Times work by the clock of the device that does it. */
@FunctionalInterface
interface Clock {
    /** Seconds of {@code calls} calls of work, one after the other. */
    double seconds(Runnable work, int calls);

    /**
     * The clock of a device: its own if it has one, else this machine's.
     *
     * @param cold whether the device's cache is emptied before each call; a CPU's is left alone
     */
    static Clock of(Device device, boolean cold) {
        return device.backend()
                .instruments()
                .map(instruments -> ofDevice(instruments, cold))
                .orElse(Clock::host);
    }

    private static Clock ofDevice(Instruments instruments, boolean cold) {
        return (work, calls) -> calls * instruments.seconds(work, calls, cold);
    }

    private static double host(Runnable work, int calls) {
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            work.run();
        }
        return (System.nanoTime() - start) * 1e-9;
    }
}
