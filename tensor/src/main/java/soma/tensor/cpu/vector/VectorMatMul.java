package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.floats;

import soma.tensor.DType;
import soma.tensor.spi.MatMulKernels;
import soma.tensor.spi.View;

/** Matrix products of float32 by {@link Sgemm}. */
final class VectorMatMul implements MatMulKernels {
    private final MatMulKernels reference;

    VectorMatMul(MatMulKernels reference) {
        this.reference = reference;
    }

    @Override
    public void matMul(
            View a,
            boolean transposeA,
            View b,
            boolean transposeB,
            View bias,
            View residual,
            boolean relu,
            boolean accumulate,
            View out) {
        if (out.dtype() != DType.FLOAT32) {
            reference.matMul(a, transposeA, b, transposeB, bias, residual, relu, accumulate, out);
            return;
        }
        int m = out.shape().dim(0);
        int n = out.shape().dim(1);
        int k = a.shape().dim(transposeA ? 0 : 1);
        Sgemm.multiply(
                transposeA,
                transposeB,
                m,
                n,
                k,
                floats(a),
                a.layout().offset(),
                transposeA ? m : k,
                floats(b),
                b.layout().offset(),
                transposeB ? k : n,
                accumulate,
                floats(out),
                out.layout().offset(),
                n,
                epilogue(bias, residual, relu));
    }

    /** The epilogue of fused operands; those that are null are left out. */
    static Epilogue epilogue(View bias, View residual, boolean relu) {
        return new Epilogue(
                bias == null ? null : floats(bias),
                bias == null ? 0 : bias.layout().offset(),
                residual == null ? null : floats(residual),
                residual == null ? 0 : residual.layout().offset(),
                relu);
    }
}
