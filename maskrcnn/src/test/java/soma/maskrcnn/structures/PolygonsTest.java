package soma.maskrcnn.structures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.tensor.SomaException;

import java.util.Arrays;
import java.util.List;

class PolygonsTest {
    /** Vectors printed by pycocotools' compiled C code. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1,1,8,2,3,7 | 10 | 10 | ;193M1OO2N1Om0 | 17",
                "2,3,2,6,7,6,7,3 | 10 | 10 | g0370000000k0 | 15",
                "-3,-2,4.5,0.3,12.7,11.2,0.1,6.6 | 8 | 9 | 071000090G2N1O1O | 56",
                "2,3,2,3,2,6,7,6,7,3 | 10 | 10 | g0370000000k0 | 15",
                "0.5,0.5,0.5,1.5,1.5,1.5,1.5,0.5 | 4 | 4 | 51: | 1",
                "0,0,0,28,28,28,28,0 | 28 | 28 | 0`h0 | 784",
                "1,1,10,10,10,1,1,10 | 12 | 12 | =85N2N2N=0C2N2N2f0 | -1",
                "1,1,9000.5,3,2,8 | 10 | 10 | ;374L0000000000000O | -1",
                "2,2,2,7,7,7,7,2,2,2,2,7,7,7,7,2 | 10 | 10 | T3 | 0",
            })
    void fillsAsTheReferenceCode(String points, int height, int width, String counts, int area) {
        Rle mask = Polygons.of(List.of(numbers(points))).toRle(height, width);
        assertEquals(counts.strip(), mask.toCocoString());
        if (area >= 0) {
            assertEquals(area, mask.area());
        }
    }

    private static double[] numbers(String text) {
        return Arrays.stream(text.strip().split(",")).mapToDouble(Double::parseDouble).toArray();
    }

    @Test
    void unitesPolygonsOfOneObject() {
        Polygons both = Polygons.of(List.of(numbers("1,1,8,2,3,7"), numbers("2,3,2,6,7,6,7,3")));
        assertEquals(";194L0001O00l0", both.toRle(10, 10).toCocoString());
        assertArrayEquals(new double[] {1, 1, 7, 6}, both.bbox());
    }

    @Test
    void transformsPoints() {
        Polygons triangle = Polygons.of(List.of(numbers("1,1,8,2,3,7")));
        assertEquals(Polygons.of(List.of(numbers("9,1,2,2,7,7"))), triangle.flipHorizontal(10));
        assertEquals(Polygons.of(List.of(numbers("1,9,8,8,3,3"))), triangle.flipVertical(10));
        assertEquals(Polygons.of(List.of(numbers("2,3,16,6,6,21"))), triangle.scale(2, 3));
    }

    @Test
    void refusesWhatIsNoPolygon() {
        for (String bad : List.of("1,2,3,4", "1,2,3,4,5,6,7", "1,2,3,4,5,1e7", "1,2,NaN,4,5,6")) {
            assertThrows(SomaException.class, () -> Polygons.of(List.of(numbers(bad))), bad);
        }
    }
}
