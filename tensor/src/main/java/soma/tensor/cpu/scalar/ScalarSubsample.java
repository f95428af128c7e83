package soma.tensor.cpu.scalar;

import soma.tensor.cpu.Philox;
import soma.tensor.spi.View;
import soma.tensor.spi.VisionKernels;
import soma.tensor.spi.VisionKernels.SubsampleSpec;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** The random choice of examples by its definition: all are sorted by their keys. */
final class ScalarSubsample {
    private ScalarSubsample() {}

    static void run(SubsampleSpec spec, View labels, View index, View sizes) {
        int[] label = Values.ints(labels);
        int[] keys = new int[label.length];
        Philox.fill(spec.seed(), keys, 0, keys.length);
        int[] positive =
                smallest(
                        keys,
                        i -> takesPart(label[i]) && label[i] != spec.background(),
                        Math.min(spec.mostPositive(), spec.count()));
        int[] background =
                smallest(
                        keys,
                        i -> takesPart(label[i]) && label[i] == spec.background(),
                        spec.count() - positive.length);
        double[] out = new double[index.shape().size()];
        for (int i = 0; i < positive.length; i++) {
            out[i] = positive[i];
        }
        for (int i = 0; i < background.length; i++) {
            out[positive.length + i] = background[i];
        }
        Values.store(out, index);
        Values.store(new double[] {positive.length, background.length}, sizes);
    }

    private static boolean takesPart(int label) {
        return label != VisionKernels.IGNORE;
    }

    /** Up to {@code wanted} examples of the smallest keys, ascending by index. */
    private static int[] smallest(int[] keys, IntPredicate takesPart, int wanted) {
        long[] sorted =
                IntStream.range(0, keys.length)
                        .filter(takesPart)
                        .mapToLong(i -> Integer.toUnsignedLong(keys[i]) << 31 | i)
                        .sorted()
                        .limit(wanted)
                        .toArray();
        return Arrays.stream(sorted).mapToInt(k -> (int) k & Integer.MAX_VALUE).sorted().toArray();
    }
}
