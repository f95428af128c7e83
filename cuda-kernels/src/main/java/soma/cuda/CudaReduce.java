package soma.cuda;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DType;
import soma.tensor.DTypeException;
import soma.tensor.DeviceException;
import soma.tensor.Layout;
import soma.tensor.Shape;
import soma.tensor.ShapeException;
import soma.tensor.spi.Backend;
import soma.tensor.spi.ReduceKernels;
import soma.tensor.spi.Storage;
import soma.tensor.spi.View;

import java.util.stream.IntStream;

/** Reductions of {@code reduce.ptx}, of all types; everything is accumulated in float64. */
final class CudaReduce implements ReduceKernels {
    private static final int THREADS = 256;
    private static final int WARP = 32;

    /** Rows from this length on get a block each in {@code argmax_rows}. */
    private static final int LONG_ROW = 1024;

    private final Launcher launcher;
    private final Backend memory;

    /** Scratch memory comes from {@code memory}. */
    CudaReduce(Launcher launcher, Backend memory) {
        this.launcher = launcher;
        this.memory = memory;
    }

    /**
     * An operand.
     *
     * @param address of its first element
     * @param layout where its elements lie from there
     * @param dtype their type
     */
    private record Operand(long address, Layout layout, DType dtype) {
        static Operand of(View view) {
            return new Operand(Launcher.address(view), view.layout(), view.dtype());
        }

        long addressAt(int element) {
            return address + (long) element * dtype.bytes();
        }
    }

    @Override
    public void reduce(Reduce op, View x, View out) {
        if (out.shape().size() > 0) {
            reduce(op, Operand.of(x), Operand.of(out));
        }
    }

    private void reduce(Reduce op, Operand x, Operand out) {
        Layout layout = x.layout();
        Nest outputs = Nest.over(axes(x, out, true), layout, out.layout());
        Nest items = Nest.over(axes(x, out, false), layout);
        if (items.rank() > Nest.MAX_RANK) {
            throw new DeviceException(
                    op
                            + " on cuda: x: expected up to 6 separate ranges of reduced axes, got "
                            + layout);
        }
        ReducePlan plan = ReducePlan.of(outputs, items, x.dtype());
        if (plan.parts() == 1) {
            launch(op, plan, outputs, x, out);
            return;
        }
        Shape shape = out.layout().shape();
        Layout parts = Layout.contiguous(prepend(plan.parts(), shape));
        Storage scratch = memory.allocate(DType.FLOAT64, parts.shape().size(), "reduce");
        long address = Launcher.address(scratch);
        Operand firstPart = new Operand(address, Layout.contiguous(shape), DType.FLOAT64);
        Nest toParts = Nest.over(axes(x, out, true), layout, firstPart.layout());
        launch(op, plan, toParts, x, firstPart);
        reduce(
                op,
                new Operand(address, parts, DType.FLOAT64),
                new Operand(
                        out.address(), out.layout().broadcastTo(prepend(1, shape)), out.dtype()));
        scratch.release();
    }

    private static Shape prepend(int extent, Shape shape) {
        return Shape.of(
                IntStream.concat(IntStream.of(extent), IntStream.of(shape.dims())).toArray());
    }

    /** The kept or the reduced axes, those with the largest steps first. */
    private static int[] axes(Operand x, Operand out, boolean kept) {
        Shape from = x.layout().shape();
        Shape to = out.layout().shape();
        int[] axes =
                IntStream.range(0, from.rank())
                        .filter(axis -> (from.dim(axis) == to.dim(axis)) == kept)
                        .toArray();
        return Nest.sorted(axes, x.layout());
    }

    private void launch(Reduce op, ReducePlan plan, Nest outputs, Operand x, Operand out) {
        for (Nest nest : outputs.parts()) {
            Arguments arguments =
                    type(type(addresses(nest, x, out).u32(op.ordinal()), x), out)
                            .u32(nest.items())
                            .u32(plan.parts())
                            .u32(outputs.items())
                            .u32(plan.items().items());
            if (plan.isRows()) {
                arguments.u32(plan.items().quads()).u32(isAligned(nest, x) ? 1 : 0);
            }
            nest.appendTo(arguments.u32(plan.chunk()));
            plan.items().appendTo(arguments);
            launcher.launch(
                    KernelFamily.REDUCE,
                    plan.entry(),
                    plan.geometry(nest.items(), launcher.wave()),
                    arguments);
        }
    }

    /** Whether all rows begin at a multiple of four float32. */
    private static boolean isAligned(Nest outputs, Operand x) {
        boolean aligned = x.addressAt(outputs.base(0)) % (4 * Float.BYTES) == 0;
        for (int d = 0; d < outputs.rank(); d++) {
            aligned &= outputs.step(0, d) % 4 == 0;
        }
        return aligned;
    }

    private static Arguments addresses(Nest nest, Operand x, Operand out) {
        return new Arguments()
                .address(x.addressAt(nest.base(0)))
                .address(out.addressAt(nest.base(1)));
    }

    private static Arguments type(Arguments arguments, Operand operand) {
        return arguments.u32(operand.dtype().ordinal()).u32(operand.dtype().bytes());
    }

    @Override
    public void argmax(View x, View out) {
        if (out.dtype() != DType.INT32) {
            throw DTypeException.of("argmax", "out", DType.INT32, out.dtype());
        }
        int last = x.shape().rank() - 1;
        int length = x.shape().dim(last);
        if (length == 0) {
            throw ShapeException.of("argmax", "x", "a last axis with elements", x.shape());
        }
        Operand from = Operand.of(x);
        Operand to = Operand.of(out);
        Layout rows = x.layout().slice(last, 0, 1, 1).reshape(out.shape());
        int width = length >= LONG_ROW ? THREADS : WARP;
        int tasks = THREADS / width;
        for (Nest nest : Nest.of(rows, out.layout()).parts()) {
            if (nest.items() > 0) {
                Arguments arguments =
                        type(addresses(nest, from, to), from)
                                .u32(nest.items())
                                .u32(length)
                                .u32(x.layout().stride(last));
                int blocks = Math.min(Math.ceilDiv(nest.items(), tasks), launcher.wave());
                launcher.launch(
                        KernelFamily.REDUCE,
                        "argmax_rows",
                        new Geometry(blocks, 1, 1, width, tasks, 1, 0),
                        nest.appendTo(arguments));
            }
        }
    }
}
