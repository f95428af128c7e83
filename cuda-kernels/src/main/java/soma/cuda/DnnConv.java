package soma.cuda;

import soma.cuda.library.ConvPass;
import soma.cuda.library.Dnn;
import soma.tensor.DType;
import soma.tensor.Layout;
import soma.tensor.Shape;
import soma.tensor.spi.Backend;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.Storage;
import soma.tensor.spi.View;

import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Convolutions by a library: turns weights between Soma's HWIO and the library's OHWI, gives it
 * workspace, adds what it doesn't fuse. Each method returns false, and starts nothing, where the
 * library can't.
 */
final class DnnConv {
    private static final int ALIGNMENT = 16;

    private final Dnn library;
    private final Backend backend;
    private final Gemm gemm;

    DnnConv(Dnn library, Backend backend, Gemm gemm) {
        this.library = library;
        this.backend = backend;
        this.gemm = gemm;
    }

    /** {@code out = relu(conv(x, w) + bias + residual)}; addresses as in {@link ConvOperands}. */
    boolean forward(ConvGeometry g, ConvOperands operands, View w) {
        long addresses = operands.a() | operands.bias() | operands.residual() | operands.out();
        Optional<Dnn.Plan> plan = plan(ConvPass.FORWARD, g, addresses);
        plan.ifPresent(
                p ->
                        withTurned(
                                g,
                                w,
                                turned ->
                                        withWorkspace(
                                                p,
                                                space -> forward(g, p, operands, turned, space))));
        return plan.isPresent();
    }

    private void forward(
            ConvGeometry g, Dnn.Plan plan, ConvOperands operands, long w, long workspace) {
        long x = operands.a();
        long bias = operands.bias();
        long residual = operands.residual();
        long out = operands.out();
        boolean relu = operands.relu();
        if (bias == 0 && residual == 0 && !relu) {
            library.run(ConvPass.FORWARD, g, plan, x, w, workspace, out);
            return;
        }
        if (bias != 0 && library.runFused(g, plan, x, w, bias, residual, relu, workspace, out)) {
            return;
        }
        gemm.inSlices(
                1,
                ConvDirection.FORWARD.rows(g) * g.co(),
                g.co(),
                bias,
                residual,
                TileFlags.epilogue(relu, false),
                out,
                sum -> library.run(ConvPass.FORWARD, g, plan, x, w, workspace, sum));
    }

    /** Gradient with respect to the input. */
    boolean backwardData(ConvGeometry g, ConvOperands operands, View w) {
        Optional<Dnn.Plan> plan = plan(ConvPass.DATA, g, operands.a() | operands.out());
        plan.ifPresent(
                p ->
                        withTurned(
                                g,
                                w,
                                turned ->
                                        withWorkspace(
                                                p,
                                                space ->
                                                        library.run(
                                                                ConvPass.DATA,
                                                                g,
                                                                p,
                                                                turned,
                                                                operands.a(),
                                                                space,
                                                                operands.out()))));
        return plan.isPresent();
    }

    /** Gradient with respect to the weights. */
    boolean backwardFilter(ConvGeometry g, ConvOperands operands, View gradW) {
        Optional<Dnn.Plan> plan = plan(ConvPass.FILTER, g, operands.a() | operands.b());
        plan.ifPresent(
                p -> {
                    View turned = turned(g);
                    try {
                        withWorkspace(
                                p,
                                space ->
                                        library.run(
                                                ConvPass.FILTER,
                                                g,
                                                p,
                                                operands.a(),
                                                operands.b(),
                                                space,
                                                Launcher.address(turned)));
                        backend.elementwise().copy(hwio(turned), gradW);
                    } finally {
                        turned.storage().release();
                    }
                });
        return plan.isPresent();
    }

    private Optional<Dnn.Plan> plan(ConvPass pass, ConvGeometry g, long addresses) {
        return addresses % ALIGNMENT == 0 ? library.plan(pass, g) : Optional.empty();
    }

    private void withTurned(ConvGeometry g, View w, LongConsumer work) {
        View turned = turned(g);
        try {
            backend.elementwise().copy(w, hwio(turned));
            work.accept(Launcher.address(turned));
        } finally {
            turned.storage().release();
        }
    }

    /** A buffer for weights as the library has them. */
    private View turned(ConvGeometry g) {
        Shape shape = Shape.of(g.co(), g.kh(), g.kw(), g.ci() / g.groups());
        Storage storage = backend.allocate(DType.FLOAT32, shape.size(), "dnn_weights");
        return new View(storage, Layout.contiguous(shape));
    }

    /** The same weights as Soma has them. */
    private static View hwio(View ohwi) {
        return new View(ohwi.storage(), ohwi.layout().permute(1, 2, 3, 0));
    }

    private void withWorkspace(Dnn.Plan plan, LongConsumer work) {
        if (plan.workspace() == 0) {
            work.accept(0);
            return;
        }
        Storage workspace =
                backend.allocate(DType.UINT8, Math.toIntExact(plan.workspace()), "dnn_workspace");
        try {
            work.accept(Launcher.address(workspace));
        } finally {
            workspace.release();
        }
    }
}
