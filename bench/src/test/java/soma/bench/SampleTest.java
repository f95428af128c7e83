package soma.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.List;

class SampleTest {
    @Test
    void quantilesLieBetweenNeighbours() {
        Sample s = Sample.of(List.of(4.0, 1.0, 3.0, 2.0));
        assertEquals(List.of(1.0, 1.75, 2.5, 3.25), quantiles(s));
        assertEquals(List.of(7.0, 7.0, 7.0, 7.0), quantiles(Sample.of(List.of(7.0))));
    }

    private static List<Double> quantiles(Sample s) {
        return List.of(s.min(), s.firstQuartile(), s.median(), s.thirdQuartile());
    }
}
