package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.floats;

import soma.tensor.DType;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.ConvKernels;
import soma.tensor.spi.View;

/** Convolutions of float32 as implicit matrix products. */
final class VectorConv implements ConvKernels {
    private final ConvKernels reference;

    VectorConv(ConvKernels reference) {
        this.reference = reference;
    }

    @Override
    public void forward(
            ConvGeometry g, View x, View w, View bias, View residual, boolean relu, View out) {
        if (out.dtype() != DType.FLOAT32) {
            reference.forward(g, x, w, bias, residual, relu, out);
            return;
        }
        ConvForward.run(
                g,
                floats(x),
                x.layout().offset(),
                floats(w),
                w.layout().offset(),
                floats(out),
                out.layout().offset(),
                VectorMatMul.epilogue(bias, residual, relu));
    }

    @Override
    public void backwardData(ConvGeometry g, View gradOut, View w, View gradX) {
        if (gradX.dtype() != DType.FLOAT32) {
            reference.backwardData(g, gradOut, w, gradX);
            return;
        }
        ConvBackwardData.run(
                g,
                floats(gradOut),
                gradOut.layout().offset(),
                floats(w),
                w.layout().offset(),
                floats(gradX),
                gradX.layout().offset());
    }

    @Override
    public void backwardFilter(ConvGeometry g, View x, View gradOut, View gradW) {
        if (gradW.dtype() != DType.FLOAT32) {
            reference.backwardFilter(g, x, gradOut, gradW);
            return;
        }
        ConvBackwardFilter.run(
                g,
                floats(x),
                x.layout().offset(),
                floats(gradOut),
                gradOut.layout().offset(),
                false,
                floats(gradW),
                gradW.layout().offset());
    }
}
