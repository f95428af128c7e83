package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import soma.tensor.cpu.Workers;

/**
 * detectron2's Matcher without the matrix of IoUs: blocks of boxes stay in the cache while all
 * truth boxes pass. For the low-quality rule the best IoU of each truth box in each block is kept,
 * and only the blocks that hold the best one are computed again.
 */
final class VectorMatcher {
    private static final VectorSpecies<Integer> INTS = SPECIES.vectorShape().withLanes(int.class);
    private static final int BLOCK = 1024;

    private final BoxColumns truth;
    private final BoxColumns boxes;
    private final int m;
    private final int n;
    private final float[] best;
    private final int[] match;
    private final boolean[] lowQuality;
    private final float[] blockBest;
    private final int blocks;

    VectorMatcher(BoxColumns truth, int m, BoxColumns boxes, int n) {
        this.truth = truth;
        this.boxes = boxes;
        this.m = m;
        this.n = n;
        this.best = new float[boxes.area.length];
        this.match = new int[boxes.area.length];
        this.lowQuality = new boolean[boxes.area.length];
        this.blocks = Spans.count(n, BLOCK);
        this.blockBest = new float[m * blocks];
    }

    /** Finds the best truth box of each box, and with {@code rowBests} the converse. */
    void run(boolean rowBests) {
        Workers.parallelFor(blocks, this::bestOfBlock);
        if (rowBests) {
            Workers.parallelFor(blocks, this::markBestsOfRows);
        }
    }

    /** Best IoU of a box. */
    float best(int box) {
        return best[box];
    }

    /** The truth box it is with, the lowest among equals. */
    int match(int box) {
        return match[box];
    }

    /** Whether the box ties for the best of some truth box. */
    boolean isBestOfARow(int box) {
        return lowQuality[box];
    }

    private int end(int block) {
        return Math.min(n, (block + 1) * BLOCK);
    }

    private void bestOfBlock(int block) {
        for (int i = 0; i < m; i++) {
            blockBest[i * blocks + block] = update(i, block * BLOCK, end(block));
        }
    }

    /** Lets truth box i compete; returns its best IoU. Padding boxes are empty and count 0. */
    private float update(int i, int from, int to) {
        FloatVector highest = FloatVector.zero(SPECIES);
        for (int j = from; j < to; j += LANES) {
            FloatVector iou = boxes.iou(truth, i, j);
            FloatVector current = FloatVector.fromArray(SPECIES, best, j);
            VectorMask<Float> wins = iou.compare(VectorOperators.GT, current);
            highest = highest.max(iou);
            if (wins.anyTrue()) {
                current.blend(iou, wins).intoArray(best, j);
                IntVector.fromArray(INTS, match, j).blend(i, wins.cast(INTS)).intoArray(match, j);
            }
        }
        return highest.reduceLanes(VectorOperators.MAX);
    }

    private void markBestsOfRows(int block) {
        for (int i = 0; i < m; i++) {
            float highest = 0;
            for (int b = 0; b < blocks; b++) {
                highest = Math.max(highest, blockBest[i * blocks + b]);
            }
            if (blockBest[i * blocks + block] == highest) {
                mark(i, highest, block * BLOCK, end(block));
            }
        }
    }

    private void mark(int i, float highest, int from, int to) {
        for (int j = from; j < to; j += LANES) {
            VectorMask<Float> equal = boxes.iou(truth, i, j).compare(VectorOperators.EQ, highest);
            if (equal.anyTrue()) {
                VectorMask.fromArray(SPECIES, lowQuality, j).or(equal).intoArray(lowQuality, j);
            }
        }
    }
}
