package soma.cuda.ptx;

import java.util.Locale;

/** Types of registers, variables and instructions. */
public enum PtxType {
    PRED(0, Kind.PREDICATE),
    B8(1, Kind.BITS),
    U8(1, Kind.UNSIGNED),
    S8(1, Kind.SIGNED),
    B16(2, Kind.BITS),
    U16(2, Kind.UNSIGNED),
    S16(2, Kind.SIGNED),
    F16(2, Kind.FLOAT),
    BF16(2, Kind.FLOAT),
    B32(4, Kind.BITS),
    U32(4, Kind.UNSIGNED),
    S32(4, Kind.SIGNED),
    F32(4, Kind.FLOAT),
    TF32(4, Kind.FLOAT),
    F16X2(4, Kind.FLOAT),
    BF16X2(4, Kind.FLOAT),
    B64(8, Kind.BITS),
    U64(8, Kind.UNSIGNED),
    S64(8, Kind.SIGNED),
    F64(8, Kind.FLOAT);

    /** How bits are read. */
    public enum Kind {
        PREDICATE,
        BITS,
        UNSIGNED,
        SIGNED,
        FLOAT
    }

    private final int bytes;
    private final Kind kind;

    PtxType(int bytes, Kind kind) {
        this.bytes = bytes;
        this.kind = kind;
    }

    /** Size of a value in memory. */
    public int bytes() {
        return bytes;
    }

    /** How its bits are read. */
    public Kind kind() {
        return kind;
    }

    /** Whether it is a whole number with a sign. */
    public boolean isSigned() {
        return kind == Kind.SIGNED;
    }

    /** Whether it is a floating-point number. */
    public boolean isFloat() {
        return kind == Kind.FLOAT;
    }

    /** The type of a modifier such as {@code .u32}; null if it is none. */
    public static PtxType of(String modifier) {
        for (PtxType type : values()) {
            if (modifier.equals(type.ptx())) {
                return type;
            }
        }
        return null;
    }

    /** As PTX writes it, with the dot. */
    public String ptx() {
        return "." + name().toLowerCase(Locale.ROOT);
    }
}
