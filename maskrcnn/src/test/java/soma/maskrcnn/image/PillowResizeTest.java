package soma.maskrcnn.image;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PillowResizeTest {
    @Test
    void nearestIsNotTheClosedForm() {
        int[] indices = PillowResize.nearestIndices(704, 1083);
        int differing = 0;
        for (int i = 0; i < indices.length; i++) {
            int closed = (int) Math.floor((i + 0.5) * 704 / 1083);
            differing += indices[i] == closed ? 0 : 1;
        }
        assertTrue(differing > 0, "no accumulated rounding");
    }
}
