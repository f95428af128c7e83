package soma.maskrcnn.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;

import soma.maskrcnn.SharedFiles;
import soma.maskrcnn.image.GoldenTensors;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Rle;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Transforms of detectron2, by the shared fixtures. */
class TransformGoldenTest {
    private static final ImageSize SMALL = new ImageSize(37, 53);
    private static final ImageSize RESIZED = new ImageSize(61, 88);

    @Test
    void boxes() throws IOException {
        GoldenTensors golden = GoldenTensors.ops("image");
        double[] boxes = golden.doubles("geometry.boxes");
        Resize resize = new Resize(SMALL, RESIZED);
        TransformList both = new TransformList(List.of(resize, new HorizontalFlip(RESIZED)));
        near(golden.doubles("geometry.flipped"), new HorizontalFlip(SMALL).applyBoxes(boxes));
        near(golden.doubles("geometry.resized"), resize.applyBoxes(boxes));
        near(golden.doubles("geometry.both"), both.applyBoxes(boxes));
        near(golden.doubles("geometry.back"), both.inverseBoxes(boxes));
    }

    private static void near(double[] expected, double[] actual) {
        // The fixture is float32; the largest coordinate is below 128.
        assertArrayEquals(expected, actual, 128 * 2e-7);
    }

    @Test
    void flippedImage() throws IOException {
        GoldenTensors golden = GoldenTensors.ops("image");
        Image8 image = golden.image("random.image");
        Image8 expected = golden.image("geometry.flipped_image");
        assertArrayEquals(expected.pixels(), new HorizontalFlip(SMALL).applyImage(image).pixels());
    }

    @Test
    void shortestEdge() {
        JsonNode sizes =
                SharedFiles.json("golden/ops/manifest.json")
                        .at("/families/image/cases/shortest-edge/params")
                        .required("height x width @ short/max");
        assertTrue(sizes.size() >= 8);
        for (Map.Entry<String, JsonNode> entry : sizes.properties()) {
            String[] numbers = entry.getKey().split("[x@/]", -1);
            ImageSize from =
                    new ImageSize(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
            ImageSize to =
                    ResizeShortestEdge.outputSize(
                            from, Integer.parseInt(numbers[2]), Integer.parseInt(numbers[3]));
            JsonNode expected = entry.getValue();
            assertEquals(
                    new ImageSize(expected.get(0).intValue(), expected.get(1).intValue()),
                    to,
                    entry.getKey());
        }
    }

    @Test
    void masks() {
        JsonNode nearest =
                SharedFiles.json("golden/ops/manifest.json").at("/families/image/cases/nearest");
        Resize resize = new Resize(new ImageSize(520, 704), new ImageSize(800, 1083));
        for (int i = 0; i < nearest.required("rle_in").size(); i++) {
            Rle expected =
                    Rle.fromCocoString(800, 1083, nearest.at("/rle_out/" + i + "/counts").asText());
            Rle mask =
                    Rle.fromCocoString(520, 704, nearest.at("/rle_in/" + i + "/counts").asText());
            assertEquals(expected, resize.applyMask(mask), "mask " + i);
        }
    }
}
