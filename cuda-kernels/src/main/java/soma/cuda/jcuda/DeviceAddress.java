package soma.cuda.jcuda;

import jcuda.driver.CUdeviceptr;

/** Device memory as JCuda takes it; elsewhere an address is a number. */
final class DeviceAddress extends CUdeviceptr {
    /** No address yet: for JCuda to fill in. */
    DeviceAddress() {}

    /** The memory at an address. */
    DeviceAddress(long address) {
        super(new CUdeviceptr(), address);
    }

    /** The number. */
    long value() {
        return getNativePointer() + getByteOffset();
    }
}
