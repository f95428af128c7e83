package soma.tensor.cpu.image;

import soma.tensor.spi.PixelOrder;

/** Mirroring and turning of images. */
public final class Reordering {
    private Reordering() {}

    /**
     * Lays an image's pixels in another order.
     *
     * @param in pixels of {@code channels} bytes
     * @param inAt where they begin
     * @param out receives the rows {@code first} to {@code end} (exclusive)
     * @param outAt where its row 0 begins
     */
    public static void run(
            byte[] in,
            int inAt,
            PixelOrder order,
            int channels,
            byte[] out,
            int outAt,
            int first,
            int end) {
        int rowBytes = order.width() * channels;
        int step = order.right() * channels;
        for (int y = first; y < end; y++) {
            int i = inAt + order.source(y, 0) * channels;
            int o = outAt + y * rowBytes;
            if (order.right() == 1) {
                System.arraycopy(in, i, out, o, rowBytes);
                continue;
            }
            for (int rowEnd = o + rowBytes; o < rowEnd; o += channels, i += step) {
                for (int c = 0; c < channels; c++) {
                    out[o + c] = in[i + c];
                }
            }
        }
    }
}
