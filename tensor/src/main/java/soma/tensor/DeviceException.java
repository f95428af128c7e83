package soma.tensor;

/** A device that is unknown, missing or mixed with another one in a single operation. */
public final class DeviceException extends SomaException {
    private static final long serialVersionUID = 1L;

    /** Creates the error with its whole message. */
    public DeviceException(String message) {
        super(message);
    }

    /** Creates the error with its whole message and what led to it. */
    public DeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}
