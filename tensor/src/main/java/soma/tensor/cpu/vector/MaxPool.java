package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.floats;
import static soma.tensor.cpu.CpuStorage.ints;
import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import soma.tensor.cpu.Workers;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.View;

import java.util.Arrays;

/** Max-pooling in vectors over channels, with the position of each maximum. */
final class MaxPool {
    private static final VectorSpecies<Integer> INTS = SPECIES.vectorShape().withLanes(int.class);

    /** Channels of a task of the backward pass. */
    private static final int CHANNEL_BLOCK = 16;

    private final ConvGeometry g;
    private final float[] x;
    private final int xOffset;
    private final float[] out;
    private final int outOffset;
    private final int[] indices;
    private final int indexOffset;

    MaxPool(ConvGeometry g, View x, View out, View indices) {
        this.g = g;
        this.x = floats(x);
        this.xOffset = x.layout().offset();
        this.out = floats(out);
        this.outOffset = out.layout().offset();
        this.indices = ints(indices);
        this.indexOffset = indices.layout().offset();
    }

    void forward() {
        Workers.parallelFor(g.n() * g.outH(), this::row);
    }

    private void row(int row) {
        int c = g.ci();
        for (int ox = 0; ox < g.outW(); ox++) {
            int at = (row * g.outW() + ox) * c;
            Arrays.fill(out, outOffset + at, outOffset + at + c, Float.NEGATIVE_INFINITY);
            Arrays.fill(indices, indexOffset + at, indexOffset + at + c, -1);
            window(row / g.outH(), row % g.outH(), ox, at);
        }
    }

    private void window(int image, int oy, int ox, int at) {
        for (int ky = 0; ky < g.kh(); ky++) {
            int iy = oy * g.strideH() - g.padH() + ky * g.dilationH();
            for (int kx = 0; kx < g.kw(); kx++) {
                int ix = ox * g.strideW() - g.padW() + kx * g.dilationW();
                if (iy >= 0 && iy < g.h() && ix >= 0 && ix < g.w()) {
                    int position = iy * g.w() + ix;
                    int from = xOffset + (image * g.h() * g.w() + position) * g.ci();
                    tap(from, outOffset + at, indexOffset + at, position);
                }
            }
        }
    }

    /** A value wins if it is greater, not a number, or the first. */
    private void tap(int from, int to, int index, int position) {
        int c = g.ci();
        int k = 0;
        for (; k <= c - LANES; k += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, from + k);
            FloatVector best = FloatVector.fromArray(SPECIES, out, to + k);
            IntVector at = IntVector.fromArray(INTS, indices, index + k);
            VectorMask<Float> wins =
                    v.compare(VectorOperators.GT, best)
                            .or(v.test(VectorOperators.IS_NAN))
                            .or(at.compare(VectorOperators.LT, 0).cast(SPECIES));
            best.blend(v, wins).intoArray(out, to + k);
            at.blend(position, wins.cast(INTS)).intoArray(indices, index + k);
        }
        for (; k < c; k++) {
            float v = x[from + k];
            if (v > out[to + k] || Float.isNaN(v) || indices[index + k] < 0) {
                out[to + k] = v;
                indices[index + k] = position;
            }
        }
    }

    /** Blocks of channels of an image are independent, whatever windows overlap. */
    static void backward(ConvGeometry g, View gradOut, View indices, View gradX) {
        int blocks = Spans.count(g.ci(), CHANNEL_BLOCK);
        float[] sum = floats(gradX);
        int start = gradX.layout().offset();
        Arrays.fill(sum, start, start + gradX.shape().size(), 0);
        Workers.parallelFor(
                g.n() * blocks,
                task -> scatter(g, gradOut, indices, gradX, task / blocks, task % blocks));
    }

    private static void scatter(
            ConvGeometry g, View gradOut, View indices, View gradX, int image, int block) {
        float[] grad = floats(gradOut);
        int[] index = ints(indices);
        float[] sum = floats(gradX);
        int c = g.ci();
        int from = block * CHANNEL_BLOCK;
        int to = Math.min(c, from + CHANNEL_BLOCK);
        int pixels = g.outH() * g.outW();
        int target = gradX.layout().offset() + image * g.h() * g.w() * c;
        for (int p = image * pixels; p < (image + 1) * pixels; p++) {
            int at = p * c;
            for (int k = from; k < to; k++) {
                int position = index[indices.layout().offset() + at + k];
                if (position >= 0) {
                    sum[target + position * c + k] += grad[gradOut.layout().offset() + at + k];
                }
            }
        }
    }
}
