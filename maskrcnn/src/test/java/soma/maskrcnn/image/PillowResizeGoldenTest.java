package soma.maskrcnn.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.maskrcnn.SharedFiles;

import java.io.IOException;

/** Byte equality with Pillow, by the shared fixtures. */
class PillowResizeGoldenTest {
    @ParameterizedTest
    @CsvSource({"up_61x88", "down_20x29", "mixed_80x17", "width_37x90"})
    void noiseInColour(String name) throws IOException {
        GoldenTensors golden = GoldenTensors.ops("image");
        Image8 expected = golden.image("random." + name);
        Image8 actual =
                PillowResize.bilinear(
                        golden.image("random.image"), expected.height(), expected.width());
        assertArrayEquals(expected.pixels(), actual.pixels());
    }

    @ParameterizedTest
    @CsvSource({"up_800x1083", "down_131x301"})
    void aRealImage(String name) throws IOException {
        GoldenTensors golden = GoldenTensors.ops("image");
        Image8 image = ImageReader.readGray(SharedFiles.require("golden/images/2d8810967b36.png"));
        Image8 expected = golden.image("real." + name);
        Image8 gray = PillowResize.bilinear(image, expected.height(), expected.width());
        assertArrayEquals(expected.pixels(), gray.pixels());
        Image8 color = PillowResize.bilinear(image.toBgr(), expected.height(), expected.width());
        assertArrayEquals(expected.toBgr().pixels(), color.pixels());
    }

    @ParameterizedTest
    @CsvSource({"out_47x63", "out_13x19"})
    void nearestOfLabels(String name) throws IOException {
        GoldenTensors golden = GoldenTensors.ops("image");
        Image8 expected = golden.image("nearest-labels." + name);
        Image8 actual =
                PillowResize.nearest(
                        golden.image("nearest-labels.labels"), expected.height(), expected.width());
        assertArrayEquals(expected.pixels(), actual.pixels());
    }

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
