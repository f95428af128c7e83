package soma.cuda;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DType;
import soma.tensor.Shape;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.SpatialKernels;
import soma.tensor.spi.Storage;
import soma.tensor.spi.View;

import java.util.LinkedHashMap;
import java.util.Map;

/** Pooling and resampling of float32 maps ({@code spatial.ptx}). */
final class CudaSpatial implements SpatialKernels {
    private static final int THREADS = 256;

    /** Tables of so many sizes are kept on the device; a model resizes by a handful of ratios. */
    private static final int KEPT = 64;

    private final CudaBackend backend;
    private final Launcher launcher;
    private final Map<Axis, Tables> tables = new LinkedHashMap<>(16, 0.75f, true);

    CudaSpatial(CudaBackend backend, Launcher launcher) {
        this.backend = backend;
        this.launcher = launcher;
    }

    /** One axis of a resize. */
    private record Axis(int in, int out, boolean bilinear) {
        ResizeTable table() {
            return bilinear ? ResizeTable.bilinear(in, out) : ResizeTable.nearest(in, out);
        }
    }

    /** A {@link ResizeTable} on the device. */
    private record Tables(Storage taps, Storage ranges) {
        void release() {
            taps.release();
            ranges.release();
        }
    }

    @Override
    public void maxPool(ConvGeometry g, View x, View out, View indices) {
        OperandTypes.requireFloat("max_pool", "map", x, out);
        launchPool("max_pool_f32", g, out.shape().size(), x, out, indices);
    }

    @Override
    public void maxPoolBackward(ConvGeometry g, View gradOut, View indices, View gradX) {
        OperandTypes.requireFloat("max_pool_backward", "map", gradOut, gradX);
        launchPool("max_pool_backward_f32", g, gradX.shape().size(), gradOut, indices, gradX);
    }

    private void launchPool(String entry, ConvGeometry g, int total, View a, View b, View c) {
        if (total == 0) {
            return;
        }
        launcher.launch(
                KernelFamily.SPATIAL,
                entry,
                covering(total),
                new Arguments()
                        .address(Launcher.address(a))
                        .address(Launcher.address(b))
                        .address(Launcher.address(c))
                        .u32(total)
                        .u32(g.h())
                        .u32(g.w())
                        .u32(g.ci())
                        .u32(g.outH())
                        .u32(g.outW())
                        .u32(g.kh())
                        .u32(g.kw())
                        .u32(g.strideH())
                        .u32(g.strideW())
                        .u32(g.padH())
                        .u32(g.padW())
                        .u32(g.dilationH())
                        .u32(g.dilationW()));
    }

    @Override
    public void nearest(View x, View out) {
        resize("nearest", x, out, false);
    }

    @Override
    public void nearestBackward(View gradOut, View gradX) {
        resizeBackward("nearest_backward", gradOut, gradX, false);
    }

    @Override
    public void bilinear(View x, View out) {
        resize("bilinear", x, out, true);
    }

    @Override
    public void bilinearBackward(View gradOut, View gradX) {
        resizeBackward("bilinear_backward", gradOut, gradX, true);
    }

    private void resize(String op, View x, View out, boolean bilinear) {
        OperandTypes.requireFloat(op, "map", x, out);
        int total = out.shape().size();
        if (total == 0) {
            return;
        }
        Tables rows = tables(new Axis(x.shape().dim(1), out.shape().dim(1), bilinear));
        Tables columns = tables(new Axis(x.shape().dim(2), out.shape().dim(2), bilinear));
        Arguments arguments =
                new Arguments()
                        .address(Launcher.address(x))
                        .address(Launcher.address(rows.taps()))
                        .address(Launcher.address(columns.taps()))
                        .address(Launcher.address(out))
                        .u32(total);
        launcher.launch(
                KernelFamily.SPATIAL,
                "resize_f32",
                covering(total),
                sizes(arguments, x.shape(), out.shape()));
    }

    private void resizeBackward(String op, View gradOut, View gradX, boolean bilinear) {
        OperandTypes.requireFloat(op, "map", gradOut, gradX);
        int total = gradX.shape().size();
        if (total == 0) {
            return;
        }
        Shape in = gradX.shape();
        Shape out = gradOut.shape();
        Tables rows = tables(new Axis(in.dim(1), out.dim(1), bilinear));
        Tables columns = tables(new Axis(in.dim(2), out.dim(2), bilinear));
        Arguments arguments =
                new Arguments()
                        .address(Launcher.address(gradOut))
                        .address(Launcher.address(rows.taps()))
                        .address(Launcher.address(columns.taps()))
                        .address(Launcher.address(rows.ranges()))
                        .address(Launcher.address(columns.ranges()))
                        .address(Launcher.address(gradX))
                        .u32(total);
        launcher.launch(
                KernelFamily.SPATIAL,
                "resize_backward_f32",
                covering(total),
                sizes(arguments, in, out));
    }

    private static Arguments sizes(Arguments arguments, Shape in, Shape out) {
        return arguments
                .u32(in.dim(1))
                .u32(in.dim(2))
                .u32(in.dim(3))
                .u32(out.dim(1))
                .u32(out.dim(2));
    }

    /** Tables of an axis, which a graph that is being recorded holds: others may replace them. */
    private Tables tables(Axis axis) {
        Tables tables = keptTables(axis);
        backend.holdForGraph(tables.taps());
        backend.holdForGraph(tables.ranges());
        return tables;
    }

    private Tables keptTables(Axis axis) {
        Tables known = tables.get(axis);
        if (known != null) {
            return known;
        }
        if (tables.size() == KEPT) {
            // The one that was used longest ago; kernels that still read it run before later
            // writes.
            var oldest = tables.entrySet().iterator();
            oldest.next().getValue().release();
            oldest.remove();
        }
        ResizeTable table = axis.table();
        Tables made = new Tables(upload(table.taps()), upload(table.ranges()));
        tables.put(axis, made);
        return made;
    }

    private Storage upload(int[] values) {
        Storage storage = backend.allocate(DType.INT32, values.length, "resize_table");
        backend.upload(values, 0, storage, 0, values.length);
        return storage;
    }

    private Geometry covering(int total) {
        return Geometry.covering(total, THREADS, launcher.wave());
    }
}
