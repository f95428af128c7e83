package soma.maskrcnn.structures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.CharRange;

import soma.tensor.SomaException;

import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

class RlePropertyTest {
    /** Two random bitmaps of one size. */
    record Pair(int height, int width, byte[] a, byte[] b) {
        Rle first() {
            return Rle.encode(a, height, width);
        }

        Rle second() {
            return Rle.encode(b, height, width);
        }
    }

    @Provide
    Arbitrary<Pair> pairs() {
        Arbitrary<Integer> side = Arbitraries.integers().between(1, 23);
        Arbitrary<Double> density = Arbitraries.of(0.0, 0.05, 0.5, 0.95, 1.0);
        return Combinators.combine(side, side, density, density, Arbitraries.longs())
                .as(
                        (h, w, d, e, seed) -> {
                            Random random = new Random(seed);
                            return new Pair(
                                    h,
                                    w,
                                    NaiveMask.random(random, h, w, d),
                                    NaiveMask.random(random, h, w, e));
                        });
    }

    @Property(tries = 300)
    void encodesAndDecodes(@ForAll("pairs") Pair pair) {
        Rle mask = pair.first();
        assertArrayEquals(NaiveMask.counts(pair.a, pair.height, pair.width), mask.counts());
        assertArrayEquals(pair.a, mask.decode());
        assertEquals(NaiveMask.area(pair.a), mask.area());
        assertEquals(mask, Rle.of(pair.height, pair.width, mask.counts()));
        assertEquals(mask, Rle.fromCocoString(pair.height, pair.width, mask.toCocoString()));
        assertEquals(mask, Rle.fromRowRuns(pair.height, pair.width, mask.toRowRuns()));
    }

    @Property(tries = 300)
    void setOperationsAreThoseOfTheBitmaps(@ForAll("pairs") Pair pair) {
        Rle a = pair.first();
        Rle b = pair.second();
        byte[] union = new byte[pair.a.length];
        byte[] both = new byte[pair.a.length];
        byte[] rest = new byte[pair.a.length];
        for (int i = 0; i < union.length; i++) {
            union[i] = (byte) (pair.a[i] | pair.b[i]);
            both[i] = (byte) (pair.a[i] & pair.b[i]);
            rest[i] = (byte) (pair.a[i] & ~pair.b[i]);
        }
        assertArrayEquals(union, a.union(b).decode());
        assertArrayEquals(both, a.intersection(b).decode());
        assertArrayEquals(rest, a.subtract(b).decode());
        assertEquals(NaiveMask.area(both), a.intersectionArea(b));
        assertEquals(a.area() + b.area(), a.union(b).area() + a.intersectionArea(b));
        assertEquals(a.union(b), Rle.union(List.of(a, b, a)));
        double expected =
                a.intersectionArea(b) == 0
                        ? 0
                        : (double) NaiveMask.area(both) / NaiveMask.area(union);
        assertEquals(expected, a.iou(b), 0);
    }

    @Property(tries = 200)
    void flipsAndTransposesMovePixels(@ForAll("pairs") Pair pair) {
        Rle mask = pair.first();
        int h = pair.height;
        int w = pair.width;
        byte[] across = new byte[h * w];
        byte[] down = new byte[h * w];
        byte[] turned = new byte[h * w];
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                across[y * w + w - 1 - x] = pair.a[y * w + x];
                down[(h - 1 - y) * w + x] = pair.a[y * w + x];
                turned[x * h + y] = pair.a[y * w + x];
            }
        }
        assertEquals(Rle.encode(across, h, w), mask.flipHorizontal());
        assertEquals(Rle.encode(down, h, w), mask.flipVertical());
        assertEquals(Rle.encode(turned, w, h), mask.transpose());
        assertEquals(mask, mask.resizeNearest(h, w));
        assertEquals(mask, mask.resizeNearest(2 * h, 3 * w).resizeNearest(h, w));
    }

    @Property(tries = 200)
    void boundsAreTight(@ForAll("pairs") Pair pair) {
        MaskBounds bounds = pair.first().bounds();
        int x0 = pair.width;
        int y0 = pair.height;
        int x1 = 0;
        int y1 = 0;
        for (int i = 0; i < pair.a.length; i++) {
            if (pair.a[i] != 0) {
                x0 = Math.min(x0, i % pair.width);
                x1 = Math.max(x1, i % pair.width + 1);
                y0 = Math.min(y0, i / pair.width);
                y1 = Math.max(y1, i / pair.width + 1);
            }
        }
        assertEquals(x1 == 0 ? new MaskBounds(0, 0, 0, 0) : new MaskBounds(x0, y0, x1, y1), bounds);
    }

    @Property(tries = 1000)
    void anyTextIsReadOrRefused(
            @ForAll @CharRange(from = '-', to = 'p') String counts,
            @ForAll @CharRange(from = ' ', to = '9') String runs) {
        Stream.<Supplier<Rle>>of(
                        () -> Rle.fromCocoString(5, 7, counts), () -> Rle.fromRowRuns(5, 7, runs))
                .forEach(
                        reading -> {
                            try {
                                Rle mask = reading.get();
                                assertEquals(mask, Rle.fromCocoString(5, 7, mask.toCocoString()));
                            } catch (SomaException e) {
                                assertEquals(1, e.getMessage().lines().count());
                            }
                        });
    }
}
