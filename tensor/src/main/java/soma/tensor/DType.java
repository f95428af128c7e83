package soma.tensor;

/** Element types of tensors. float32 is the working type; float64 serves gradient checks. */
public enum DType {
    FLOAT32(4),
    FLOAT64(8),
    INT32(4),
    INT64(8),
    UINT8(1),
    BOOL(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether elements are real numbers, for which gradients exist. */
    public boolean isFloating() {
        return this == FLOAT32 || this == FLOAT64;
    }
}
