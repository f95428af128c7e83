package soma.maskrcnn.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import soma.maskrcnn.SharedFiles;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

class PredictionFilesTest {
    @TempDir Path folder;

    @Test
    void readsAndWritesResults() {
        Path file =
                TestImages.text(
                        folder.resolve("results.json"),
                        """
                        [{"image_id": 3, "category_id": 7, "bbox": [1, 2.5, 3, 4], "score": 0.25, "more": {}},
                         {"image_id": 4, "category_id": 7, "score": 1, "segmentation": {"size": [3, 4], "counts": "534"}},
                         {"image_id": 4, "category_id": 7, "score": 1, "bbox": [],
                          "segmentation": {"counts": [5, 3, 4], "size": [3, 4]}}]
                        """);
        CocoResults results = CocoResults.read(file);
        assertTrue(results.integerImageIds());
        assertEquals(3, results.predictions().size());
        assertNull(results.predictions().get(0).mask());
        assertArrayEquals(new double[] {1, 0, 2, 3}, results.predictions().get(1).box());
        assertNull(results.predictions().get(2).bbox());
        results.write(folder.resolve("again.json"));
        CocoResults again = CocoResults.read(folder.resolve("again.json"));
        for (int i = 0; i < 3; i++) {
            Prediction a = results.predictions().get(i);
            Prediction b = again.predictions().get(i);
            assertEquals(a.imageId(), b.imageId());
            assertEquals(a.categoryId(), b.categoryId());
            assertEquals(a.score(), b.score());
            assertEquals(a.mask(), b.mask());
            assertArrayEquals(a.box(), b.box());
        }
    }

    @Test
    void readsStringIdsAndNoDetections() {
        Path file = TestImages.text(folder.resolve("r.json"), "[]");
        assertTrue(CocoResults.read(file).predictions().isEmpty());
        TestImages.text(
                file,
                "[{\"image_id\": \"a\", \"category_id\": 1, \"bbox\": [1,2,3,4], \"score\": 0}]");
        assertFalse(CocoResults.read(file).integerImageIds());
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of("{}", "top level: expected a list of detections, got an object"),
                Arguments.of("[{\"category_id\": 1}]", "0: expected a field image_id"),
                Arguments.of(
                        "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [1,2,3]}]",
                        "0/bbox: expected 4 numbers"),
                Arguments.of(
                        "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [1,2,3,4]}]",
                        "expected a field score"),
                Arguments.of(
                        "[{\"image_id\": 1, \"category_id\": 1, \"score\": 1}]",
                        "expected a field bbox or segmentation"),
                Arguments.of(
                        "[{\"segmentation\": {\"size\": [3, 4], \"counts\": \"539\"}}]",
                        "0/segmentation: rle: runs past the end"),
                Arguments.of("[{\"segmentation\": [[1,2,3,4,5,6]]}]", "expected run lengths"),
                Arguments.of("[{", "expected valid JSON"));
    }

    @ParameterizedTest
    @MethodSource
    void failures(String text, String message) {
        Path file = TestImages.text(folder.resolve("r.json"), text);
        SomaException e = assertThrows(SomaException.class, () -> CocoResults.read(file));
        assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    private Dataset twoImages() {
        Path csv =
                TestImages.text(
                        folder.resolve("d.csv"),
                        "id,annotation,width,height\na,1 1,4,3\nb,1 1,5,2\n");
        return DatasetReader.read(csv);
    }

    @Test
    void readsAndWritesSubmissions() throws IOException {
        String text = "id,predicted\nb,1 2 6 1\nb,10 1\na,\n";
        Path file = TestImages.text(folder.resolve("s.csv"), text + "c,1 1\n");
        Submission submission = Submission.read(file, twoImages());
        assertEquals(List.of("b", "a"), List.copyOf(submission.masks().keySet()));
        assertEquals(Set.of("c"), submission.unknownImages());
        assertEquals(Rle.fromRowRuns(2, 5, "10 1"), submission.masks().get("b").get(1));
        submission.write(folder.resolve("t.csv"));
        assertEquals(text, Files.readString(folder.resolve("t.csv")));
    }

    @Test
    void refusesSubmissionsThatLeaveTheImage() {
        Path file = TestImages.text(folder.resolve("s.csv"), "id,predicted\na,12 2\n");
        SomaException e =
                assertThrows(SomaException.class, () -> Submission.read(file, twoImages()));
        assertTrue(e.getMessage().startsWith(file + ": line 2: predicted: "), e.getMessage());
    }

    @Test
    void copiesThePublishedSubmissionByteForByte() throws IOException {
        Path golden = SharedFiles.require("golden/data/postprocess/submission.csv");
        Dataset images = DatasetReader.read(SharedFiles.require("data/sartorius/masks-only.json"));
        Submission submission = Submission.read(golden, images);
        assertEquals(Set.of(), submission.unknownImages());
        submission.write(folder.resolve("s.csv"));
        assertEquals(Files.readString(golden), Files.readString(folder.resolve("s.csv")));
    }
}
