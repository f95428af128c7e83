package soma.maskrcnn.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

class CocoReaderTest {
    @TempDir Path folder;

    private Dataset read(String json) {
        return DatasetReader.read(TestImages.text(folder.resolve("d.json"), json));
    }

    /** All forms of a segmentation, sections in an odd order, ids that aren't sorted. */
    @Test
    void readsEveryFormOfSegmentation() {
        TestImages.png(folder.resolve("a.png"), "0000000000".repeat(1), "0000000000");
        Dataset dataset =
                read(
                        """
                        {"info": {"x": [1, {"y": 2}]},
                         "annotations": [
                          {"id": 7, "image_id": 10, "category_id": 9, "iscrowd": 0, "area": 6.5,
                           "bbox": [1, 2, 3.5, 4], "segmentation": {"size": [10, 10], "counts": "g0370000000k0"}},
                          {"id": 8, "image_id": 9, "category_id": 2, "iscrowd": 1,
                           "segmentation": {"size": [2, 10], "counts": [0, 4, 16]}},
                          {"id": 9, "image_id": 10, "category_id": 2, "bbox": [1, 1, 7, 6], "area": 17,
                           "segmentation": [[1, 1, 8, 2, 3, 7], [1, 2, 3, 4]], "keypoints": []}],
                         "categories": [{"id": 9, "name": "nine"}, {"name": "two", "id": 2, "supercategory": "n"}],
                         "images": [{"id": 10, "file_name": "b.png", "height": 10, "width": 10},
                                    {"id": 9, "file_name": "x/a.png", "height": 2, "width": 10}]}
                        """);
        assertEquals(List.of("two", "nine"), dataset.classNames());
        assertEquals(List.of("9", "10"), dataset.images().stream().map(ImageRecord::id).toList());
        assertTrue(dataset.integerImageIds());
        ImageRecord ten = dataset.images().get(1);
        assertEquals(7, ten.annotations().getFirst().id());
        assertEquals(1, ten.annotations().getFirst().category());
        assertEquals(6.5, ten.annotations().getFirst().area());
        assertArrayEquals(new double[] {1, 2, 3.5, 4}, ten.annotations().getFirst().bbox());
        assertEquals(
                ";193M1OO2N1Om0",
                ten.annotations().get(1).segmentation().toRle(10, 10).toCocoString());
        Annotation crowd = dataset.images().getFirst().annotations().getFirst();
        assertTrue(crowd.crowd());
        assertArrayEquals(new double[] {0, 0, 2, 2}, crowd.bbox());
        assertEquals(4, crowd.area());
        assertEquals(1, dataset.report().count(Defect.IMAGE_MISSING));
        // The image of the crowd is found under the last part of its name.
        assertFalse(dataset.unusableImages().contains("9"));
        assertTrue(dataset.forTraining().images().isEmpty());
    }

    private static final String IMAGE =
            "\"images\": [{\"id\": \"a\", \"file_name\": \"a.png\", \"height\": 3, \"width\": 4}],";

    private static final String CLASSES = "\"categories\": [{\"id\": 1, \"name\": \"cell\"}]";

    static Stream<Arguments> defects() {
        String good = "{\"size\": [3, 4], \"counts\": \"534\"}";
        return Stream.of(
                Arguments.of(annotation("a", 2, "[1,0,2,3]", good), Defect.UNKNOWN_CATEGORY, 0),
                Arguments.of(annotation("b", 1, "[1,0,2,3]", good), Defect.UNKNOWN_IMAGE, 0),
                Arguments.of(annotation("a", 1, "[1,0,0,3]", good), Defect.BOX_WITHOUT_AREA, 1),
                Arguments.of(annotation("a", 1, "[1,0,3]", good), Defect.BAD_BOX, 1),
                Arguments.of(
                        annotation("a", 1, "[1,0,2,3]", "{\"size\": [3, 4], \"counts\": \"537\"}"),
                        Defect.BAD_RUNS,
                        0),
                Arguments.of(
                        annotation("a", 1, "[1,0,2,3]", "{\"size\": [3, 4], \"counts\": [5, 3]}"),
                        Defect.BAD_RUNS,
                        0),
                Arguments.of(
                        annotation("a", 1, "[1,0,2,3]", "{\"size\": [3, 4], \"counts\": \"~\"}"),
                        Defect.BAD_RUNS,
                        0),
                Arguments.of(
                        annotation("a", 1, "[1,0,2,3]", "{\"size\": [4, 3], \"counts\": \"534\"}"),
                        Defect.MASK_SIZE,
                        0),
                Arguments.of(
                        annotation("a", 1, "[1,0,2,3]", "{\"size\": [3, 4], \"counts\": [12]}"),
                        Defect.EMPTY_MASK,
                        1),
                Arguments.of(annotation("a", 1, "[1,0,2,3]", "[[1,2,3,4]]"), Defect.BAD_POLYGON, 0),
                Arguments.of(
                        annotation("a", 1, "[1,0,2,3]", "[[1,2,3,4,5,1e9]]"),
                        Defect.WILD_POLYGON,
                        0),
                Arguments.of(annotation("a", 1, "[1,0,2,3]", "null"), Defect.NO_SEGMENTATION, 0));
    }

    private static String annotation(String image, int category, String box, String mask) {
        return "{\"id\": 5, \"image_id\": \"%s\", \"category_id\": %d, \"bbox\": %s, \"segmentation\": %s}"
                .formatted(image, category, box, mask);
    }

    @ParameterizedTest
    @MethodSource
    void defects(String annotation, Defect defect, int kept) {
        Dataset dataset =
                read("{" + IMAGE + "\"annotations\": [" + annotation + "]," + CLASSES + "}");
        assertEquals(1, dataset.report().count(defect), () -> dataset.report().lines().toString());
        assertEquals(kept, dataset.instanceCount());
        String line = dataset.report().lines().getFirst();
        assertTrue(line.contains("annotation 5 of image"), line);
        assertEquals(kept == 0 ? 1 : 0, dataset.report().count(Defect.NO_ANNOTATIONS));
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of("{\"images\": [", "line 1: expected valid JSON"),
                Arguments.of("{" + CLASSES + "}", "top level: expected a field images"),
                Arguments.of("{\"images\": []," + CLASSES + "}", "expected at least one, got none"),
                Arguments.of(
                        "{\"images\": [{\"id\": \"\\u0001\\n\", \"file_name\": [\"\\n\"]}]}",
                        "file_name: expected a string, got a list"),
                Arguments.of("{\"images\": \"a\\nb\"}", "expected a list, got \"a b\""),
                Arguments.of(
                        "{\"images\": [{\"id\": 1, \"file_name\": \"\\u0000\"}]}",
                        "file_name: expected a path"),
                Arguments.of(
                        "{\"images\": [{\"id\": 1, \"file_name\": \"/\"}]}",
                        "expected a field height"),
                Arguments.of("{\"images\": 3}", "images: expected a list, got 3"),
                Arguments.of("{\"images\": [3]}", "images/0: expected an object, got 3"),
                Arguments.of(
                        "{\"images\": [{\"id\": 1.5}]}",
                        "images/0/id: expected a string or a whole number, got 1.5"),
                Arguments.of(
                        "{\"images\": [{\"id\": 1, \"file_name\": \"a\", \"height\": -2}]}",
                        "images/0/height: expected a whole number from 1 to 2^31-1, got -2"),
                Arguments.of(
                        "{\"images\": [{\"id\": 1, \"file_name\": \"a\"}]}",
                        "images/0: expected a field height"),
                Arguments.of("{" + IMAGE + "\"annotations\": []}", "expected a field categories"),
                Arguments.of(
                        "{" + IMAGE + "\"annotations\": [{\"bbox\": [1, \"x\"]}]}",
                        "annotations/0/bbox/1: expected a number, got \"x\""),
                Arguments.of(
                        "{\"categories\": [{\"id\": 1}, {\"id\": 1}]}",
                        "expected each once, got 1"),
                Arguments.of("{" + IMAGE + CLASSES + "} x", "expected valid JSON"));
    }

    @ParameterizedTest
    @MethodSource
    void failures(String json, String message) {
        SomaException e = assertThrows(SomaException.class, () -> read(json));
        assertTrue(e.getMessage().startsWith(folder.resolve("d.json") + ": "), e.getMessage());
        assertTrue(e.getMessage().contains(message), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
    }

    @Test
    void imagesOfAnotherSizeAndBrokenOnesAreCounted() {
        TestImages.png(folder.resolve("a.png"), "000", "000");
        TestImages.text(folder.resolve("b.png"), "no image");
        Dataset dataset =
                read(
                        """
                        {"images": [{"id": 1, "file_name": "a.png", "height": 3, "width": 2},
                                    {"id": 2, "file_name": "b.png", "height": 3, "width": 2},
                                    {"id": 2, "file_name": "c.png", "height": 3, "width": 2}]}
                        """);
        assertEquals(1, dataset.report().count(Defect.IMAGE_SIZE));
        assertEquals(1, dataset.report().count(Defect.IMAGE_UNREADABLE));
        assertEquals(1, dataset.report().count(Defect.DUPLICATE_IMAGE));
        assertEquals(2, dataset.report().count(Defect.NO_ANNOTATIONS));
        assertTrue(dataset.withUsableImages().images().isEmpty());
    }

    @Test
    void writesWhatItReads() {
        TestImages.png(folder.resolve("a.png"), "0000", "0000", "0000");
        Dataset dataset =
                read(
                        "{"
                                + IMAGE
                                + "\"annotations\": ["
                                + annotation("a", 1, "[1,0,2.5,3]", "[[0,0,0,2,2.5,2]]")
                                + ","
                                + annotation(
                                                "a",
                                                1,
                                                "[1,0,2,3]",
                                                "{\"size\":[3,4],\"counts\":\"534\"}")
                                        .replace("\"id\": 5", "\"id\": 6")
                                + "],"
                                + CLASSES
                                + "}");
        CocoWriter.write(dataset, folder.resolve("sub").resolve("e.json"));
        Dataset again = DatasetReader.read(folder.resolve("sub").resolve("e.json"));
        assertTrue(again.report().isClean(), () -> again.report().lines().toString());
        assertFalse(again.integerImageIds());
        assertEquals(dataset.categories(), again.categories());
        List<Annotation> before = dataset.images().getFirst().annotations();
        List<Annotation> after = again.images().getFirst().annotations();
        for (int i = 0; i < 2; i++) {
            assertEquals(before.get(i).segmentation(), after.get(i).segmentation());
            assertArrayEquals(before.get(i).bbox(), after.get(i).bbox());
            assertEquals(before.get(i).area(), after.get(i).area());
        }
        assertEquals(Rle.of(3, 4, new int[] {5, 3, 4}), after.get(1).segmentation().toRle(3, 4));
    }
}
