package soma.cuda;

import soma.tensor.DeviceException;
import soma.tensor.spi.Precision;

import java.util.Arrays;
import java.util.Locale;

/** System properties that choose between kernels. */
public final class CudaProperties {
    /** What a device multiplies in until a program sets it; see {@link CudaBackend#precision}. */
    public static final String PRECISION = "soma.cuda.precision";

    private CudaProperties() {}

    /**
     * The precision that {@link #PRECISION} names, or FLOAT32.
     *
     * @throws DeviceException listing the names, if it names none
     */
    public static Precision precision() {
        return parse(PRECISION, System.getProperty(PRECISION, "float32"), Precision.class);
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
