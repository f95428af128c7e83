package soma.train.data;

import soma.nn.RandomStreams;
import soma.nn.SeededRandom;

/**
 * An endless sequence in which images come as often as their factors say (detectron2's {@code
 * RepeatFactorTrainingSampler}): in each epoch an image comes as often as the whole part of its
 * factor and, with the probability of the fraction, once more; the epoch is then shuffled.
 */
public final class RepeatFactorTrainingSampler implements ImageSampler {
    private final float[] factors;
    private final RandomStreams streams;
    private long epoch;
    private long start;
    private int[] order;

    /**
     * The sequence of some factors.
     *
     * @param factors of each image, at least 1; at least one image
     */
    public RepeatFactorTrainingSampler(float[] factors, RandomStreams streams) {
        if (factors.length == 0) {
            throw new IllegalArgumentException("sampler: expected at least 1 image, got 0");
        }
        for (float factor : factors) {
            if (!(factor >= 1 && factor < Integer.MAX_VALUE)) {
                throw new IllegalArgumentException("factor: expected at least 1, got " + factor);
            }
        }
        this.factors = factors.clone();
        this.streams = streams;
        this.order = draw(0);
    }

    @Override
    public int at(long position) {
        if (position < start) {
            epoch = 0;
            start = 0;
            order = draw(0);
        }
        while (position >= start + order.length) {
            // Epochs differ in length: a place is found only by drawing all before it.
            start += order.length;
            epoch++;
            order = draw(epoch);
        }
        return order[(int) (position - start)];
    }

    private int[] draw(long newEpoch) {
        SeededRandom random = streams.fresh("sampler/" + newEpoch);
        int[] times = new int[factors.length];
        int length = 0;
        for (int i = 0; i < times.length; i++) {
            int whole = (int) factors[i];
            times[i] = whole + (random.nextFloat() < factors[i] - whole ? 1 : 0);
            length = Math.addExact(length, times[i]);
        }
        int[] drawn = new int[length];
        int n = 0;
        for (int i = 0; i < times.length; i++) {
            for (int k = 0; k < times[i]; k++) {
                // Fisher and Yates, inside out.
                int j = random.nextInt(n + 1);
                drawn[n++] = drawn[j];
                drawn[j] = i;
            }
        }
        return drawn;
    }
}
