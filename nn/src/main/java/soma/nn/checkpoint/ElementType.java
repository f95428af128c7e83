package soma.nn.checkpoint;

/** Element types of stored tensors, under the names of the safetensors format. */
public enum ElementType {
    F32(4),
    F64(8),
    F16(2),
    BF16(2),
    F8_E4M3(1),
    F8_E5M2(1),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U64(8),
    U32(4),
    U16(2),
    U8(1),
    BOOL(1);

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /** Whether elements are real numbers. */
    public boolean isFloating() {
        return switch (this) {
            case F32, F64, F16, BF16, F8_E4M3, F8_E5M2 -> true;
            case I64, I32, I16, I8, U64, U32, U16, U8, BOOL -> false;
        };
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }
}
