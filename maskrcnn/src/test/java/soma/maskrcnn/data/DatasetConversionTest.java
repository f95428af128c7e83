package soma.maskrcnn.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.maskrcnn.data.DatasetConversion.Target;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What each form can't hold is counted, and what is written reads back as counted. */
class DatasetConversionTest {
    @TempDir private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        Files.createDirectories(folder.resolve("in"));
    }

    /** Everything that a table or a label image can't hold, in one file. */
    private Dataset everything() {
        TestImages.png(folder.resolve("in/a/one.png"), "0000", "0000", "0000");
        TestImages.png(folder.resolve("in/b/two_masks.png"), "000", "000");
        TestImages.png(folder.resolve("in/b/small.png"), "0");
        return read(
                """
                {"images": [
                  {"id": 1, "file_name": "a/one.png", "height": 3, "width": 4},
                  {"id": 2, "file_name": "b/two_masks.png", "height": 2, "width": 3},
                  {"id": 3, "file_name": "c/gone.png", "height": 2, "width": 3},
                  {"id": 4, "file_name": "b/small.png", "height": 2, "width": 3}],
                 "annotations": [
                  {"id": 1, "image_id": 1, "category_id": 3, "area": 12, "bbox": [0, 0, 4, 3],
                   "segmentation": {"size": [3, 4], "counts": [0, 12]}},
                  {"id": 2, "image_id": 1, "category_id": 3, "area": 2, "bbox": [0, 0, 2, 3],
                   "segmentation": {"size": [3, 4], "counts": [0, 2, 10]}},
                  {"id": 3, "image_id": 1, "category_id": 5, "area": 1, "bbox": [0, 0, 1, 1],
                   "segmentation": {"size": [3, 4], "counts": [0, 1, 11]}},
                  {"id": 4, "image_id": 1, "category_id": 5, "area": 1, "bbox": [0, 1, 1, 1],
                   "segmentation": {"size": [3, 4], "counts": [1, 1, 10]}},
                  {"id": 5, "image_id": 1, "category_id": 5, "iscrowd": 1,
                   "segmentation": {"size": [3, 4], "counts": [0, 12]}},
                  {"id": 6, "image_id": 1, "category_id": 5,
                   "segmentation": {"size": [3, 4], "counts": [12]}},
                  {"id": 7, "image_id": 2, "category_id": 5, "area": 4, "bbox": [0, 0, 2, 2],
                   "segmentation": [[0, 0, 0, 2, 2, 2, 2, 0]]},
                  {"id": 8, "image_id": 3, "category_id": 5,
                   "segmentation": {"size": [2, 3], "counts": [0, 6]}}],
                 "categories": [{"id": 3, "name": "astro"}, {"id": 5, "name": "yeast"},
                   {"id": 7, "name": "astro"}, {"id": 9, "name": "none"}]}
                """);
    }

    private Dataset read(String json) {
        return DatasetReader.read(TestImages.text(folder.resolve("in/d.json"), json));
    }

    @Test
    void cocoKeepsAll() {
        Dataset dataset = everything();
        Path out = folder.resolve("out/e.json");

        DatasetConversion written = DatasetConversion.write(dataset, Target.COCO, out, false);

        assertEquals(List.of(), written.losses().lines());
        assertEquals(8, written.objects());
        Dataset again = DatasetReader.read(out);
        assertEquals(dataset.categories(), again.categories());
        assertTrue(again.integerImageIds());
        // An image that isn't there doesn't lead out of the folder, which would be damage.
        again.requireSound();
        assertEquals("c/gone.png", relative(out, again.images().get(2)));
        for (int i = 0; i < 4; i++) {
            List<Annotation> before = dataset.images().get(i).annotations();
            List<Annotation> after = again.images().get(i).annotations();
            assertEquals(before.size(), after.size());
            for (int k = 0; k < before.size(); k++) {
                assertEquals(before.get(k).segmentation(), after.get(k).segmentation());
                assertEquals(before.get(k).crowd(), after.get(k).crowd());
                assertEquals(before.get(k).id(), after.get(k).id());
                assertEquals(before.get(k).area(), after.get(k).area());
                assertArrayEquals(before.get(k).bbox(), after.get(k).bbox());
            }
        }
    }

    private static String relative(Path json, ImageRecord image) {
        return json.getParent().toAbsolutePath().relativize(image.file()).toString();
    }

    @Test
    void aTableLosesWhatItHasNoColumnFor() {
        Path out = folder.resolve("out/e.csv");

        DatasetConversion written = DatasetConversion.write(everything(), Target.CSV, out, false);

        Losses losses = written.losses();
        assertEquals(1, losses.count(Loss.CROWD));
        assertEquals(1, losses.count(Loss.EMPTY_MASK));
        assertEquals(1, losses.count(Loss.POLYGON));
        assertEquals(1, losses.count(Loss.BOX));
        assertEquals(4, losses.count(Loss.FOREIGN_CLASS));
        assertEquals(1, losses.count(Loss.UNUSED_CLASS));
        assertEquals(1, losses.count(Loss.SHARED_NAME));
        assertEquals(2, losses.count(Loss.CLASS_NUMBER));
        assertEquals(4, losses.count(Loss.IMAGE_ID));
        assertEquals(2, losses.count(Loss.IMAGE_PLACE));
        assertEquals(0, losses.count(Loss.OVERLAP));
        assertEquals(
                "1 outlines of polygons (written as the pixels that they cover): annotation 7 of"
                        + " image 2",
                losses.lines().get(2));
        assertEquals(4, written.images());
        assertEquals(6, written.objects());
        // No folder has them all.
        assertEquals(Optional.empty(), written.imageFolder());
        Dataset again =
                DatasetReader.read(out, Optional.of(folder.resolve("in/a")), Optional.empty());
        assertEquals(List.of("astro", "yeast"), again.classNames());
        assertEquals(6, again.instanceCount());
        assertEquals(
                List.of("gone", "one", "small", "two_masks"),
                again.images().stream().map(ImageRecord::id).toList());
        assertEquals(
                "1 12",
                again.images()
                        .get(1)
                        .annotations()
                        .getFirst()
                        .segmentation()
                        .toRle(3, 4)
                        .toRowRuns());
    }

    @Test
    void labelsLoseOverlapsAndClasses() throws IOException {
        Path out = folder.resolve("labels");

        DatasetConversion written =
                DatasetConversion.write(everything(), Target.LABELS, out, false);

        Losses losses = written.losses();
        assertEquals(1, losses.count(Loss.CROWD));
        assertEquals(1, losses.count(Loss.EMPTY_MASK));
        assertEquals(1, losses.count(Loss.OVERLAP));
        assertEquals(1, losses.count(Loss.HIDDEN));
        assertEquals(4, losses.count(Loss.CLASS));
        assertEquals(2, losses.count(Loss.IMAGE));
        assertEquals(0, losses.count(Loss.FOREIGN_CLASS));
        assertTrue(
                losses.lines().toString().contains("annotation 1 of image one (10 of 12 pixels)"),
                () -> losses.lines().toString());
        assertTrue(
                losses.lines().toString().contains("gone (1 objects), small (0 objects)"),
                () -> losses.lines().toString());
        assertEquals(2, written.images());
        assertEquals(4, written.objects());
        Dataset again = DatasetReader.read(out);
        assertTrue(again.report().isClean(), () -> again.report().lines().toString());
        assertEquals(
                List.of("one", "two_masks_image"),
                again.images().stream().map(ImageRecord::id).toList());
        assertEquals(4, again.instanceCount());
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("in/a/one.png")),
                Files.readAllBytes(out.resolve("one.png")));
    }

    @Test
    void namesThatMeetAreNumbered() {
        TestImages.png(folder.resolve("in/a/x.png"), "00");
        TestImages.png(folder.resolve("in/b/X.png"), "00");
        Path odd = TestImages.png(folder.resolve("in/b/y.image"), "00");
        Dataset dataset =
                read(
                        """
                        {"images": [
                          {"id": 1, "file_name": "a/x.png", "height": 1, "width": 2},
                          {"id": 2, "file_name": "b/X.png", "height": 1, "width": 2},
                          {"id": 3, "file_name": "b/y.image", "height": 1, "width": 2}],
                         "annotations": [],
                         "categories": [{"id": 1, "name": "cell"}]}
                        """);
        assertTrue(Files.exists(odd));

        DatasetConversion.write(dataset, Target.LABELS, folder.resolve("out"), false);

        for (String name : List.of("x.png", "X_2.png", "y.png", "X_2_masks.tif")) {
            assertTrue(Files.exists(folder.resolve("out").resolve(name)), name);
        }
        assertEquals(3, DatasetReader.read(folder.resolve("out")).images().size());
    }

    @Test
    void anImageWithoutObjectsTakesAClassThatIsThere() throws IOException {
        Dataset dataset =
                read(
                        """
                        {"images": [
                          {"id": 1, "file_name": "x.png", "height": 1, "width": 2},
                          {"id": 2, "file_name": "y.png", "height": 1, "width": 2}],
                         "annotations": [{"id": 1, "image_id": 1, "category_id": 2,
                          "segmentation": {"size": [1, 2], "counts": [0, 1, 1]}}],
                         "categories": [{"id": 1, "name": "other"}, {"id": 2, "name": "cort"}]}
                        """);
        Path out = folder.resolve("e.csv");

        DatasetConversion written = DatasetConversion.write(dataset, Target.CSV, out, false);

        assertEquals(0, written.losses().count(Loss.FOREIGN_CLASS));
        assertTrue(Files.readString(out).endsWith("y,,2,1,cort\n"), Files.readString(out));
        DatasetReader.read(out).requireSound();
    }

    @Test
    void aClassOfATableNeedsAName() {
        Dataset dataset =
                read(
                        """
                        {"images": [{"id": 1, "file_name": "x.png", "height": 1, "width": 2}],
                         "annotations": [], "categories": [{"id": 1, "name": " "}]}
                        """);
        Path out = folder.resolve("e.csv");
        SomaException e =
                assertThrows(
                        SomaException.class,
                        () -> DatasetConversion.write(dataset, Target.CSV, out, false));
        assertTrue(e.getMessage().contains("categories: name: expected"), e.getMessage());
        assertFalse(Files.exists(out));
    }
}
