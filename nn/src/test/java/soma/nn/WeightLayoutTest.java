package soma.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;

import soma.nn.checkpoint.HostTensor;
import soma.tensor.Shape;
import soma.tensor.ShapeException;

/** Conversions between PyTorch's and Soma's order of weights, by their indices. */
class WeightLayoutTest {
    /** Where an element of PyTorch's (a, b, c, d) lies in Soma's order. */
    private interface Place {
        int of(int a, int b, int c, int d);
    }

    @Property(tries = 60)
    void convolution(
            @ForAll @IntRange(min = 1, max = 9) int out,
            @ForAll @IntRange(min = 1, max = 9) int in,
            @ForAll @IntRange(min = 1, max = 7) int kh,
            @ForAll @IntRange(min = 1, max = 7) int kw) {
        check(
                new WeightLayout.Convolution(),
                Shape.of(kh, kw, in, out),
                Shape.of(out, in, kh, kw),
                new int[] {out, in, kh, kw},
                (o, i, y, x) -> ((y * kw + x) * in + i) * out + o);
    }

    @Property(tries = 40)
    void dense(
            @ForAll @IntRange(min = 0, max = 13) int out,
            @ForAll @IntRange(min = 1, max = 13) int in) {
        check(
                new WeightLayout.Dense(),
                Shape.of(in, out),
                Shape.of(out, in),
                new int[] {out, in, 1, 1},
                (o, i, _, _) -> i * out + o);
    }

    @Property(tries = 60)
    void denseOnMap(
            @ForAll @IntRange(min = 1, max = 7) int out,
            @ForAll @IntRange(min = 1, max = 7) int c,
            @ForAll @IntRange(min = 1, max = 7) int h,
            @ForAll @IntRange(min = 1, max = 7) int w) {
        check(
                new WeightLayout.DenseOnMap(c, h, w),
                Shape.of(h * w * c, out),
                Shape.of(out, c * h * w),
                new int[] {out, c, h, w},
                (o, i, y, x) -> ((y * w + x) * c + i) * out + o);
    }

    @Property(tries = 40)
    void transposedConvolution(
            @ForAll @IntRange(min = 1, max = 9) int in,
            @ForAll @IntRange(min = 1, max = 9) int out) {
        check(
                new WeightLayout.TransposedConvolution(),
                Shape.of(in, 2, 2, out),
                Shape.of(in, out, 2, 2),
                new int[] {in, out, 2, 2},
                (i, o, y, x) -> ((i * 2 + y) * 2 + x) * out + o);
    }

    @Test
    void plain() {
        float[] values = {1, 2, 3};
        WeightLayout plain = new WeightLayout.Plain();
        assertEquals(Shape.of(3), plain.torchShape(Shape.of(3)));
        assertArrayEquals(values, fromTorch(plain, values, Shape.of(3)));
        assertArrayEquals(values, plain.toTorch(values, Shape.of(3)));
    }

    private static float[] fromTorch(WeightLayout layout, float[] stored, Shape shape) {
        float[] out = new float[stored.length];
        int[] end = {0};
        layout.fromTorch(
                HostTensor.of(stored, layout.torchShape(shape).dims()),
                shape,
                (values, offset, n) -> {
                    assertEquals(end[0], offset, "parts follow one another");
                    System.arraycopy(values, 0, out, offset, n);
                    end[0] = offset + n;
                });
        assertEquals(out.length, end[0]);
        return out;
    }

    @Test
    void largeWeightsComeInParts() {
        WeightLayout.DenseOnMap layout = new WeightLayout.DenseOnMap(3, 5, 7);
        int out = 20_011;
        Shape shape = Shape.of(105, out);
        float[] stored = new float[shape.size()];
        for (int i = 0; i < stored.length; i++) {
            stored[i] = i;
        }
        float[] values = fromTorch(layout, stored, shape);
        for (int o = 0; o < out; o += 997) {
            for (int c = 0; c < 3; c++) {
                for (int yx = 0; yx < 35; yx++) {
                    assertEquals(stored[o * 105 + c * 35 + yx], values[(yx * 3 + c) * out + o]);
                }
            }
        }
    }

    private static void check(
            WeightLayout layout, Shape shape, Shape torchShape, int[] torch, Place place) {
        assertEquals(torchShape, layout.torchShape(shape));
        float[] stored = new float[shape.size()];
        float[] expected = new float[shape.size()];
        int n = 0;
        for (int a = 0; a < torch[0]; a++) {
            for (int b = 0; b < torch[1]; b++) {
                for (int c = 0; c < torch[2]; c++) {
                    for (int d = 0; d < torch[3]; d++) {
                        stored[n] = n;
                        expected[place.of(a, b, c, d)] = n++;
                    }
                }
            }
        }
        assertArrayEquals(expected, fromTorch(layout, stored, shape));
        assertArrayEquals(stored, layout.toTorch(expected, shape));
    }

    @Test
    void refusesOtherRanks() {
        assertThrows(
                ShapeException.class,
                () -> new WeightLayout.Convolution().torchShape(Shape.of(3, 4)));
        assertThrows(
                ShapeException.class,
                () -> new WeightLayout.DenseOnMap(2, 2, 2).blocks(Shape.of(9, 4)));
    }
}
