package soma.maskrcnn.synthetic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Rle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

class SyntheticDatasetTest {
    private static final SceneSettings SETTINGS =
            SceneSettings.DEFAULT.withSize(96, 128).withCells(5, 12);

    @TempDir Path folder;

    @Test
    void imagesAndAnnotationsAgree() throws IOException {
        Path file = SyntheticDataset.write(folder, 4, 9, SETTINGS);
        assertEquals(folder.resolve("annotations.json"), file);
        JsonNode root = new ObjectMapper().readTree(file.toFile());
        assertEquals(
                "[{\"id\":1,\"name\":\"shsy5y\"},{\"id\":2,\"name\":\"astro\"},"
                        + "{\"id\":3,\"name\":\"cort\"}]",
                root.required("categories").toString());
        Map<String, Integer> instances = new HashMap<>();
        for (JsonNode annotation : root.required("annotations")) {
            instances.merge(annotation.required("image_id").asText(), 1, Integer::sum);
            JsonNode counts = annotation.at("/segmentation/counts");
            Rle mask = Rle.fromCocoString(96, 128, counts.asText());
            assertEquals(mask.area(), annotation.required("area").intValue());
            double[] box = new double[4];
            for (int i = 0; i < 4; i++) {
                box[i] = annotation.required("bbox").get(i).doubleValue();
            }
            assertArrayEquals(mask.bbox(), box);
        }
        assertEquals(4, root.required("images").size());
        CellGenerator generator = new CellGenerator(SETTINGS);
        for (int i = 0; i < 4; i++) {
            JsonNode image = root.required("images").get(i);
            Path png = folder.resolve(image.required("file_name").asText());
            assertEquals(new ImageSize(96, 128), ImageReader.readSize(png));
            CellScene scene =
                    generator.generate(CellKind.values()[i % 3], SyntheticDataset.imageSeed(9, i));
            assertArrayEquals(scene.image().pixels(), ImageReader.readGray(png).pixels());
            assertEquals(scene.cells().size(), instances.get(image.required("id").asText()));
        }
    }

    @Test
    void aLongerSetBeginsWithTheShorterOne() throws IOException {
        SyntheticDataset.write(folder.resolve("short"), 2, 5, SETTINGS);
        SyntheticDataset.write(folder.resolve("long"), 3, 5, SETTINGS);
        SyntheticDataset.write(folder.resolve("other"), 2, 6, SETTINGS);
        for (String image : new String[] {"images/cells-0001.png", "images/cells-0002.png"}) {
            byte[] bytes = Files.readAllBytes(folder.resolve("short").resolve(image));
            assertArrayEquals(bytes, Files.readAllBytes(folder.resolve("long").resolve(image)));
            byte[] other = Files.readAllBytes(folder.resolve("other").resolve(image));
            assertFalse(Arrays.equals(bytes, other));
        }
        assertTrue(Files.exists(folder.resolve("long/images/cells-0003.png")));
    }
}
