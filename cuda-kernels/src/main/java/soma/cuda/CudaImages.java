package soma.cuda;

import static soma.cuda.OperandTypes.require;
import static soma.cuda.OperandTypes.requireFloat;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DType;
import soma.tensor.spi.ImageKernels;
import soma.tensor.spi.PixelOrder;
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
        launch(
                "normalise_pad_u8",
                count,
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

    @Override
    public void resample(View pixels, View taps, View out) {
        requireBytes("resize", pixels, out);
        require("resize", "taps", taps, DType.INT32);
        launch(
                "resample_u8",
                out.shape().size(),
                new Arguments()
                        .address(Launcher.address(pixels))
                        .address(Launcher.address(taps))
                        .address(Launcher.address(out))
                        .u32(out.shape().size())
                        .u32(pixels.shape().dim(1))
                        .u32(out.shape().dim(1))
                        .u32(out.shape().dim(2))
                        .u32(taps.shape().dim(1)));
    }

    @Override
    public void reorder(View pixels, PixelOrder order, View out) {
        requireBytes("reorder", pixels, out);
        launch(
                "reorder_u8",
                out.shape().size(),
                new Arguments()
                        .address(Launcher.address(pixels))
                        .address(Launcher.address(out))
                        .u32(out.shape().size())
                        .u32(order.width())
                        .u32(out.shape().dim(2))
                        .s32(order.first())
                        .s32(order.down())
                        .s32(order.right()));
    }

    @Override
    public void blend(View pixels, View sum, double weight, View out) {
        requireBytes("blend", pixels, out);
        if (sum != null) {
            require("blend", "sum", sum, DType.FLOAT64);
        }
        launch(
                "blend_u8",
                out.shape().size(),
                new Arguments()
                        .address(Launcher.address(pixels))
                        .address(sum == null ? 0 : Launcher.address(sum))
                        .address(Launcher.address(out))
                        .u32(out.shape().size())
                        .f32(weight)
                        .f64(1 - weight));
    }

    @Override
    public void blendGray(View pixels, double weight, View out) {
        requireBytes("blendGray", pixels, out);
        int count = out.shape().size() / 3;
        launch(
                "blend_gray_u8",
                count,
                new Arguments()
                        .address(Launcher.address(pixels))
                        .address(Launcher.address(out))
                        .u32(count)
                        .f32(weight)
                        .f64(1 - weight));
    }

    /** Starts a kernel whose threads go on in strides of the grid over {@code count} items. */
    private void launch(String entry, int count, Arguments arguments) {
        if (count > 0) {
            Geometry geometry = Geometry.covering(count, THREADS, launcher.wave());
            launcher.launch(KernelFamily.IMAGE, entry, geometry, arguments);
        }
    }

    private static void requireBytes(String op, View pixels, View out) {
        require(op, "pixels", pixels, DType.UINT8);
        require(op, "out", out, DType.UINT8);
    }
}
