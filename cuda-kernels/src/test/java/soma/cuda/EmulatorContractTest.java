package soma.cuda;

import soma.tensor.Device;
import soma.tensor.contract.BackendContract;

/** The contract on Soma's PTX, run by the emulator. */
class EmulatorContractTest extends BackendContract {
    @Override
    protected Device device() {
        return Device.of("emulator");
    }
}
