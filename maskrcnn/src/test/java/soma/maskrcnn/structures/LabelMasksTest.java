package soma.maskrcnn.structures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import soma.tensor.SomaException;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

class LabelMasksTest {
    @Test
    void splitsEveryLabelAndPaintsItBack() {
        Random random = new Random(5);
        for (int[] size : new int[][] {{1, 1}, {7, 1}, {1, 7}, {13, 11}}) {
            int[] labels = new int[size[0] * size[1]];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = random.nextInt(4) * 70001;
            }
            Map<Integer, Rle> masks = LabelMasks.split(labels, size[0], size[1]);
            int[] painted = new int[labels.length];
            masks.forEach((label, mask) -> mask.paint(painted, label));
            assertArrayEquals(labels, painted);
            assertEquals(
                    masks.values().stream().mapToInt(Rle::area).sum(),
                    Arrays.stream(labels).filter(label -> label != 0).count());
        }
        assertEquals(
                List.of(2, 5), List.copyOf(LabelMasks.split(new int[] {5, 0, 2}, 1, 3).keySet()));
        assertThrows(SomaException.class, () -> LabelMasks.split(new int[5], 2, 3));
    }
}
