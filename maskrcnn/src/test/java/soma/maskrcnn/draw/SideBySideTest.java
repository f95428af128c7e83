package soma.maskrcnn.draw;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import soma.maskrcnn.image.Image8;

import java.util.List;

class SideBySideTest {
    @Test
    void picturesKeepTheirPixelsAndTheRestIsWhite() {
        Image8 gray = new Image8(1, 2, 1, new byte[] {7, 9});
        Image8 color = new Image8(2, 1, 3, new byte[] {1, 2, 3, 4, 5, 6});

        Image8 joined = SideBySide.of(List.of(gray, color));

        assertEquals(2, joined.height());
        assertEquals(2 + 8 + 1, joined.width());
        assertEquals(9, joined.sample(0, 1, 2));
        assertEquals(255, joined.sample(0, 2, 0));
        assertEquals(255, joined.sample(1, 0, 0));
        assertEquals(2, joined.sample(0, 10, 1));
        assertEquals(6, joined.sample(1, 10, 2));
    }

    @Test
    void nothingIsAnEmptyPicture() {
        assertEquals(new Image8(0, 0, 3, new byte[0]).width(), SideBySide.of(List.of()).width());
    }
}
