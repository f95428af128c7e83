package soma.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;

import soma.tensor.Device;
import soma.tensor.contract.BackendContract;
import soma.tensor.spi.BackendProvider;

import java.util.Optional;

/** The contract on a GPU, where there is one. */
class GpuContractTest extends BackendContract {
    @BeforeAll
    static void needsAGpu() {
        Optional<String> why =
                Device.providers().stream()
                        .filter(p -> p.accepts("cuda"))
                        .findFirst()
                        .flatMap(BackendProvider::unavailable);
        assumeTrue(why.isEmpty(), () -> "no GPU: " + why.orElseThrow());
    }

    @Override
    protected Device device() {
        return Device.of("cuda");
    }
}
