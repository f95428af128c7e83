package soma.tensor;

import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Node;
import soma.tensor.spi.Backend;
import soma.tensor.spi.ElementwiseKernels.Binary;
import soma.tensor.spi.ElementwiseKernels.Compare;
import soma.tensor.spi.ElementwiseKernels.Unary;
import soma.tensor.spi.ReduceKernels.Reduce;
import soma.tensor.spi.Storage;
import soma.tensor.spi.View;

import java.util.Arrays;
import java.util.List;

/**
 * An n-dimensional array on a device, with an optional place in an autograd graph. Images and
 * feature maps are NHWC.
 *
 * <p>Movement ({@link #reshape}, {@link #permute}, {@link #slice}, {@link #broadcastTo}) gives
 * views that share the buffer; everything else allocates its result in the current {@link Scope}.
 * Operations take and return tensors of one device and, unless they say otherwise, of one dtype;
 * they throw {@link ShapeException} or {@link DTypeException} naming the op, the argument and what
 * was expected. Layers such as convolution are in {@link Functional}.
 */
public final class Tensor {
    private final View view;
    private final Node node;

    /** Wraps a view; for the op families. */
    Tensor(View view, Node node) {
        this.view = view;
        this.node = node;
    }

    // ---- creation
    // -----------------------------------------------------------------------------------------------------

    /** Uninitialised memory of the current scope; {@code op} is named in leak reports. */
    public static Tensor empty(String op, DType dtype, Shape shape) {
        Scope scope = Scope.current();
        Storage storage = scope.device().backend().allocate(dtype, shape.size(), op);
        scope.own(storage);
        return new Tensor(new View(storage, Layout.contiguous(shape)), null);
    }

    /** All elements equal to {@code value}. */
    public static Tensor full(DType dtype, double value, int... dims) {
        Tensor t = empty("full", dtype, Shape.of(dims));
        t.backend().elementwise().fill(t.view, value);
        return t;
    }

    /** float32 zeros. */
    public static Tensor zeros(int... dims) {
        return full(DType.FLOAT32, 0, dims);
    }

    /** Zeros of the shape and dtype of {@code like}. */
    public static Tensor zerosLike(Tensor like) {
        return full(like.dtype(), 0, like.shape().dims());
    }

    /** float32 from a row-major array. */
    public static Tensor of(float[] values, int... dims) {
        return fromArray(DType.FLOAT32, values, values.length, dims);
    }

    /** float64 from a row-major array. */
    public static Tensor of(double[] values, int... dims) {
        return fromArray(DType.FLOAT64, values, values.length, dims);
    }

    /** int32 from a row-major array. */
    public static Tensor of(int[] values, int... dims) {
        return fromArray(DType.INT32, values, values.length, dims);
    }

    /** int64 from a row-major array. */
    public static Tensor of(long[] values, int... dims) {
        return fromArray(DType.INT64, values, values.length, dims);
    }

    /** uint8 (or, as 0 and 1, BOOL) from a row-major array. */
    public static Tensor of(DType dtype, byte[] values, int... dims) {
        if (dtype != DType.UINT8 && dtype != DType.BOOL) {
            throw DTypeException.of("of", "dtype", "UINT8 or BOOL", dtype);
        }
        return fromArray(dtype, values, values.length, dims);
    }

    private static Tensor fromArray(DType dtype, Object values, int length, int... dims) {
        Shape shape = Shape.of(dims);
        if (shape.size() != length) {
            throw ShapeException.of("of", "dims", "a product of " + length, shape);
        }
        Tensor t = empty("of", dtype, shape);
        t.backend().upload(values, 0, t.storage(), 0, length);
        return t;
    }

    // ---- properties
    // ---------------------------------------------------------------------------------------------------

    /** The extents. */
    public Shape shape() {
        return view.shape();
    }

    /** Extent of dimension {@code i}; negative counts from the last. */
    public int dim(int i) {
        return view.shape().dim(i);
    }

    /** Number of dimensions. */
    public int rank() {
        return view.shape().rank();
    }

    /** Number of elements. */
    public int size() {
        return view.shape().size();
    }

    /** The element type. */
    public DType dtype() {
        return view.dtype();
    }

    /** Buffer and layout, as kernels take them. */
    public View view() {
        return view;
    }

    /** The buffer. */
    public Storage storage() {
        return view.storage();
    }

    /** The backend that holds the buffer. */
    public Backend backend() {
        return view.storage().backend();
    }

    /** The graph node that made it, or null where no gradient flows. */
    public Node node() {
        return node;
    }

    /** Whether gradients flow to it. */
    public boolean requiresGrad() {
        return node != null;
    }

    // ---- lifetime and graph
    // -------------------------------------------------------------------------------------------

    /**
     * Takes the tensor out of all scopes: it lives, reported under {@code name}, until {@link
     * #release}.
     */
    public Tensor keep(String name) {
        storage().retain().origin(name);
        return this;
    }

    /** Ends what {@link #keep} began. */
    public void release() {
        storage().release();
    }

    /**
     * A leaf of the graph over the same buffer: gradients are collected for it under {@code name}.
     */
    public Tensor leaf(String name) {
        if (!dtype().isFloating()) {
            throw DTypeException.of("leaf", name, "FLOAT32 or FLOAT64", dtype());
        }
        return new Tensor(view, Node.leaf(name, shape(), dtype()));
    }

    /** The same values, cut off from the graph. */
    public Tensor detach() {
        return node == null ? this : new Tensor(view, null);
    }

    // ---- host access
    // --------------------------------------------------------------------------------------------------

    /** The elements as float32, row-major. */
    public float[] toFloats() {
        Tensor t = Movement.contiguous(to(DType.FLOAT32).detach());
        float[] out = new float[size()];
        t.backend().download(t.storage(), t.view.layout().offset(), out, 0, out.length);
        return out;
    }

    /** The elements as float64, row-major. */
    public double[] toDoubles() {
        Tensor t = Movement.contiguous(to(DType.FLOAT64).detach());
        double[] out = new double[size()];
        t.backend().download(t.storage(), t.view.layout().offset(), out, 0, out.length);
        return out;
    }

    /** The elements as int32, row-major; fractions are dropped. */
    public int[] toInts() {
        Tensor t = Movement.contiguous(to(DType.INT32).detach());
        int[] out = new int[size()];
        t.backend().download(t.storage(), t.view.layout().offset(), out, 0, out.length);
        return out;
    }

    /**
     * The only element.
     *
     * @throws ShapeException if there is not exactly one
     */
    public double item() {
        if (size() != 1) {
            throw ShapeException.of("item", "tensor", "one element", shape());
        }
        return toDoubles()[0];
    }

    // ---- movement
    // -----------------------------------------------------------------------------------------------------

    /**
     * The same elements under another shape (one extent may be -1); a view where strides allow,
     * else a copy.
     */
    public Tensor reshape(int... dims) {
        return Movement.reshape(this, dims);
    }

    /** Reorders dimensions; a view. */
    public Tensor permute(int... axes) {
        return Movement.permute(this, axes);
    }

    /** Elements {@code from} to {@code to} (exclusive) of an axis; a view. */
    public Tensor slice(int axis, int from, int to) {
        return Movement.slice(this, axis, from, to, 1);
    }

    /**
     * Every {@code step}-th element from {@code from} to {@code to} (exclusive) of an axis; a view.
     */
    public Tensor slice(int axis, int from, int to, int step) {
        return Movement.slice(this, axis, from, to, step);
    }

    /** Repeats axes of extent 1 without copying. */
    public Tensor broadcastTo(Shape target) {
        return Movement.broadcastTo(this, target);
    }

    /** Row-major: itself if it is so already, else a copy. */
    public Tensor contiguous() {
        return Movement.contiguous(this);
    }

    /** Converts the type; itself if nothing changes. Gradients pass between float types. */
    public Tensor to(DType dtype) {
        return Movement.cast(this, dtype);
    }

    // ---- pointwise
    // ----------------------------------------------------------------------------------------------------

    /** Broadcasting sum. */
    public Tensor add(Tensor other) {
        return Pointwise.binary(Binary.ADD, this, other);
    }

    /** Broadcasting difference. */
    public Tensor sub(Tensor other) {
        return Pointwise.binary(Binary.SUB, this, other);
    }

    /** Broadcasting product. */
    public Tensor mul(Tensor other) {
        return Pointwise.binary(Binary.MUL, this, other);
    }

    /** Broadcasting quotient. */
    public Tensor div(Tensor other) {
        return Pointwise.binary(Binary.DIV, this, other);
    }

    /** Broadcasting minimum; on ties the gradient goes to this. */
    public Tensor min(Tensor other) {
        return Pointwise.binary(Binary.MIN, this, other);
    }

    /** Broadcasting maximum; on ties the gradient goes to this. */
    public Tensor max(Tensor other) {
        return Pointwise.binary(Binary.MAX, this, other);
    }

    /** Adds a number. */
    public Tensor add(double scalar) {
        return Pointwise.binary(Binary.ADD, this, scalar);
    }

    /** Subtracts a number. */
    public Tensor sub(double scalar) {
        return Pointwise.binary(Binary.SUB, this, scalar);
    }

    /** Multiplies by a number. */
    public Tensor mul(double scalar) {
        return Pointwise.binary(Binary.MUL, this, scalar);
    }

    /** Divides by a number. */
    public Tensor div(double scalar) {
        return Pointwise.binary(Binary.DIV, this, scalar);
    }

    /** Raises to a power. */
    public Tensor pow(double exponent) {
        return Pointwise.binary(Binary.POW, this, exponent);
    }

    /** Clamps to at most {@code bound}. */
    public Tensor min(double bound) {
        return Pointwise.binary(Binary.MIN, this, bound);
    }

    /** Clamps to at least {@code bound}. */
    public Tensor max(double bound) {
        return Pointwise.binary(Binary.MAX, this, bound);
    }

    /** Negation. */
    public Tensor neg() {
        return Pointwise.unary(Unary.NEG, this);
    }

    /** Absolute value; gradient 0 at 0. */
    public Tensor abs() {
        return Pointwise.unary(Unary.ABS, this);
    }

    /** Exponential. */
    public Tensor exp() {
        return Pointwise.unary(Unary.EXP, this);
    }

    /** Natural logarithm. */
    public Tensor log() {
        return Pointwise.unary(Unary.LOG, this);
    }

    /** Square root. */
    public Tensor sqrt() {
        return Pointwise.unary(Unary.SQRT, this);
    }

    /** {@code 1 / sqrt(x)}. */
    public Tensor rsqrt() {
        return Pointwise.unary(Unary.RSQRT, this);
    }

    /** {@code 1 / x}. */
    public Tensor reciprocal() {
        return Pointwise.unary(Unary.RECIPROCAL, this);
    }

    /** Logistic function. */
    public Tensor sigmoid() {
        return Pointwise.unary(Unary.SIGMOID, this);
    }

    /** Hyperbolic tangent. */
    public Tensor tanh() {
        return Pointwise.unary(Unary.TANH, this);
    }

    /** {@code max(x, 0)}. */
    public Tensor relu() {
        return Pointwise.unary(Unary.RELU, this);
    }

    /** {@code log(1 + exp(x))}, stable. */
    public Tensor softplus() {
        return Pointwise.unary(Unary.SOFTPLUS, this);
    }

    /** Largest integer not above; no gradient. */
    public Tensor floor() {
        return Pointwise.unary(Unary.FLOOR, this);
    }

    /** -1, 0 or 1; no gradient. */
    public Tensor sign() {
        return Pointwise.unary(Unary.SIGN, this);
    }

    /** Element by element comparison with broadcasting; BOOL. */
    public Tensor compare(Compare op, Tensor other) {
        return Pointwise.compare(op, this, other);
    }

    /** Element by element comparison with a number; BOOL. */
    public Tensor compare(Compare op, double scalar) {
        return Pointwise.compare(op, this, scalar);
    }

    /** {@code this ? a : b} for a BOOL tensor, with broadcasting. */
    public Tensor where(Tensor a, Tensor b) {
        return Pointwise.where(this, a, b);
    }

    // ---- reductions
    // ---------------------------------------------------------------------------------------------------

    /** Sum over axes (all if none is named), which are kept with extent 1 if {@code keepDims}. */
    public Tensor sum(boolean keepDims, int... axes) {
        return Reduction.reduce(Reduce.SUM, this, keepDims, axes);
    }

    /** Sum of all elements: a scalar. */
    public Tensor sum() {
        return Reduction.reduce(Reduce.SUM, this, false);
    }

    /** Mean of all elements: a scalar. */
    public Tensor mean() {
        return sum().div(Math.max(1, size()));
    }

    /** Mean over axes. */
    public Tensor mean(boolean keepDims, int... axes) {
        Tensor s = sum(keepDims, axes);
        return s.div((double) size() / Math.max(1, s.size()));
    }

    /**
     * Maximum over axes (all if none is named); the gradient is shared among ties as in torch's
     * amax.
     */
    public Tensor max(boolean keepDims, int... axes) {
        return Reduction.reduce(Reduce.MAX, this, keepDims, axes);
    }

    /** Minimum over axes (all if none is named). */
    public Tensor min(boolean keepDims, int... axes) {
        return Reduction.reduce(Reduce.MIN, this, keepDims, axes);
    }

    /** INT32 index of the largest element along the last axis. */
    public Tensor argmax() {
        return Reduction.argmax(this);
    }

    /** Softmax over the last axis. */
    public Tensor softmax() {
        return Functional.softmax(this);
    }

    /** Logarithm of the softmax over the last axis. */
    public Tensor logSoftmax() {
        return Functional.logSoftmax(this);
    }

    // ---- products and selection
    // ---------------------------------------------------------------------------------------

    /** Matrix product [m,k] x [k,n]. */
    public Tensor matMul(Tensor other) {
        return MatMul.matMul(this, other, null, null, false);
    }

    /** Rows {@code index} (INT32) of the first axis. */
    public Tensor indexSelect(Tensor index) {
        return Indexing.indexSelect(this, index);
    }

    /** {@code out[r, j] = this[r, index[r, j]]}. */
    public Tensor gather(Tensor index) {
        return Indexing.gather(this, index);
    }

    /**
     * This with rows of {@code source} added at {@code index} (INT32) of the first axis; a new
     * tensor.
     */
    public Tensor indexAdd(Tensor index, Tensor source) {
        return Indexing.indexAdd(this, index, source);
    }

    /** This [rows,k] with {@code source[r, j]} added at {@code [r, index[r, j]]}; a new tensor. */
    public Tensor scatterAdd(Tensor index, Tensor source) {
        return Indexing.scatterAdd(this, index, source);
    }

    /** INT32 indices that sort the last axis, stable. */
    public Tensor argsort(boolean descending) {
        return Indexing.argsort(this, descending, dim(-1));
    }

    /**
     * INT32 indices of the {@code k} largest along the last axis, descending; the lower index first
     * among equals.
     */
    public Tensor topk(int k) {
        return Indexing.argsort(this, true, k);
    }

    /** INT32 positions of the true elements of a BOOL vector. */
    public Tensor nonZero() {
        return Indexing.nonZero(this);
    }

    /** Joins tensors along an axis. */
    public static Tensor concat(int axis, Tensor... parts) {
        return Movement.concat(axis, parts);
    }

    /** Whether all elements are finite. */
    public boolean allFinite() {
        return backend().optimizer().allFinite(contiguous().view);
    }

    /** Whether all elements of all tensors, of one device, are finite; asks the device once. */
    public static boolean allFinite(List<Tensor> tensors) {
        return tensors.isEmpty()
                || tensors.getFirst()
                        .backend()
                        .optimizer()
                        .allFinite(tensors.stream().map(t -> t.contiguous().view).toList());
    }

    /** Gradients of this scalar with respect to all leaves it depends on. */
    public soma.tensor.autograd.Gradients backward() {
        return Autograd.backward(this);
    }

    @Override
    public String toString() {
        String head = "Tensor " + dtype() + " " + shape();
        return storage().isLive() && size() <= 16
                ? head + " " + Arrays.toString(toDoubles())
                : head;
    }
}
