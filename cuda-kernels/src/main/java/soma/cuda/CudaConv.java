package soma.cuda;

import soma.cuda.driver.Geometry;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.ConvKernels;
import soma.tensor.spi.View;

/**
 * Convolutions of float32 by the kernels of {@code conv.ptx}. Those of single pixels without stride
 * are matrix products and run as such.
 */
final class CudaConv implements ConvKernels {
    private static final int THREADS = 256;

    private final Launcher launcher;
    private final Gemm gemm;

    CudaConv(Launcher launcher, Gemm gemm) {
        this.launcher = launcher;
        this.gemm = gemm;
    }

    @Override
    public void forward(
            ConvGeometry g, View x, View w, View bias, View residual, boolean relu, View out) {
        ConvOperands operands =
                new ConvOperands(
                        address("x", x),
                        address("w", w),
                        address("bias", bias),
                        address("residual", residual),
                        relu,
                        address("out", out));
        int pixels = g.n() * g.outH() * g.outW();
        if (isProduct(g, g.ci())) {
            gemm.run(
                    new Product(
                            operands.a(),
                            false,
                            operands.b(),
                            false,
                            operands.bias(),
                            operands.residual(),
                            relu,
                            false,
                            operands.out(),
                            pixels,
                            g.co(),
                            g.ci()));
        } else if (pixels > 0) {
            launch("conv_forward_naive_f32", g, operands, pixels * g.co(), Slices.one(0));
        }
    }

    @Override
    public void backwardData(ConvGeometry g, View gradOut, View w, View gradX) {
        ConvOperands operands =
                new ConvOperands(
                        address("gradOut", gradOut),
                        address("w", w),
                        0,
                        0,
                        false,
                        address("gradX", gradX));
        int pixels = g.n() * g.h() * g.w();
        if (isProduct(g, g.co())) {
            gemm.run(
                    new Product(
                            operands.a(),
                            false,
                            operands.b(),
                            true,
                            0,
                            0,
                            false,
                            false,
                            operands.out(),
                            pixels,
                            g.ci(),
                            g.co()));
        } else if (pixels > 0) {
            launch("conv_data_naive_f32", g, operands, pixels * g.ci(), Slices.one(0));
        }
    }

    @Override
    public void backwardFilter(ConvGeometry g, View x, View gradOut, View gradW) {
        ConvOperands operands =
                new ConvOperands(
                        address("x", x),
                        address("gradOut", gradOut),
                        0,
                        0,
                        false,
                        address("gradW", gradW));
        int pixels = g.n() * g.outH() * g.outW();
        if (isProduct(g, g.ci())) {
            gemm.run(
                    new Product(
                            operands.a(),
                            true,
                            operands.b(),
                            false,
                            0,
                            0,
                            false,
                            false,
                            operands.out(),
                            g.ci(),
                            g.co(),
                            pixels));
            return;
        }
        int weights = g.kh() * g.kw() * (g.ci() / g.groups()) * g.co();
        Slices slices = Slices.of(blocks(weights), pixels, weights);
        if (slices.count() == 1) {
            launch("conv_filter_naive_f32", g, operands, weights, slices);
        } else {
            gemm.inSlices(
                    slices.count(),
                    weights,
                    g.co(),
                    0,
                    0,
                    0,
                    operands.out(),
                    partial ->
                            launch(
                                    "conv_filter_naive_f32",
                                    g,
                                    operands.partial(partial),
                                    weights,
                                    slices));
        }
    }

    private void launch(
            String entry, ConvGeometry g, ConvOperands operands, int elements, Slices slices) {
        launcher.launch(
                KernelFamily.CONV,
                entry,
                Geometry.of(blocks(elements), slices.count(), THREADS),
                operands.arguments(g, 0, slices.length(), 1));
    }

    private static int blocks(int elements) {
        return (int) Math.max(1, ((long) elements + THREADS - 1) / THREADS);
    }

    /**
     * Whether each output pixel depends on the input pixel at its place and nothing else; also one
     * that sums over no channels, since its sums have no terms.
     */
    private static boolean isProduct(ConvGeometry g, int channels) {
        boolean pointwise = g.kh() == 1 && g.kw() == 1 && g.strideH() == 1 && g.strideW() == 1;
        boolean direct = pointwise && g.padH() == 0 && g.padW() == 0 && g.groups() == 1;
        return direct || channels == 0;
    }

    private static long address(String operand, View view) {
        return CudaMatMul.address("conv2d", operand, view);
    }
}
