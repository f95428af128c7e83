package soma.tensor.contract;

import soma.tensor.Device;

/** The contract on the fast CPU backend. */
class CpuContractTest extends BackendContract {
    @Override
    protected Device device() {
        return Device.cpu();
    }
}
