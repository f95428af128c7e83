package soma.cuda.jcuda;

import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

import soma.tensor.DeviceException;

/** What the driver's calls return: 0, or the code of an error. */
final class Status {
    private Status() {}

    /**
     * Checks a call for which no context is needed.
     *
     * @throws DeviceException naming the call, the code and what the driver says about it
     */
    static void require(String call, int code) {
        if (code != CUresult.CUDA_SUCCESS) {
            throw new DeviceException("cuda: " + text(call, code));
        }
    }

    /** One line: the call, the code's name and number, the driver's words. */
    static String text(String call, int code) {
        String[] words = new String[1];
        String said =
                JCudaDriver.cuGetErrorString(code, words) == CUresult.CUDA_SUCCESS
                        ? words[0]
                        : "unknown to this driver";
        return call + ": " + CUresult.stringFor(code) + " (" + code + "): " + said;
    }

    /** Whether the context is of no use after this error: every later call would fail as well. */
    static boolean losesContext(int code) {
        return switch (code) {
            case CUresult.CUDA_ERROR_DEINITIALIZED,
                    CUresult.CUDA_ERROR_ECC_UNCORRECTABLE,
                    CUresult.CUDA_ERROR_NVLINK_UNCORRECTABLE,
                    CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
                    CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
                    CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED,
                    CUresult.CUDA_ERROR_ASSERT,
                    CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
                    CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
                    CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
                    CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
                    CUresult.CUDA_ERROR_INVALID_PC,
                    CUresult.CUDA_ERROR_LAUNCH_FAILED ->
                    true;
            default -> false;
        };
    }
}
