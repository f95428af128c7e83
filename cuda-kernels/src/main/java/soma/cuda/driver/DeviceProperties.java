package soma.cuda.driver;

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
}
