package soma.maskrcnn.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

class OtherFormatsTest {
    @TempDir Path folder;

    private static Rle mask(ImageRecord image, int index) {
        return image.annotations().get(index).segmentation().toRle(image.height(), image.width());
    }

    @Test
    void readsTheCompetitionsCsv() {
        TestImages.png(folder.resolve("images/one.png"), "0000", "0000", "0000");
        Path csv =
                TestImages.text(
                        folder.resolve("train.csv"),
                        """
                        \ufeffid,annotation,width,height,cell_type,plate_time,sample_id
                        one,"1 2 6 1",4,3,cort,11h,"a, b"
                        two,12 1,4,3,astro,,
                        one,3 2,4,3,astro,,
                        one,12 2,4,3,astro,,
                        three,,4,3,cort,,
                        one,1 1,3,4,cort,,
                        """);
        Dataset dataset = DatasetReader.read(csv);
        assertEquals(DatasetFormat.CSV, dataset.format());
        assertEquals(List.of("shsy5y", "astro", "cort"), dataset.classNames());
        assertEquals(
                List.of("one", "three", "two"),
                dataset.images().stream().map(ImageRecord::id).toList());
        ImageRecord one = dataset.images().getFirst();
        assertEquals(2, one.annotations().size());
        assertEquals("1 2 6 1", mask(one, 0).toRowRuns());
        assertEquals(2, one.annotations().getFirst().category());
        DatasetReport report = dataset.report();
        assertEquals(1, report.count(Defect.BAD_RUNS));
        assertEquals(1, report.count(Defect.MASK_SIZE));
        assertEquals(1, report.count(Defect.NO_ANNOTATIONS));
        assertEquals(2, report.count(Defect.IMAGE_MISSING));
        assertEquals(
                List.of("one"),
                dataset.forTraining().images().stream().map(ImageRecord::id).toList());
        CompetitionCsvWriter.write(dataset, folder.resolve("again.csv"));
        Dataset again = DatasetReader.read(folder.resolve("again.csv"));
        assertEquals(
                dataset.images().stream().map(ImageRecord::id).toList(),
                again.images().stream().map(ImageRecord::id).toList());
        assertEquals(dataset.instanceCount(), again.instanceCount());
        assertEquals(1, again.report().count(Defect.NO_ANNOTATIONS));
    }

    @Test
    void otherClassesAreSorted() {
        Path csv =
                TestImages.text(
                        folder.resolve("d.csv"),
                        "id,annotation,width,height,cell_type\na,1 1,4,3,zebra\na,2 1,4,3,cort\n");
        assertEquals(List.of("cort", "zebra"), DatasetReader.read(csv).classNames());
    }

    @Test
    void damageIsRefusedByWhoeverNeedsASoundDataSet() {
        Path csv =
                TestImages.text(
                        folder.resolve("d.csv"),
                        "id,annotation,width,height,cell_type\na,1 1,4,3,zebra\n");
        Dataset dataset = DatasetReader.read(csv);
        assertEquals(1, dataset.instanceCount());
        SomaException e = assertThrows(SomaException.class, dataset::requireSound);
        assertTrue(
                e.getMessage().startsWith(csv + ": annotations: expected none damaged, got 1"),
                e.getMessage());
        assertTrue(e.getMessage().contains("line 2 of image a (zebra)"), e.getMessage());
    }

    @Test
    void aHeaderAloneIsADataSetWithoutImages() {
        Path csv = TestImages.text(folder.resolve("d.csv"), "id,annotation,width,height\n");
        assertTrue(DatasetReader.read(csv).requireSound().images().isEmpty());
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of("id,annotation,width\na,1 1,4\n", "header: expected the columns"),
                Arguments.of(
                        "id,annotation,width,height\na,1 1,4,x\n",
                        "line 2: height: expected a whole number above 0, got \"x\""),
                Arguments.of("id,annotation,width,height\na,1 1,0,3\n", "line 2: width"),
                Arguments.of("id,annotation,width,height\n,1 1,4,3\n", "line 2: id"),
                Arguments.of("id,annotation,width,height\na\0b,1 1,4,3\n", "line 2: expected text"),
                Arguments.of("id,annotation,width,height,id\n", "each column once, got id twice"),
                Arguments.of("id,annotation,width,height\na/b,1 1,4,3\n", "line 2: id"),
                Arguments.of(
                        "id,annotation,width,height\na,1 1,4,3,x\n",
                        "line 2: expected 4 fields, got 5"),
                Arguments.of("id,predicted\na,1 1\n", "got a submission"),
                Arguments.of("[]", "got a JSON list"),
                Arguments.of("hello", "got something else"),
                Arguments.of("", "got something else"));
    }

    @ParameterizedTest
    @MethodSource
    void failures(String text, String message) {
        Path csv = TestImages.text(folder.resolve("d.csv"), text);
        SomaException e = assertThrows(SomaException.class, () -> DatasetReader.read(csv));
        assertTrue(e.getMessage().startsWith(csv + ": "), e.getMessage());
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void readsAFolderPerImage() {
        TestImages.png(folder.resolve("b/images/b.png"), "000", "000");
        TestImages.png(folder.resolve("b/masks/1.png"), "010", "000");
        TestImages.png(folder.resolve("b/masks/2.png"), "000", "002");
        TestImages.png(folder.resolve("b/masks/3.png"), "000", "000");
        TestImages.png(folder.resolve("b/masks/4.png"), "00", "01");
        TestImages.text(folder.resolve("b/masks/5.png"), "no image");
        TestImages.png(folder.resolve("a/images/other.png"), "0");
        Dataset dataset = DatasetReader.read(folder);
        assertEquals(DatasetFormat.DSB2018, dataset.format());
        ImageRecord b = dataset.images().get(1);
        assertEquals("b", b.id());
        assertEquals(3, b.annotations().size());
        assertEquals("2 1", mask(b, 0).toRowRuns());
        assertEquals("6 1", mask(b, 1).toRowRuns());
        assertEquals(1, dataset.report().count(Defect.EMPTY_MASK));
        assertEquals(1, dataset.report().count(Defect.MASK_SIZE));
        assertEquals(1, dataset.report().count(Defect.MASK_UNREADABLE));
        assertEquals(1, dataset.report().count(Defect.NO_ANNOTATIONS));
        assertEquals(2, dataset.forTraining().instanceCount());
    }

    @Test
    void readsLabelImagesBesideImages() {
        TestImages.png(folder.resolve("x.png"), "0000", "0000", "0000");
        TestImages.png(folder.resolve("x_masks.png"), "0110", "0313", "3000");
        TestImages.png(folder.resolve("y.png"), "00", "00");
        TestImages.png(folder.resolve("y_masks.png"), "0");
        TestImages.png(folder.resolve("z.png"), "00", "00");
        Dataset dataset = DatasetReader.read(folder);
        assertEquals(DatasetFormat.LABELS, dataset.format());
        assertEquals(3, dataset.images().size());
        ImageRecord x = dataset.images().getFirst();
        assertEquals("2 2 7 1", mask(x, 0).toRowRuns());
        assertEquals("6 1 8 2", mask(x, 1).toRowRuns());
        assertEquals(1, dataset.report().count(Defect.MASK_SIZE));
        assertEquals(2, dataset.report().count(Defect.NO_ANNOTATIONS));
    }

    @Test
    void takesPlainImages() throws IOException {
        Path a = TestImages.png(folder.resolve("p/a.png"), "000");
        TestImages.png(folder.resolve("q/a.png"), "000", "000");
        TestImages.text(folder.resolve("q/broken.png"), "no image");
        TestImages.text(folder.resolve("q/readme.txt"), "no image");
        assertEquals(DatasetFormat.IMAGES, DatasetReader.read(a).format());
        Dataset dataset =
                DatasetReader.readImages(List.of(folder.resolve("p"), folder.resolve("q")));
        assertEquals(List.of("a", "a_2"), dataset.images().stream().map(ImageRecord::id).toList());
        assertEquals(1, dataset.report().count(Defect.IMAGE_UNREADABLE));
        assertEquals(0, dataset.report().count(Defect.NO_ANNOTATIONS));
        assertThrows(
                SomaException.class, () -> DatasetReader.readImages(List.of(folder.resolve("no"))));
        Path empty = Files.createDirectory(folder.resolve("empty"));
        SomaException e = assertThrows(SomaException.class, () -> DatasetReader.read(empty));
        assertTrue(e.getMessage().contains("got neither"), e.getMessage());
        TestImages.text(empty.resolve("annotations.json"), "{}");
        e = assertThrows(SomaException.class, () -> DatasetReader.read(empty));
        assertTrue(e.getMessage().endsWith("annotations.json"), e.getMessage());
    }

    @Test
    void formatsThatCannotBeAreRefused() {
        Path a = TestImages.png(folder.resolve("p/a.png"), "000");
        assertThrows(
                SomaException.class,
                () -> DatasetReader.read(a, Optional.empty(), Optional.of(DatasetFormat.DSB2018)));
        assertThrows(
                SomaException.class,
                () -> DatasetReader.read(folder, Optional.empty(), Optional.of(DatasetFormat.CSV)));
        assertThrows(
                SomaException.class,
                () -> DatasetReader.read(a, Optional.of(folder.resolve("no")), Optional.empty()));
        assertThrows(SomaException.class, () -> DatasetReader.read(folder.resolve("no")));
        assertThrows(SomaException.class, () -> DatasetFormat.parse("yolo"));
        assertEquals(DatasetFormat.DSB2018, DatasetFormat.parse("dsb2018"));
    }
}
