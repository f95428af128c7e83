package soma.cuda;

import static soma.cuda.OperandTypes.require;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DType;
import soma.tensor.DeviceException;
import soma.tensor.spi.Backend;
import soma.tensor.spi.Storage;
import soma.tensor.spi.View;

/**
 * Non-maximum suppression on the device: boxes are sorted by score, a bit for each pair says
 * whether the better one would suppress the other, and one block goes down the ranks. Where the
 * bits of all pairs are too many, ranks go through in bands.
 */
final class CudaNms {
    /** Boxes of a tile: bits of a word. */
    private static final int TILE = 64;

    /** Most words of bits at a time, 32 MiB of them unless one row of tiles has more. */
    private static final int MOST_WORDS = 4 << 20;

    private static final int THREADS = 256;

    private static final int REDUCE_THREADS = 1024;

    /**
     * Shared memory that every device has, less what the kernel has besides the suppressed bits.
     */
    private static final int MOST_TILES = (48 * 1024 - 528) / 8;

    private final Launcher launcher;
    private final Backend memory;
    private final RowSort sort;
    private final int mostWords;

    CudaNms(Launcher launcher, Backend memory) {
        this(launcher, memory, MOST_WORDS);
    }

    /** With bands of its own size. */
    CudaNms(Launcher launcher, Backend memory, int mostWords) {
        this.mostWords = mostWords;
        this.launcher = launcher;
        this.memory = memory;
        sort = new RowSort(launcher, memory);
    }

    /**
     * Writes the kept boxes by descending score.
     *
     * @return how many
     * @throws DeviceException if there are more boxes than 388,992
     */
    int run(View boxes, View scores, View group, double threshold, View keep) {
        require("nms", "boxes", boxes, DType.FLOAT32);
        require("nms", "group", group, DType.INT32);
        int n = boxes.shape().dim(0);
        if (n == 0) {
            return 0;
        }
        int tiles = (n - 1) / TILE + 1;
        if (tiles > MOST_TILES) {
            throw new DeviceException(
                    "nms: boxes: expected up to " + MOST_TILES * TILE + " of them, got " + n);
        }
        Storage order = memory.allocate(DType.INT32, n, "nms");
        sort.positions("nms", scores, 1, n, true, Launcher.address(order), n);
        int band = Math.clamp(mostWords / (TILE * tiles), 1, tiles);
        Storage masks = memory.allocate(DType.INT64, band * TILE * tiles, "nms");
        Storage state = memory.allocate(DType.INT32, 2 * tiles + 1, "nms");
        launcher.driver().fill(Launcher.address(state), (byte) 0, 4L);
        launcher.launch(
                KernelFamily.VISION,
                "nms_absent",
                Geometry.of((TILE * tiles - 1) / THREADS + 1, THREADS),
                new Arguments()
                        .address(Launcher.address(group))
                        .address(Launcher.address(order))
                        .address(Launcher.address(state))
                        .u32(n)
                        .u32(2 * tiles));
        for (int first = 0; first < tiles; first += band) {
            int rows = Math.min(band, tiles - first);
            launcher.launch(
                    KernelFamily.VISION,
                    "nms_mask_f32",
                    Geometry.of(tiles, rows, TILE),
                    new Arguments()
                            .address(Launcher.address(boxes))
                            .address(Launcher.address(group))
                            .address(Launcher.address(order))
                            .address(Launcher.address(masks))
                            .u32(n)
                            .u32(first)
                            .u32(tiles)
                            .f32(roundedDown(threshold)));
            launcher.launch(
                    KernelFamily.VISION,
                    "nms_reduce",
                    Geometry.of(1, REDUCE_THREADS).shared(8 * tiles),
                    new Arguments()
                            .address(Launcher.address(masks))
                            .address(Launcher.address(order))
                            .address(Launcher.address(keep))
                            .address(Launcher.address(state))
                            .u32(n)
                            .u32(first)
                            .u32(rows)
                            .u32(tiles));
        }
        int[] count = new int[1];
        memory.download(state, 0, count, 0, 1);
        order.release();
        masks.release();
        state.release();
        return count[0];
    }

    /** The greatest float32 that is not above: a float32 is greater than both or than neither. */
    private static float roundedDown(double threshold) {
        float nearest = (float) threshold;
        return nearest > threshold ? Math.nextDown(nearest) : nearest;
    }
}
