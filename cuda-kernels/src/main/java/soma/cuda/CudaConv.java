package soma.cuda;

import soma.cuda.driver.Geometry;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.ConvKernels;
import soma.tensor.spi.View;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;

/**
 * Convolutions of float32 by a library, where there is one that can, or by the kernels of {@code
 * conv.ptx}. There those of single pixels without stride are matrix products and run as such.
 */
final class CudaConv implements ConvKernels {
    private static final int THREADS = 256;

    private final Launcher launcher;
    private final Gemm gemm;
    private final Optional<DnnConv> library;
    private final BiFunction<ConvDirection, ConvGeometry, ConvTile> choice;

    /** With a library, where there is one, that convolves in the kernels' stead. */
    CudaConv(Launcher launcher, Gemm gemm, Optional<DnnConv> library) {
        this(launcher, gemm, library, (direction, g) -> ConvTile.of(gemm.rung(), direction, g));
    }

    /** With another choice of kernels. */
    CudaConv(
            Launcher launcher,
            Gemm gemm,
            Optional<DnnConv> library,
            BiFunction<ConvDirection, ConvGeometry, ConvTile> choice) {
        this.launcher = launcher;
        this.gemm = gemm;
        this.library = library;
        this.choice = choice;
    }

    @Override
    public void forward(
            ConvGeometry g, View x, View w, View bias, View residual, boolean relu, View out) {
        run(
                ConvDirection.FORWARD,
                g,
                new ConvOperands(
                        address("x", x),
                        address("w", w),
                        address("bias", bias),
                        address("residual", residual),
                        relu,
                        address("out", out)),
                (dnn, operands) -> dnn.forward(g, operands, w));
    }

    @Override
    public void backwardData(ConvGeometry g, View gradOut, View w, View gradX) {
        run(
                ConvDirection.DATA,
                g,
                ConvOperands.of(
                        address("gradOut", gradOut), address("w", w), address("gradX", gradX)),
                (dnn, operands) -> dnn.backwardData(g, operands, w));
    }

    @Override
    public void backwardFilter(ConvGeometry g, View x, View gradOut, View gradW) {
        run(
                ConvDirection.FILTER,
                g,
                ConvOperands.of(
                        address("x", x), address("gradOut", gradOut), address("gradW", gradW)),
                (dnn, operands) -> dnn.backwardFilter(g, operands, gradW));
    }

    @Override
    public SequencedMap<String, ConvKernels> ladder() {
        SequencedMap<String, ConvKernels> steps = new LinkedHashMap<>();
        for (ConvTile tile : ConvTile.values()) {
            if (gemm.supports(tile.rung())) {
                steps.put(
                        tile.name().toLowerCase(Locale.ROOT),
                        new CudaConv(
                                launcher,
                                gemm.with(tile.rung()),
                                Optional.empty(),
                                (_, _) -> tile));
            }
        }
        return steps;
    }

    private void run(
            ConvDirection direction,
            ConvGeometry g,
            ConvOperands operands,
            BiPredicate<DnnConv, ConvOperands> byLibrary) {
        int rows = direction.rows(g);
        int columns = direction.columns(g) * g.groups();
        if (rows == 0 || columns == 0) {
            return;
        }
        boolean empty = direction.terms(g) == 0;
        if (!empty && library.isPresent() && byLibrary.test(library.get(), operands)) {
            return;
        }
        if (isPointwise(g) || empty) {
            gemm.run(operands.product(direction, g));
            return;
        }
        ConvTile tile = choice.apply(direction, g);
        int groups = tile.blocksPerGroup() ? g.groups() : 1;
        Slices slices =
                tile.slices(direction)
                        ? Slices.of(
                                (long) tile.blocks(direction, g) * groups,
                                direction.terms(g),
                                (long) rows * columns)
                        : Slices.one(direction.terms(g));
        if (slices.count() == 1) {
            launch(tile, direction, g, operands, slices);
            return;
        }
        gemm.inSlices(
                slices.count(),
                rows * columns,
                columns,
                operands.bias(),
                operands.residual(),
                TileFlags.epilogue(operands.relu(), false),
                operands.out(),
                to -> launch(tile, direction, g, operands.partial(to), slices));
    }

    private void launch(
            ConvTile tile,
            ConvDirection direction,
            ConvGeometry g,
            ConvOperands operands,
            Slices slices) {
        int groups = tile.blocksPerGroup() ? g.groups() : 1;
        launcher.launch(
                tile.family(),
                tile.entry(direction),
                new Geometry(tile.blocks(direction, g), slices.count(), groups, THREADS, 1, 1, 0),
                operands.arguments(tile, direction, g, slices.length()));
    }

    /** Whether each output pixel depends on the input pixel at its place and nothing else. */
    private static boolean isPointwise(ConvGeometry g) {
        boolean single = g.kh() == 1 && g.kw() == 1 && g.strideH() == 1 && g.strideW() == 1;
        return single && g.padH() == 0 && g.padW() == 0 && g.groups() == 1;
    }

    private static long address(String operand, View view) {
        return CudaMatMul.address("conv2d", operand, view);
    }
}
