package soma.cuda;

import static soma.cuda.OperandTypes.require;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DType;
import soma.tensor.spi.Backend;
import soma.tensor.spi.Storage;
import soma.tensor.spi.View;

import java.util.Arrays;

/**
 * Pastes masks to bits and finds where runs begin and end, on the device; two reads of the host,
 * one of how many and one of those pixels, give the run lengths.
 */
final class CudaMaskPaste {
    private static final int THREADS = 256;

    /** Most words of bits at a time, 64 MiB of them unless one image has more. */
    private static final int MOST_WORDS = 16 << 20;

    private final Launcher launcher;
    private final Backend memory;
    private final int mostWords;

    CudaMaskPaste(Launcher launcher, Backend memory) {
        this(launcher, memory, MOST_WORDS);
    }

    /** With batches of its own size. */
    CudaMaskPaste(Launcher launcher, Backend memory, int mostWords) {
        this.mostWords = mostWords;
        this.launcher = launcher;
        this.memory = memory;
    }

    /**
     * Column-major run lengths of each mask, zeros first.
     *
     * @param probabilities FLOAT32 [n,M,M]
     * @param boxes FLOAT32 [n,4]
     */
    int[][] run(View probabilities, View boxes, int height, int width, double threshold) {
        require("pasteMasks", "probabilities", probabilities, DType.FLOAT32);
        require("pasteMasks", "boxes", boxes, DType.FLOAT32);
        int n = boxes.shape().dim(0);
        int pixels = Math.multiplyExact(height, width);
        int[][] runs = new int[n][];
        if (pixels == 0) {
            Arrays.setAll(runs, _ -> new int[1]);
            return runs;
        }
        int side = probabilities.shape().dim(2);
        int words = (pixels - 1) / 32 + 1;
        int batch = Math.clamp(mostWords / words, 1, 65_535);
        for (int first = 0; first < n; first += batch) {
            int count = Math.min(batch, n - first);
            Batch masks =
                    new Batch(
                            Launcher.address(probabilities) + 4L * first * side * side,
                            Launcher.address(boxes) + 16L * first,
                            count,
                            side,
                            height,
                            width,
                            (float) threshold);
            System.arraycopy(paste(masks, words, pixels), 0, runs, first, count);
        }
        return runs;
    }

    /** Masks that go through together: addresses of the first probability and box, and sizes. */
    private record Batch(
            long masks, long boxes, int n, int side, int height, int width, float threshold) {}

    private int[][] paste(Batch batch, int words, int pixels) {
        int n = batch.n();
        Storage windows = memory.allocate(DType.INT32, 8 * n, "pasteMasks");
        Storage bits = memory.allocate(DType.INT32, n * words, "pasteMasks");
        Storage offsets = memory.allocate(DType.INT32, n + 1, "pasteMasks");
        launcher.launch(
                KernelFamily.VISION,
                "mask_window_f32",
                Geometry.covering(n, THREADS, launcher.wave()),
                new Arguments()
                        .address(batch.boxes())
                        .address(Launcher.address(windows))
                        .u32(n)
                        .u32(batch.height())
                        .u32(batch.width()));
        int warps = THREADS / 32;
        int blocks = Math.clamp(launcher.wave() / n, 1, (words - 1) / warps + 1);
        launcher.launch(
                KernelFamily.VISION,
                "mask_bits_f32",
                Geometry.of(blocks, n, THREADS),
                new Arguments()
                        .address(batch.masks())
                        .address(batch.boxes())
                        .address(Launcher.address(windows))
                        .address(Launcher.address(bits))
                        .u32(words)
                        .u32(batch.side())
                        .u32(batch.height())
                        .f32(batch.threshold()));
        launcher.launch(
                KernelFamily.VISION,
                "mask_edges_count",
                Geometry.of(n, THREADS),
                new Arguments()
                        .address(Launcher.address(windows))
                        .address(Launcher.address(bits))
                        .address(Launcher.address(offsets))
                        .u32(words)
                        .u32(pixels));
        launcher.launch(
                KernelFamily.INDEX,
                "scan_exclusive_u32",
                Geometry.of(1, 1024),
                new Arguments().address(Launcher.address(offsets)).u32(n));
        int[] from = new int[n + 1];
        memory.download(offsets, 0, from, 0, n + 1);
        int[] edges = new int[from[n]];
        if (edges.length > 0) {
            Storage found = memory.allocate(DType.INT32, edges.length, "pasteMasks");
            launcher.launch(
                    KernelFamily.VISION,
                    "mask_edges_write",
                    Geometry.of(n, THREADS),
                    new Arguments()
                            .address(Launcher.address(windows))
                            .address(Launcher.address(bits))
                            .address(Launcher.address(offsets))
                            .address(Launcher.address(found))
                            .u32(words)
                            .u32(pixels));
            memory.download(found, 0, edges, 0, edges.length);
            found.release();
        }
        windows.release();
        bits.release();
        offsets.release();
        int[][] runs = new int[n][];
        Arrays.setAll(runs, i -> lengths(edges, from[i], from[i + 1], pixels));
        return runs;
    }

    /** Lengths between the edges of one mask, from the first pixel to the last. */
    private static int[] lengths(int[] edges, int from, int to, int pixels) {
        int[] lengths = new int[to - from + 1];
        int at = 0;
        for (int i = from; i < to; i++) {
            lengths[i - from] = edges[i] - at;
            at = edges[i];
        }
        lengths[to - from] = pixels - at;
        return lengths;
    }
}
