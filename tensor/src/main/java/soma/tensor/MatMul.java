package soma.tensor;

import static soma.tensor.OpChecks.list;

import soma.tensor.autograd.Op;
import soma.tensor.spi.View;

/** Matrix products with a fused epilogue. */
final class MatMul {
    private MatMul() {}

    static Tensor matMul(Tensor a, Tensor b, Tensor bias, Tensor residual, boolean relu) {
        OpChecks.floating("matMul", "left operand", a);
        OpChecks.rank("matMul", "left operand", a, 2);
        OpChecks.rank("matMul", "right operand", b, 2);
        OpChecks.same("matMul", a, "right operand", b);
        OpChecks.same("matMul", a, "bias", bias);
        OpChecks.same("matMul", a, "residual", residual);
        if (a.dim(1) != b.dim(0)) {
            throw new ShapeException(
                    "matMul: inner extents differ: left " + a.shape() + ", right " + b.shape());
        }
        int m = a.dim(0);
        int n = b.dim(1);
        OpChecks.shape("matMul", "bias", bias, n);
        OpChecks.shape("matMul", "residual", residual, m, n);
        Tensor x = a.contiguous();
        Tensor w = b.contiguous();
        Tensor out = Tensor.empty("matMul", a.dtype(), Shape.of(m, n));
        a.backend()
                .matMul()
                .matMul(
                        x.view(),
                        false,
                        w.view(),
                        false,
                        view(bias),
                        view(residual),
                        relu,
                        false,
                        out.view());
        return OpChecks.record(
                Op.MATMUL, out, list(x, w, bias, residual), list(x, w, relu ? out : null), relu);
    }

    static View view(Tensor t) {
        return t == null ? null : t.contiguous().view();
    }
}
