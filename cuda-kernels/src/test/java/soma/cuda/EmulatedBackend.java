package soma.cuda;

import soma.cuda.emulator.Checks;
import soma.cuda.emulator.EmulatedDriver;

/** A backend for tests of kernels: on the emulator, which looks for all that it can find. */
public final class EmulatedBackend {
    private static final long SEED = 1;

    private EmulatedBackend() {}

    /** A fresh one, with full checks. */
    public static CudaBackend create() {
        return new CudaBackend(new EmulatedDriver(Checks.FULL, SEED));
    }
}
