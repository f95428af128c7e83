package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Copies the taps of single pixels, with zeros for those outside of the image: {@code
 * [group][tap][channel of group]}.
 *
 * <p>Copies go from low to high addresses and may write up to a vector beyond their end, which the
 * next one overwrites.
 */
final class PatchPacking {
    private PatchPacking() {}

    /**
     * Writes the patch of one base pixel.
     *
     * @param to room for the patch and a vector beyond
     */
    static void patch(
            FeatureMap in, Taps taps, int groups, int image, int y, int x, float[] patch, int to) {
        int groupChannels = in.channels() / groups;
        int at = to;
        for (int g = 0; g < groups; g++) {
            int channel = g * groupChannels;
            for (int run = 0; run < taps.runCount(); run++) {
                int first = taps.runs[run];
                int count = taps.runs[run + 1] - first;
                int tapY = y + taps.y[first];
                int tapX = x + taps.x[first];
                at = run(in, image, tapY, tapX, count, channel, groupChannels, patch, at);
            }
        }
    }

    private static int run(
            FeatureMap in,
            int image,
            int y,
            int x,
            int count,
            int channel,
            int channels,
            float[] patch,
            int to) {
        int low = count;
        int high = count;
        if (y >= 0 && y < in.height()) {
            low = Math.clamp(-x, 0, count);
            high = Math.clamp(in.width() - x, low, count);
        }
        int at = to;
        zero(patch, at, low * channels);
        at += low * channels;
        if (high > low) {
            int from = in.pixel(image, y, x + low) + channel;
            copy(in.data(), from, patch, at, (high - low) * channels);
            at += (high - low) * channels;
        }
        zero(patch, at, (count - high) * channels);
        return at + (count - high) * channels;
    }

    /** Copies {@code length} values; may write up to a vector beyond. */
    static void copy(float[] from, int start, float[] to, int at, int length) {
        int i = 0;
        for (; i < length && start + i + LANES <= from.length; i += LANES) {
            FloatVector.fromArray(SPECIES, from, start + i).intoArray(to, at + i);
        }
        if (i < length) {
            VectorMask<Float> mask = SPECIES.indexInRange(start + i, from.length);
            FloatVector.fromArray(SPECIES, from, start + i, mask).intoArray(to, at + i);
        }
    }

    /** Zeroes {@code length} values; may write up to a vector beyond. */
    static void zero(float[] to, int at, int length) {
        for (int i = 0; i < length; i += LANES) {
            FloatVector.zero(SPECIES).intoArray(to, at + i);
        }
    }
}
