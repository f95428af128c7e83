package soma.cuda;

import static soma.cuda.OperandTypes.require;
import static soma.cuda.OperandTypes.requireFloat;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DType;
import soma.tensor.spi.ImageKernels;
import soma.tensor.spi.View;

/** Kernels of images. */
final class CudaImages implements ImageKernels {
    private static final int THREADS = 256;

    private final Launcher launcher;

    CudaImages(Launcher launcher) {
        this.launcher = launcher;
    }

    @Override
    public void normalisePad(View pixels, View statistics, View out) {
        require("normalisePad", "pixels", pixels, DType.UINT8);
        requireFloat("normalisePad", "operand", statistics, out);
        int count = out.shape().size();
        if (count == 0) {
            return;
        }
        launcher.launch(
                KernelFamily.IMAGE,
                "normalise_pad_u8",
                Geometry.covering(count, THREADS, launcher.wave()),
                new Arguments()
                        .address(Launcher.address(pixels))
                        .address(Launcher.address(statistics))
                        .address(Launcher.address(out))
                        .u32(count)
                        .u32(pixels.shape().dim(0))
                        .u32(pixels.shape().dim(1))
                        .u32(out.shape().dim(1))
                        .u32(pixels.shape().dim(2)));
    }
}
