package soma.train.data;

import soma.nn.RandomStreams;
import soma.nn.SeededRandom;

/**
 * An endless sequence of image numbers: one random permutation of all after another (detectron2's
 * {@code TrainingSampler}). Any position can be asked for, so nothing has to be saved.
 */
public final class TrainingSampler implements ImageSampler {
    private final RandomStreams streams;
    private final int[] order;
    private long epoch = -1;

    /** The sequence over {@code images} images, at least 1. */
    public TrainingSampler(int images, RandomStreams streams) {
        if (images < 1) {
            throw new IllegalArgumentException("sampler: expected at least 1 image, got " + images);
        }
        this.streams = streams;
        this.order = new int[images];
    }

    @Override
    public int at(long position) {
        long wanted = position / order.length;
        if (wanted != epoch) {
            shuffle(wanted);
        }
        return order[(int) (position % order.length)];
    }

    private void shuffle(long newEpoch) {
        SeededRandom random = streams.fresh("sampler/" + newEpoch);
        for (int i = 0; i < order.length; i++) {
            // Fisher and Yates, inside out.
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        epoch = newEpoch;
    }
}
