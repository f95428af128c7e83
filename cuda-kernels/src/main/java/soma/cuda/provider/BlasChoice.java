package soma.cuda.provider;

import soma.cuda.CudaProperties;
import soma.cuda.GemmRung;
import soma.cuda.jcuda.JCublasCalls;
import soma.cuda.jcuda.NvidiaDriver;
import soma.cuda.library.Blas;
import soma.cuda.library.Cublas;
import soma.cuda.library.CublasCalls;
import soma.cuda.library.ForeignCublas;
import soma.tensor.DeviceException;

import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.Optional;

/**
 * What multiplies matrices on a GPU. {@code soma.cuda.blas} chooses: {@code jcublas} or {@code
 * foreign} is cuBLAS by that binding, {@code none} Soma's own kernels. {@code auto}, which is the
 * default, takes the first of these that is there, unless {@code soma.cuda.gemm} names a kernel.
 */
enum BlasChoice {
    AUTO,
    JCUBLAS,
    FOREIGN,
    NONE;

    private static final String PROPERTY = "soma.cuda.blas";
    private static final String OWN = "Soma's own kernels";

    /** The one that the property names. */
    static BlasChoice configured() {
        String value = System.getProperty(PROPERTY, "auto");
        for (BlasChoice choice : values()) {
            if (choice.name().toLowerCase(Locale.ROOT).equals(value)) {
                return choice == AUTO && System.getProperty(GemmRung.PROPERTY) != null
                        ? NONE
                        : choice;
            }
        }
        throw new DeviceException(
                PROPERTY + ": expected one of auto, jcublas, foreign, none, got " + value);
    }

    /**
     * The library, started on a GPU.
     *
     * @throws DeviceException if the library that was named is not there or doesn't start
     */
    Optional<Blas> open(NvidiaDriver driver) {
        try {
            Optional<Blas> library =
                    calls(driver)
                            .map(calls -> new Cublas(calls, driver, CudaProperties.precision()));
            if (library.isEmpty() && (this == JCUBLAS || this == FOREIGN)) {
                throw new DeviceException(
                        PROPERTY
                                + "="
                                + name().toLowerCase(Locale.ROOT)
                                + ": expected cuBLAS to be installed, got none");
            }
            return library;
        } catch (DeviceException e) {
            if (this != AUTO) {
                throw e;
            }
            System.getLogger(BlasChoice.class.getName())
                    .log(Level.WARNING, e.getMessage() + "; " + OWN + " multiply");
            return Optional.empty();
        }
    }

    private Optional<CublasCalls> calls(NvidiaDriver driver) {
        return switch (this) {
            case AUTO -> driver.jcublas().or(ForeignCublas::find);
            case JCUBLAS -> driver.jcublas();
            case FOREIGN -> ForeignCublas.find();
            case NONE -> Optional.empty();
        };
    }

    /** What would multiply, without starting it. */
    String describe() {
        Optional<String> jcublas =
                JCublasCalls.isThere() ? Optional.of(JCublasCalls.NAME) : Optional.empty();
        try {
            return switch (this) {
                case AUTO -> jcublas.or(BlasChoice::foreign).orElse(OWN + "; no cuBLAS 12 or 13");
                case JCUBLAS -> jcublas.orElse("no libcublas.so.12");
                case FOREIGN -> foreign().orElse("no libcublas.so.12 or .13");
                case NONE -> OWN;
            };
        } catch (DeviceException e) {
            return e.getMessage();
        }
    }

    private static Optional<String> foreign() {
        return ForeignCublas.find().map(CublasCalls::name);
    }
}
