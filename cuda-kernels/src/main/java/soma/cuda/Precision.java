package soma.cuda;

import soma.tensor.DeviceException;

import java.util.Arrays;
import java.util.Locale;

/** In what matrix products and convolutions multiply; operands, sums and results are float32. */
public enum Precision {
    /** Float32 throughout. */
    FLOAT32,

    /** Factors rounded to 10 bits of mantissa, on tensor cores of {@code sm_80} and later. */
    TF32,

    /** Factors rounded to bfloat16, on tensor cores of {@code sm_80} and later. */
    BF16;

    /** System property that chooses it. */
    public static final String PROPERTY = "soma.cuda.precision";

    /**
     * The one that {@link #PROPERTY} names, or FLOAT32.
     *
     * @throws DeviceException listing the names, if it names none
     */
    public static Precision configured() {
        return parse(PROPERTY, System.getProperty(PROPERTY, "float32"), Precision.class);
    }

    /** The constant of an enum that a property's value names, in lower case. */
    static <E extends Enum<E>> E parse(String property, String value, Class<E> type) {
        return Arrays.stream(type.getEnumConstants())
                .filter(e -> e.name().toLowerCase(Locale.ROOT).equals(value))
                .findFirst()
                .orElseThrow(
                        () ->
                                new DeviceException(
                                        property
                                                + ": expected one of "
                                                + Arrays.toString(type.getEnumConstants())
                                                        .toLowerCase(Locale.ROOT)
                                                + ", got "
                                                + value));
    }
}
