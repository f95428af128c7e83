package soma.maskrcnn.synthetic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetReader;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.structures.Rle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

class SyntheticDatasetTest {
    private static final SceneSettings SETTINGS =
            SceneSettings.DEFAULT.withSize(96, 128).withCells(5, 12);

    @TempDir Path folder;

    @Test
    void imagesAndAnnotationsAgree() {
        Dataset written = SyntheticDataset.write(folder, 4, 9, SETTINGS);
        assertEquals(folder.resolve("annotations.json"), written.source());
        Dataset read = DatasetReader.read(written.source());
        assertTrue(read.report().isClean(), () -> read.report().lines().toString());
        assertEquals(List.of("shsy5y", "astro", "cort"), read.classNames());
        assertEquals(written.categories(), read.categories());
        assertEquals(4, read.images().size());
        CellGenerator generator = new CellGenerator(SETTINGS);
        for (int i = 0; i < 4; i++) {
            ImageRecord image = read.images().get(i);
            CellKind kind = CellKind.values()[i % 3];
            CellScene scene = generator.generate(kind, SyntheticDataset.imageSeed(9, i));
            assertEquals(written.images().get(i).id(), image.id());
            assertEquals(96, image.height());
            assertEquals(128, image.width());
            assertArrayEquals(scene.image().pixels(), ImageReader.readGray(image.file()).pixels());
            assertEquals(kind.ordinal(), image.majorityCategory());
            assertEquals(scene.cells().size(), image.annotations().size());
            for (int k = 0; k < scene.cells().size(); k++) {
                Annotation annotation = image.annotations().get(k);
                Rle mask = scene.cells().get(k).mask();
                assertEquals(mask, annotation.segmentation().toRle(96, 128));
                assertEquals(mask.area(), annotation.area());
                assertArrayEquals(mask.bbox(), annotation.bbox());
                assertTrue(annotation.isTrainable());
            }
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
