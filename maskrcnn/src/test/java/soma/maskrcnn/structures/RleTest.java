package soma.maskrcnn.structures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.SomaException;

import java.util.List;
import java.util.Random;

class RleTest {
    @Test
    void encodesColumnByColumnStartingWithBackground() {
        Rle mask = Rle.encode(NaiveMask.rows("0011", "1100", "0001", "1000"), 4, 4);
        assertArrayEquals(new int[] {1, 1, 1, 1, 1, 1, 2, 1, 3, 1, 1, 1, 1}, mask.counts());
        assertEquals("1110001010N00", mask.toCocoString());
        assertEquals(6, mask.area());
        assertEquals("3 4 12 2", mask.toRowRuns());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "5,100,2,7,3000,1,33 | 5T32SMfm2JYSM",
                "4,3,5 | 435",
                "0,12 | 0<",
                "16 | `0",
            })
    void stringsAreThoseOfTheReferenceCode(String counts, String string) {
        int[] numbers =
                java.util.Arrays.stream(counts.strip().split(","))
                        .mapToInt(Integer::parseInt)
                        .toArray();
        assertEquals(string.strip(), CocoString.format(numbers));
        assertArrayEquals(numbers, CocoString.parse(string.strip()));
    }

    @Test
    void stringsHoldTheLargestDifferences() {
        int[] counts = {0, Integer.MAX_VALUE, 0, 0, Integer.MAX_VALUE, Integer.MAX_VALUE, 0};
        assertArrayEquals(counts, CocoString.parse(CocoString.format(counts)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"T", "4 3", "435\u00e9", "43/", "PPPPPPPPPPPPPP0", "43n", "O", "~"})
    void refusesStringsThatAreNoCounts(String string) {
        assertThrows(SomaException.class, () -> Rle.fromCocoString(3, 4, string));
    }

    @Test
    void refusesCountsThatDoNotFillTheImage() {
        assertMessage("past the end", () -> Rle.of(3, 4, new int[] {5, 8}));
        assertMessage("expected 12, got 11", () -> Rle.of(3, 4, new int[] {5, 6}));
        assertMessage("count 1", () -> Rle.of(3, 4, new int[] {5, -1, 8}));
        assertMessage(
                "past the end",
                () -> Rle.of(3, 4, new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE, 14}));
        assertMessage("size", () -> Rle.of(1 << 20, 1 << 20, new int[] {5}));
    }

    @Test
    void emptyRunsVanish() {
        assertEquals(Rle.empty(3, 4), Rle.of(3, 4, new int[] {3, 0, 9}));
        assertEquals(Rle.empty(3, 4), Rle.of(3, 4, new int[] {12, 0}));
        assertEquals(Rle.of(3, 4, new int[] {2, 7, 3}), Rle.of(3, 4, new int[] {2, 3, 0, 4, 3}));
        assertArrayEquals(new double[4], Rle.of(3, 4, new int[] {3, 0, 9}).bbox());
        assertArrayEquals(new int[] {12}, Rle.empty(3, 4).counts());
        assertArrayEquals(new int[] {0}, Rle.empty(0, 4).counts());
    }

    @Test
    void rowRunsInAnyOrderAndTwiceGiveTheSameMask() {
        Rle mask = Rle.encode(NaiveMask.rows("1001011"), 1, 7);
        assertEquals(mask, Rle.fromRowRuns(1, 7, "6 2  4 1  1 1 "));
        assertEquals(mask, Rle.fromRowRuns(1, 7, "1 1 4 1 6 1 7 1 6 2"));
        assertEquals(Rle.empty(1, 7), Rle.fromRowRuns(1, 7, " "));
        assertEquals(Rle.box(5, 7, 0, 0, 7, 5), Rle.fromRowRuns(5, 7, "1 35"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "1 2 3",
                "0 1",
                "1 0",
                "7 2",
                "8 1",
                "1 -1",
                "1.5 2",
                "a b",
                "1 99999999999",
                "1,2"
            })
    void refusesRowRunsThatLeaveTheImage(String runs) {
        assertThrows(SomaException.class, () -> Rle.fromRowRuns(1, 7, runs));
    }

    @Test
    void windowsAreCutAtTheImage() {
        byte[] window = NaiveMask.rows("11", "10", "01");
        assertEquals(
                Rle.encode(NaiveMask.rows("0000", "0011", "0010"), 3, 4),
                Rle.encodeWindow(3, 4, window, 2, 1, 3, 2));
        assertEquals(
                Rle.encode(NaiveMask.rows("0000", "1000", "0000"), 3, 4),
                Rle.encodeWindow(3, 4, window, -1, -1, 3, 2));
        Rle mask = Rle.encode(NaiveMask.rows("0110", "0011", "1000"), 3, 4);
        assertArrayEquals(NaiveMask.rows("0000", "0011", "0001"), mask.decodeWindow(-1, -1, 3, 4));
        assertArrayEquals(NaiveMask.rows("100", "000"), mask.decodeWindow(3, 1, 2, 3));
        assertEquals(mask, Rle.encodeWindow(3, 4, mask.decodeWindow(0, 0, 3, 4), 0, 0, 3, 4));
        assertEquals(Rle.encode(mask.decodeWindow(-1, 1, 5, 3), 5, 3), mask.crop(-1, 1, 5, 3));
    }

    @Test
    void masksOfDifferentSizesDoNotMix() {
        Rle mask = Rle.empty(3, 4);
        Rle other = Rle.empty(4, 3);
        assertMessage("3 x 4 for both, got 4 x 3", () -> mask.union(other));
        assertMessage("3 x 4 for both, got 4 x 3", () -> mask.iou(other));
    }

    @Test
    void paintsLabels() {
        int[] labels = new int[6];
        Rle.encode(NaiveMask.rows("011", "001"), 2, 3).paint(labels, 70000);
        assertArrayEquals(new int[] {0, 70000, 70000, 0, 0, 70000}, labels);
    }

    @Test
    void resizesAsPillowDoes() {
        Random random = new Random(3);
        int[][] sizes = {
            {1, 1, 3, 2},
            {7, 5, 7, 11},
            {13, 9, 5, 31},
            {52, 70, 80, 108},
            {520, 704, 800, 1083},
            {97, 61, 13, 7}
        };
        for (int[] size : sizes) {
            byte[] bitmap = NaiveMask.random(random, size[0], size[1], 0.4);
            int[] rows = accumulated(size[0], size[2]);
            int[] columns = accumulated(size[1], size[3]);
            byte[] expected = new byte[size[2] * size[3]];
            for (int y = 0; y < size[2]; y++) {
                for (int x = 0; x < size[3]; x++) {
                    expected[y * size[3] + x] = bitmap[rows[y] * size[1] + columns[x]];
                }
            }
            Rle resized = Rle.encode(bitmap, size[0], size[1]).resizeNearest(size[2], size[3]);
            assertEquals(Rle.encode(expected, size[2], size[3]), resized);
        }
    }

    /** Spec 1.3: the source coordinate is added up step by step, in double. */
    private static int[] accumulated(int from, int to) {
        int[] index = new int[to];
        double step = (double) from / to;
        double position = 0.5 * step;
        for (int i = 0; i < to; i++) {
            index[i] = (int) position;
            position += step;
        }
        return index;
    }

    @Test
    void crowdOverlapDividesByTheDetection() {
        Rle detection = Rle.fromCocoString(10, 10, ";193M1OO2N1Om0");
        Rle truth = Rle.fromCocoString(10, 10, "g0370000000k0");
        assertEquals(1.0 / 3, detection.iou(truth, false), 0);
        assertEquals(8.0 / 17, detection.iou(truth, true), 0);
        assertEquals(";194L0001O00l0", detection.union(truth).toCocoString());
        assertEquals(24, detection.union(truth).area());
    }

    private static void assertMessage(String part, org.junit.jupiter.api.function.Executable body) {
        SomaException e = assertThrows(SomaException.class, body);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    /** pycocotools 2.0.11 gives garbage or fails silently for these. */
    @Test
    void errorsWhereTheReferenceCodeGivesGarbage() {
        Rle a = Rle.empty(3, 4);
        Rle b = Rle.empty(4, 3);
        assertThrows(SomaException.class, () -> Rle.union(List.of(a, b)));
        assertThrows(SomaException.class, () -> a.iou(b));
        assertThrows(SomaException.class, () -> Rle.of(3, 4, new int[] {11}));
        assertThrows(SomaException.class, () -> Rle.of(3, 4, new int[] {13}));
        assertArrayEquals(new double[4], Rle.of(3, 4, new int[] {3, 0, 9}).bbox());
    }
}
