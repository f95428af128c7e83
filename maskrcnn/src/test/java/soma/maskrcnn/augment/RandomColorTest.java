package soma.maskrcnn.augment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import soma.maskrcnn.image.Image8;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

final class RandomColorTest {
    @SuppressWarnings("ReferenceEquality") // what is left alone is not even copied
    @Test
    void amountsAreUniformAndAsOftenAsTheProbabilitySays() {
        List<Double> amounts = new ArrayList<>();
        RandomColor color =
                new RandomColor(
                        0.25,
                        0.5,
                        2.5,
                        (image, amount, _) -> {
                            amounts.add(amount);
                            return Image8.blank(1, 1, 3);
                        });
        Image8 image = Image8.blank(2, 2, 3);
        Random random = new Random(3);
        int same = 0;
        for (int i = 0; i < 4000; i++) {
            same += color.apply(image, random) == image ? 1 : 0;
        }
        assertEquals(4000, same + amounts.size());
        assertEquals(1000, amounts.size(), 100);
        assertTrue(amounts.stream().allMatch(a -> a >= 0.5 && a < 2.5));
        assertEquals(1.5, amounts.stream().mapToDouble(a -> a).average().orElseThrow(), 0.06);
        assertEquals(0.5, amounts.stream().mapToDouble(a -> a).min().orElseThrow(), 0.02);
        assertEquals(2.5, amounts.stream().mapToDouble(a -> a).max().orElseThrow(), 0.02);
    }

    @Test
    void neverAndInvalid() {
        RandomColor.Change none = (image, _, _) -> Image8.blank(1, 1, 1);
        Image8 image = Image8.blank(2, 2, 3);
        Random random = new Random(0);
        assertSame(image, new RandomColor(0, 0, 1, none).apply(image, random));
        assertThrows(IllegalArgumentException.class, () -> new RandomColor(-0.1, 0, 1, none));
        assertThrows(IllegalArgumentException.class, () -> new RandomColor(0.5, 2, 1, none));
    }
}
