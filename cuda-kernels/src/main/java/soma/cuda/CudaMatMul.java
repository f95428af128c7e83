package soma.cuda;

import soma.cuda.library.Blas;
import soma.tensor.DType;
import soma.tensor.DTypeException;
import soma.tensor.spi.MatMulKernels;
import soma.tensor.spi.Precision;
import soma.tensor.spi.View;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;

/** Matrix products of float32 by the kernels of {@code gemm.ptx}, or by a library. */
final class CudaMatMul implements MatMulKernels {
    private final Gemm gemm;

    CudaMatMul(
            CudaBackend backend, Launcher launcher, Precision precision, Optional<Blas> library) {
        this(new Gemm(backend, launcher, GemmRung.configured(precision), library));
    }

    /** With a certain rung of the ladder. */
    CudaMatMul(Gemm gemm) {
        this.gemm = gemm;
    }

    /** What starts the kernels. */
    Gemm gemm() {
        return gemm;
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
        gemm.run(
                new Product(
                        address("matmul", "a", a),
                        transposeA,
                        address("matmul", "b", b),
                        transposeB,
                        address("matmul", "bias", bias),
                        address("matmul", "residual", residual),
                        relu,
                        accumulate,
                        address("matmul", "out", out),
                        out.shape().dim(0),
                        out.shape().dim(1),
                        a.shape().dim(transposeA ? 0 : 1)));
    }

    @Override
    public SequencedMap<String, MatMulKernels> ladder() {
        SequencedMap<String, MatMulKernels> steps = new LinkedHashMap<>();
        for (GemmRung rung : GemmRung.values()) {
            if (gemm.supports(rung)) {
                steps.put(rung.name().toLowerCase(Locale.ROOT), new CudaMatMul(gemm.with(rung)));
            }
        }
        return steps;
    }

    /**
     * The address of an operand; 0 for one that is absent.
     *
     * @throws DTypeException naming op and operand, unless it is float32
     */
    static long address(String op, String operand, View view) {
        if (view == null) {
            return 0;
        }
        OperandTypes.require(op, operand, view, DType.FLOAT32);
        return Launcher.address(view);
    }
}
