package soma.cuda.provider;

import soma.cuda.CudaProperties;
import soma.cuda.GemmRung;
import soma.cuda.jcuda.JCudnnCalls;
import soma.cuda.jcuda.NvidiaDriver;
import soma.cuda.library.Cudnn;
import soma.cuda.library.CudnnAlgorithms;
import soma.cuda.library.CudnnCalls;
import soma.cuda.library.Dnn;
import soma.cuda.library.ForeignCudnn;
import soma.tensor.DeviceException;

import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.Optional;

/**
 * What convolves on a GPU. {@code soma.cuda.dnn} chooses: {@code jcudnn} or {@code foreign} is
 * cuDNN by that binding, {@code none} Soma's own kernels. {@code auto}, which is the default, takes
 * the first of these that is there, unless {@code soma.cuda.gemm} names a kernel.
 */
enum DnnChoice {
    AUTO,
    JCUDNN,
    FOREIGN,
    NONE;

    private static final String PROPERTY = "soma.cuda.dnn";
    private static final String WORKSPACE = "soma.cuda.dnn.workspace";

    /** What one buffer holds. */
    private static final int MOST_WORKSPACE = 2047;

    private static final String OWN = "Soma's own kernels";

    /** The one that the property names. */
    static DnnChoice configured() {
        String value = System.getProperty(PROPERTY, "auto");
        for (DnnChoice choice : values()) {
            if (choice.name().toLowerCase(Locale.ROOT).equals(value)) {
                return choice == AUTO && System.getProperty(GemmRung.PROPERTY) != null
                        ? NONE
                        : choice;
            }
        }
        throw new DeviceException(
                PROPERTY + ": expected one of auto, jcudnn, foreign, none, got " + value);
    }

    /**
     * The library, started on a GPU.
     *
     * @throws DeviceException if the library that was named is not there or doesn't start
     */
    Optional<Dnn> open(NvidiaDriver driver) {
        try {
            Optional<Dnn> library = calls(driver).map(calls -> start(calls, driver));
            if (library.isEmpty() && (this == JCUDNN || this == FOREIGN)) {
                throw new DeviceException(
                        PROPERTY
                                + "="
                                + name().toLowerCase(Locale.ROOT)
                                + ": expected cuDNN to be installed, got none");
            }
            return library;
        } catch (DeviceException e) {
            if (this != AUTO) {
                throw e;
            }
            System.getLogger(DnnChoice.class.getName())
                    .log(Level.WARNING, e.getMessage() + "; " + OWN + " convolve");
            return Optional.empty();
        }
    }

    private static Dnn start(CudnnCalls calls, NvidiaDriver driver) {
        return new Cudnn(
                calls,
                driver,
                CudaProperties.precision(),
                new CudnnAlgorithms(CudnnAlgorithms.userFolder(), driver.properties().name()),
                workspaceLimit());
    }

    private static long workspaceLimit() {
        String value = System.getProperty(WORKSPACE, "256");
        if (!value.matches("[0-9]{1,4}") || Integer.parseInt(value) > MOST_WORKSPACE) {
            throw new DeviceException(
                    WORKSPACE + ": expected MiB from 0 to " + MOST_WORKSPACE + ", got " + value);
        }
        return Long.parseLong(value) << 20;
    }

    private Optional<CudnnCalls> calls(NvidiaDriver driver) {
        return switch (this) {
            case AUTO -> driver.jcudnn().or(ForeignCudnn::find);
            case JCUDNN -> driver.jcudnn();
            case FOREIGN -> ForeignCudnn.find();
            case NONE -> Optional.empty();
        };
    }

    /** What would convolve, without starting it. */
    String describe() {
        try {
            return switch (this) {
                case AUTO -> jcudnn().or(DnnChoice::foreign).orElse(OWN + "; no cuDNN 8 or 9");
                case JCUDNN -> jcudnn().orElse("no libcudnn.so.9");
                case FOREIGN -> foreign().orElse("no libcudnn.so.9 or .8");
                case NONE -> OWN;
            };
        } catch (DeviceException e) {
            return e.getMessage();
        }
    }

    private static Optional<String> jcudnn() {
        return JCudnnCalls.isThere() ? Optional.of(JCudnnCalls.NAME) : Optional.empty();
    }

    private static Optional<String> foreign() {
        return ForeignCudnn.find().map(CudnnCalls::name);
    }
}
