package soma.tensor.contract;

import soma.tensor.Device;

/** The contract on the reference itself: what it asserts beyond agreement. */
class CpuReferenceContractTest extends BackendContract {
    @Override
    protected Device device() {
        return Device.cpuReference();
    }
}
