package soma.cuda.driver;

/** The device has less free memory than was asked for. */
public final class OutOfDeviceMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Names the request. */
    public OutOfDeviceMemoryException(long bytes) {
        super("out of device memory: " + bytes + " bytes");
    }
}
