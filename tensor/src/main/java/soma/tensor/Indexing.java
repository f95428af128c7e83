package soma.tensor;

import static soma.tensor.OpChecks.list;

import soma.tensor.autograd.Op;

/** Selection by INT32 index. */
final class Indexing {
    private Indexing() {}

    static Tensor indexSelect(Tensor x, Tensor index) {
        OpChecks.dtype("indexSelect", "index", index, DType.INT32);
        OpChecks.rank("indexSelect", "index", index, 1);
        Tensor out = Tensor.empty("indexSelect", x.dtype(), x.shape().with(0, index.dim(0)));
        x.backend()
                .index()
                .indexSelect(x.contiguous().view(), index.contiguous().view(), out.view());
        return OpChecks.record(Op.INDEX_SELECT, out, list(x), list(index), null);
    }

    static Tensor indexAdd(Tensor x, Tensor index, Tensor source) {
        OpChecks.dtype("indexAdd", "index", index, DType.INT32);
        OpChecks.same("indexAdd", x, "source", source);
        OpChecks.shape("indexAdd", "source", source, x.shape().with(0, index.size()).dims());
        Tensor out = copyOf("indexAdd", x);
        x.backend()
                .index()
                .indexAdd(source.contiguous().view(), index.contiguous().view(), out.view());
        return OpChecks.record(Op.INDEX_ADD, out, list(x, source), list(index), null);
    }

    static Tensor gather(Tensor x, Tensor index) {
        rows("gather", x, index);
        Tensor out = Tensor.empty("gather", x.dtype(), index.shape());
        x.backend().index().gather(x.contiguous().view(), index.contiguous().view(), out.view());
        return OpChecks.record(Op.GATHER, out, list(x), list(index), null);
    }

    static Tensor scatterAdd(Tensor x, Tensor index, Tensor source) {
        rows("scatterAdd", x, index);
        OpChecks.same("scatterAdd", x, "source", source);
        OpChecks.shape("scatterAdd", "source", source, index.shape().dims());
        Tensor out = copyOf("scatterAdd", x);
        x.backend()
                .index()
                .scatterAdd(source.contiguous().view(), index.contiguous().view(), out.view());
        return OpChecks.record(Op.SCATTER_ADD, out, list(x, source), list(index), null);
    }

    private static void rows(String op, Tensor x, Tensor index) {
        OpChecks.dtype(op, "index", index, DType.INT32);
        OpChecks.rank(op, "x", x, 2);
        OpChecks.rank(op, "index", index, 2);
        if (index.dim(0) != x.dim(0)) {
            throw new ShapeException(
                    op + ": rows differ: x " + x.shape() + ", index " + index.shape());
        }
    }

    private static Tensor copyOf(String op, Tensor x) {
        Tensor out = Tensor.empty(op, x.dtype(), x.shape());
        x.backend().elementwise().copy(x.view(), out.view());
        return out;
    }

    static Tensor argsort(Tensor x, boolean descending, int count) {
        int k = x.dim(-1);
        if (count < 0 || count > k) {
            throw ShapeException.of("topk", "k", "0.." + k, count);
        }
        Tensor out = Tensor.empty("argsort", DType.INT32, x.shape().with(-1, count));
        int rows = k == 0 ? 0 : x.size() / k;
        Tensor keys = x.contiguous().detach().reshape(rows, k);
        x.backend().index().argsort(keys.view(), descending, out.reshape(rows, count).view());
        return out;
    }

    static Tensor nonZero(Tensor x) {
        OpChecks.dtype("nonZero", "x", x, DType.BOOL);
        OpChecks.rank("nonZero", "x", x, 1);
        Tensor out = Tensor.empty("nonZero", DType.INT32, x.shape());
        int count = x.backend().index().nonZero(x.contiguous().view(), out.view());
        return out.slice(0, 0, count);
    }
}
