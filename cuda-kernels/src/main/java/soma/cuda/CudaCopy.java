package soma.cuda;

import soma.cuda.PointwiseLauncher.Operand;
import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DType;
import soma.tensor.spi.View;

/** Copies between layouts of one type, and constants. */
final class CudaCopy {
    /** Lines of a tile of {@code transpose_b32}. */
    private static final int TILE = 32;

    private static final int TILE_ROWS = 8;

    /** From which extent on a tile is full enough. */
    private static final int WORTH_A_TILE = 16;

    private final Launcher launcher;
    private final PointwiseLauncher pointwise;

    CudaCopy(Launcher launcher) {
        this.launcher = launcher;
        pointwise = new PointwiseLauncher(launcher);
    }

    /** Copies elements bit by bit; the operands have one shape and one type. */
    void copy(View from, View to) {
        int bytes = to.dtype().bytes();
        Nest nest = Nest.of(from.layout(), to.layout());
        if (nest.items() == 0) {
            return;
        }
        if (nest.rank() == 1 && nest.step(0, 0) == 1 && nest.step(1, 0) == 1) {
            launcher.driver()
                    .copy(
                            Launcher.address(from),
                            Launcher.address(to),
                            (long) bytes * nest.items());
            return;
        }
        int p = bytes == Float.BYTES ? transposed(nest) : 0;
        if (p > 0) {
            transpose(from, to, nest, p);
            return;
        }
        Operand source = Operand.of(from);
        Operand target = Operand.of(to);
        if (bytes == Float.BYTES) {
            pointwise.quads("copy_bits", args -> args.u32(bytes), source, target);
        } else {
            pointwise.single("copy_bits", args -> args.u32(bytes).u32(0), source, target);
        }
    }

    /** The dimension along which only {@code from} is dense, or 0 if tiles don't fit. */
    private static int transposed(Nest nest) {
        boolean fits =
                nest.rank() <= Nest.MAX_RANK
                        && nest.step(1, 0) == 1
                        && nest.step(0, 0) > 1
                        && nest.extent(0) >= WORTH_A_TILE;
        for (int d = 1; fits && d < nest.rank(); d++) {
            if (nest.step(0, d) == 1 && nest.extent(d) >= WORTH_A_TILE) {
                return d;
            }
        }
        return 0;
    }

    private void transpose(View from, View to, Nest nest, int p) {
        int tilesP = Math.ceilDiv(nest.extent(p), TILE);
        int tilesQ = Math.ceilDiv(nest.extent(0), TILE);
        Nest others = nest.without(p).without(0);
        int tiles = tilesP * tilesQ * others.items();
        Arguments arguments =
                new Arguments()
                        .address(Launcher.address(from))
                        .address(Launcher.address(to))
                        .u32(tiles)
                        .u32(tilesP)
                        .u32(tilesQ)
                        .u32(nest.extent(p))
                        .u32(nest.extent(0))
                        .u32(nest.step(0, 0))
                        .u32(nest.step(1, p));
        launcher.launch(
                KernelFamily.ELEMENTWISE,
                "transpose_b32",
                new Geometry(Math.min(tiles, launcher.wave()), 1, 1, TILE, TILE_ROWS, 1, 0),
                others.appendTo(arguments));
    }

    /** Sets all elements. */
    void fill(View to, double value) {
        int bytes = to.dtype().bytes();
        long bits = bits(to.dtype(), value);
        Nest nest = Nest.of(to.layout());
        boolean isDense = nest.rank() == 1 && nest.step(0, 0) == 1;
        if (isDense && nest.items() > 0 && (bits == 0 || bytes == 1)) {
            launcher.driver().fill(Launcher.address(to), (byte) bits, (long) bytes * nest.items());
        } else if (bytes == Float.BYTES) {
            pointwise.quads("fill_bits", args -> args.u64(bits).u32(bytes), Operand.of(to));
        } else {
            pointwise.single("fill_bits", args -> args.u64(bits).u32(bytes), Operand.of(to));
        }
    }

    private static long bits(DType dtype, double value) {
        return switch (dtype) {
            case FLOAT32 -> Float.floatToRawIntBits((float) value) & 0xffffffffL;
            case FLOAT64 -> Double.doubleToRawLongBits(value);
            case INT32 -> (int) value & 0xffffffffL;
            case INT64 -> (long) value;
            case UINT8 -> (int) value & 0xff;
            case BOOL -> value == 0 ? 0 : 1;
        };
    }
}
