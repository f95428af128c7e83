package soma.maskrcnn.augment;

import soma.maskrcnn.image.ImageSize;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Scales an image so that its shorter edge has a drawn length, unless the longer edge would pass a
 * limit (detectron2 {@code ResizeShortestEdge}).
 */
public final class ResizeShortestEdge implements Augmentation {
    /** How the length of the shorter edge is drawn. */
    public enum Sampling {
        /** One of the given lengths, all equally likely. */
        CHOICE,
        /** An integer from the first to the second given length, both inclusive. */
        RANGE
    }

    private final int[] shortEdges;
    private final int maxSize;
    private final Sampling sampling;

    /**
     * Creates the augmentation.
     *
     * @param shortEdges lengths to choose from, or the two ends of the range; a drawn 0 leaves the
     *     image as it is
     * @param maxSize limit of the longer edge
     * @throws IllegalArgumentException when there are no lengths, a range is not two ascending
     *     ends, or a number is negative
     */
    public ResizeShortestEdge(int[] shortEdges, int maxSize, Sampling sampling) {
        boolean range = sampling == Sampling.RANGE;
        boolean valid =
                shortEdges.length >= 1
                        && maxSize >= 1
                        && Arrays.stream(shortEdges).allMatch(edge -> edge >= 0)
                        && (!range || shortEdges.length == 2 && shortEdges[0] <= shortEdges[1]);
        if (!valid) {
            throw new IllegalArgumentException(
                    "ResizeShortestEdge: expected lengths >= 0 (two ascending for a range) and a"
                            + " limit >= 1, got "
                            + Arrays.toString(shortEdges)
                            + ", "
                            + maxSize);
        }
        this.shortEdges = shortEdges.clone();
        this.maxSize = maxSize;
        this.sampling = sampling;
    }

    /** The augmentation of the test phase: one length. */
    public static ResizeShortestEdge fixed(int shortEdge, int maxSize) {
        return new ResizeShortestEdge(new int[] {shortEdge}, maxSize, Sampling.CHOICE);
    }

    @Override
    public Transform draw(ImageSize size, RandomGenerator random) {
        int edge =
                switch (sampling) {
                    case CHOICE -> shortEdges[random.nextInt(shortEdges.length)];
                    case RANGE -> random.nextInt(shortEdges[0], shortEdges[1] + 1);
                };
        if (edge == 0) {
            return new Identity(size);
        }
        return new Resize(size, outputSize(size, edge, maxSize));
    }

    /**
     * The size that an image takes when its shorter edge becomes {@code edge}, at most {@code
     * maxSize}.
     */
    public static ImageSize outputSize(ImageSize size, int edge, int maxSize) {
        int height = size.height();
        int width = size.width();
        double scale = edge * 1.0 / Math.min(height, width);
        double newHeight = height < width ? edge : scale * height;
        double newWidth = height < width ? scale * width : edge;
        double longest = Math.max(newHeight, newWidth);
        if (longest > maxSize) {
            double shrink = maxSize * 1.0 / longest;
            newHeight *= shrink;
            newWidth *= shrink;
        }
        // A thread of an image may round to nothing; detectron2 fails there.
        return new ImageSize(
                Math.max(1, (int) (newHeight + 0.5)), Math.max(1, (int) (newWidth + 0.5)));
    }
}
