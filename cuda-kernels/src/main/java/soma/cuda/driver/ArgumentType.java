package soma.cuda.driver;

/** Types of kernel parameters. Addresses are U64. */
public enum ArgumentType {
    U32(4),
    S32(4),
    U64(8),
    F32(4),
    F64(8);

    private final int bytes;

    ArgumentType(int bytes) {
        this.bytes = bytes;
    }

    /** Size and alignment. */
    public int bytes() {
        return bytes;
    }

    /** The name in PTX. */
    public String ptx() {
        return "." + name().toLowerCase(java.util.Locale.ROOT);
    }
}
