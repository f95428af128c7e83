package soma.maskrcnn.data;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.tensor.SomaException;

import java.util.List;

/**
 * Mean and standard deviation of the pixels of a data set, per channel in the order blue, green,
 * red, on the scale 0 to 255.
 *
 * @param mean three averages
 * @param std three population standard deviations
 */
public record ChannelStatistics(double[] mean, double[] std) {
    private static final int CHANNELS = 3;
    private static final int LEVELS = 256;

    /**
     * Reads every usable image once; each pixel counts the same.
     *
     * @throws SomaException when no image can be read
     */
    public static ChannelStatistics of(Dataset dataset) {
        List<ImageRecord> images = dataset.withUsableImages().images();
        if (images.isEmpty()) {
            throw new SomaException(
                    dataset.source()
                            + ": images: expected at least one that can be read, got none");
        }
        // Counts of levels add up exactly, in any order, so that threads don't change the result.
        long[] histogram =
                images.parallelStream()
                        .map(ChannelStatistics::histogram)
                        .reduce(new long[CHANNELS * LEVELS], ChannelStatistics::sum);
        double[] mean = new double[CHANNELS];
        double[] std = new double[CHANNELS];
        for (int c = 0; c < CHANNELS; c++) {
            double n = 0;
            double total = 0;
            for (int level = 0; level < LEVELS; level++) {
                n += histogram[c * LEVELS + level];
                total += (double) level * histogram[c * LEVELS + level];
            }
            mean[c] = total / n;
            double squares = 0;
            for (int level = 0; level < LEVELS; level++) {
                double d = level - mean[c];
                squares += d * d * histogram[c * LEVELS + level];
            }
            std[c] = Math.sqrt(squares / n);
        }
        return new ChannelStatistics(mean, std);
    }

    private static long[] histogram(ImageRecord record) {
        Image8 image = ImageReader.readBgr(record.file());
        long[] histogram = new long[CHANNELS * LEVELS];
        byte[] pixels = image.pixels();
        for (int i = 0; i < pixels.length; i += CHANNELS) {
            for (int c = 0; c < CHANNELS; c++) {
                histogram[c * LEVELS + (pixels[i + c] & 0xff)]++;
            }
        }
        return histogram;
    }

    private static long[] sum(long[] a, long[] b) {
        long[] sum = new long[a.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = a[i] + b[i];
        }
        return sum;
    }
}
