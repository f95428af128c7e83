package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.ints;

import soma.tensor.cpu.Philox;
import soma.tensor.spi.View;
import soma.tensor.spi.VisionKernels;
import soma.tensor.spi.VisionKernels.SubsampleSpec;

import java.util.Arrays;

/**
 * The random choice of examples: a histogram of the keys says which of them can be among the
 * smallest, and only those are sorted.
 */
final class VectorSubsample {
    /** Keys go into bins by their first bits. */
    private static final int BIN_BITS = 12;

    /** Keys of a task, a multiple of 4. */
    private static final int KEYS = 1 << 13;

    private final SubsampleSpec spec;
    private final int[] labels;
    private final int offset;
    private final int[] keys;

    private VectorSubsample(SubsampleSpec spec, View labels) {
        this.spec = spec;
        this.labels = ints(labels);
        this.offset = labels.layout().offset();
        this.keys = new int[labels.shape().dim(0)];
        Spans.forEach(keys.length, KEYS, (from, to) -> Philox.fill(spec.seed(), keys, from, to));
    }

    static void run(SubsampleSpec spec, View labels, View index, View sizes) {
        VectorSubsample s = new VectorSubsample(spec, labels);
        int[] positive = s.smallest(true, Math.min(spec.mostPositive(), spec.count()));
        int[] background = s.smallest(false, spec.count() - positive.length);
        int[] to = ints(index);
        int at = index.layout().offset();
        Arrays.fill(to, at, at + index.shape().dim(0), 0);
        System.arraycopy(positive, 0, to, at, positive.length);
        System.arraycopy(background, 0, to, at + positive.length, background.length);
        ints(sizes)[sizes.layout().offset()] = positive.length;
        ints(sizes)[sizes.layout().offset() + 1] = background.length;
    }

    private boolean takesPart(int i, boolean positive) {
        int label = labels[offset + i];
        return label != VisionKernels.IGNORE && (label != spec.background()) == positive;
    }

    /** Up to {@code wanted} examples of the smallest keys, ascending by index. */
    private int[] smallest(boolean positive, int wanted) {
        int[] bins = new int[1 << BIN_BITS];
        for (int i = 0; i < keys.length; i++) {
            if (takesPart(i, positive)) {
                bins[bin(i)]++;
            }
        }
        int last = 0;
        int candidates = bins[0];
        while (candidates < wanted && last + 1 < bins.length) {
            candidates += bins[++last];
        }
        long[] sorted = new long[candidates];
        int n = 0;
        for (int i = 0; i < keys.length; i++) {
            if (takesPart(i, positive) && bin(i) <= last) {
                sorted[n++] = Integer.toUnsignedLong(keys[i]) << 31 | i;
            }
        }
        Arrays.sort(sorted);
        int[] chosen = new int[Math.min(wanted, candidates)];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = (int) sorted[i] & Integer.MAX_VALUE;
        }
        Arrays.sort(chosen);
        return chosen;
    }

    private int bin(int i) {
        return keys[i] >>> (Integer.SIZE - BIN_BITS);
    }
}
