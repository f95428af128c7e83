package soma.cuda.driver;

import java.util.Locale;

/**
 * What a device is.
 *
 * @param name as its maker calls it
 * @param major first number of the compute capability
 * @param minor second number
 * @param multiprocessors streaming multiprocessors
 * @param memory bytes of device memory
 * @param sharedPerBlock most bytes of shared memory that a block may have
 * @param driverVersion 1000 * major + 10 * minor, 0 where there is none
 */
public record DeviceProperties(
        String name,
        int major,
        int minor,
        int multiprocessors,
        long memory,
        int sharedPerBlock,
        int driverVersion) {
    /** Whether the device runs code for {@code sm_<capability>}. */
    public boolean supports(int capability) {
        return 10 * major + minor >= capability;
    }

    /** One line for people. */
    public String describe() {
        String text =
                String.format(
                        Locale.ROOT,
                        "%s, compute capability %d.%d, %d multiprocessors, %.1f GiB",
                        name,
                        major,
                        minor,
                        multiprocessors,
                        memory / (double) (1L << 30));
        return driverVersion == 0 ? text : text + ", driver for CUDA " + cudaVersion(driverVersion);
    }

    /** A version of CUDA as people write it, such as 12.6 for 12060. */
    public static String cudaVersion(int number) {
        return number / 1000 + "." + number % 1000 / 10;
    }
}
