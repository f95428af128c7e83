package soma.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;

import soma.cuda.jcuda.NvidiaGpus;
import soma.tensor.Device;
import soma.tensor.contract.BackendContract;

import java.util.Optional;

/** The contract on Soma's PTX, run by an NVIDIA GPU; skipped, saying why, where there is none. */
class GpuContractTest extends BackendContract {
    @BeforeEach
    void requireGpu() {
        Optional<String> why = NvidiaGpus.here().unavailable();
        assumeTrue(why.isEmpty(), () -> "no GPU to test on: " + why.orElseThrow());
    }

    @Override
    protected Device device() {
        return Device.of("cuda");
    }
}
