package soma.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.CocoWriter;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetFormat;
import soma.maskrcnn.data.DatasetReader;
import soma.maskrcnn.data.DatasetSplit;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.image.LabelImage;
import soma.maskrcnn.image.TiffWriter;
import soma.maskrcnn.structures.Rle;
import soma.maskrcnn.synthetic.SceneSettings;
import soma.maskrcnn.synthetic.SyntheticDataset;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** {@code convert data}, on a small drawn data set whose masks don't overlap. */
class ConvertDataCommandTest {
    @TempDir static Path folder;
    private static Dataset overlapping;
    private static Dataset dataset;
    private static Path annotations;

    @BeforeAll
    static void drawData() throws IOException {
        SceneSettings small = SceneSettings.DEFAULT.withSize(64, 80).withCells(4, 7);
        overlapping = SyntheticDataset.write(folder.resolve("data"), 4, 3, small);
        annotations = overlapping.source().resolveSibling("apart.json");
        dataset =
                overlapping.withImages(
                        overlapping.images().stream()
                                .map(ConvertDataCommandTest::withoutOverlaps)
                                .toList());
        CocoWriter.write(dataset, annotations);
        Files.writeString(folder.resolve("notes.txt"), "no image");
        Files.createDirectories(folder.resolve("mixed"));
        Files.writeString(folder.resolve("mixed/notes.txt"), "no image");
    }

    /** Takes from each mask the pixels of those before it. */
    private static ImageRecord withoutOverlaps(ImageRecord image) {
        List<Annotation> apart = new ArrayList<>();
        Rle taken = Rle.empty(image.height(), image.width());
        for (Annotation a : image.annotations()) {
            Rle mask = a.segmentation().toRle(image.height(), image.width());
            Rle free = mask.subtract(taken);
            taken = taken.union(mask);
            apart.add(
                    new Annotation(
                            a.id(),
                            a.category(),
                            free.bbox(),
                            false,
                            new Segmentation.OfRle(free),
                            free.area()));
        }
        return image.withAnnotations(apart);
    }

    /** Converts, and returns what was printed. */
    private static String convert(Path in, String form, Path out, Object... more) {
        Object[] fixed = {"convert", "data", in, out, "--to", form};
        return CommandLineRun.output(Stream.concat(Stream.of(fixed), Stream.of(more)).toArray());
    }

    /** The masks of each image, in order. */
    private static Map<String, List<Rle>> masks(Dataset dataset) {
        Map<String, List<Rle>> masks = new LinkedHashMap<>();
        for (ImageRecord image : dataset.images()) {
            masks.put(
                    image.id(),
                    image.annotations().stream()
                            .map(a -> a.segmentation().toRle(image.height(), image.width()))
                            .toList());
        }
        return masks;
    }

    private static List<Integer> classes(Dataset dataset) {
        return dataset.images().stream()
                .flatMap(image -> image.annotations().stream())
                .map(Annotation::category)
                .toList();
    }

    @Test
    void cocoToCsvAndBackKeepsMasksAndClasses() {
        Path csv = folder.resolve("table/train.csv");
        Path json = folder.resolve("table/back.json");
        String all = "wrote 4 of 4 images with %1$d of %1$d objects to ";
        String counts = all.formatted(dataset.instanceCount());

        assertEquals(counts + csv + "\n", convert(annotations, "csv", csv));
        Path images = annotations.resolveSibling("images");
        assertEquals(counts + json + "\n", convert(csv, "coco", json, "--images", images));

        Dataset back = DatasetReader.read(json);
        assertTrue(back.report().isClean(), () -> back.report().lines().toString());
        assertEquals(masks(dataset), masks(back));
        assertEquals(dataset.categories(), back.categories());
        assertEquals(classes(dataset), classes(back));
    }

    @Test
    void aFoldIsWhatTrainingHoldsOut() {
        List<String> ids = new ArrayList<>();
        for (int k = 1; k <= 2; k++) {
            Path json = folder.resolve("fold" + k + ".json");
            convert(annotations, "coco", json, "--fold", k + "/2", "--seed", 3);
            List<String> part =
                    DatasetReader.read(json).images().stream().map(ImageRecord::id).toList();
            assertEquals(
                    DatasetSplit.byFold(dataset, k, 2, 3).validation().images().stream()
                            .map(ImageRecord::id)
                            .toList(),
                    part);
            ids.addAll(part);
        }
        assertEquals(
                dataset.images().stream().map(ImageRecord::id).sorted().toList(),
                ids.stream().sorted().toList());
    }

    @Test
    void cocoToLabelsAndBackKeepsMasks() {
        Path labels = folder.resolve("labels");
        Path json = folder.resolve("from-labels.json");

        convert(annotations, "labels", labels);
        assertEquals(DatasetFormat.LABELS, DatasetReader.recognise(labels));
        convert(labels, "coco", json);

        Dataset back = DatasetReader.read(json);
        assertTrue(back.report().isClean(), () -> back.report().lines().toString());
        assertEquals(masks(dataset), masks(back));
        assertEquals(List.of("cell"), back.classNames());
    }

    @Test
    void whereMasksOverlapTheSmallerIsOnTop() {
        Path csv = folder.resolve("overlaps.csv");
        Path labels = folder.resolve("overlaps");

        convert(overlapping.source(), "csv", csv);
        convert(overlapping.source(), "labels", labels);

        assertEquals(masks(overlapping), masks(DatasetReader.read(csv)));
        Map<String, List<Rle>> cut = masks(DatasetReader.read(labels));
        assertNotEquals(masks(overlapping), cut);
        masks(overlapping)
                .forEach(
                        (id, whole) -> {
                            for (int i = 0; i < whole.size(); i++) {
                                Rle mask = whole.get(i);
                                for (Rle other : whole) {
                                    if (other.area() < whole.get(i).area()) {
                                        mask = mask.subtract(other);
                                    }
                                }
                                assertEquals(mask, cut.get(id).get(i), id);
                            }
                        });
    }

    @Test
    void aFolderPerImageToLabelsAndBack() throws IOException {
        Path dsb = folder.resolve("dsb");
        Map<String, List<Rle>> expected = masks(dataset);
        for (ImageRecord image : dataset.images()) {
            Path entry = dsb.resolve(image.id());
            Files.createDirectories(entry.resolve("images"));
            Files.createDirectories(entry.resolve("masks"));
            Files.copy(image.file(), entry.resolve("images").resolve(image.id() + ".png"));
            int n = 0;
            for (Rle mask : expected.get(image.id())) {
                int[] bitmap = new int[image.height() * image.width()];
                mask.paint(bitmap, 255);
                TiffWriter.writeLabels(
                        entry.resolve("masks").resolve("%03d.tif".formatted(n++)),
                        new LabelImage(image.height(), image.width(), bitmap));
            }
        }
        Path labels = folder.resolve("dsb-labels");
        Path csv = folder.resolve("dsb.csv");

        convert(dsb, "labels", labels, "--data-format", "dsb2018");
        convert(labels, "csv", csv);

        assertEquals(expected, masks(DatasetReader.read(labels)));
        assertEquals(expected, masks(DatasetReader.read(csv)));
    }

    @Test
    void lossesAreWarnedOf() throws IOException {
        Path crowded = folder.resolve("data/crowded.json");
        Files.writeString(
                crowded,
                Files.readString(annotations).replaceFirst("\"iscrowd\":0", "\"iscrowd\":1"));
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream before = System.err;
        String printed;
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            printed = convert(crowded, "labels", folder.resolve("crowded"), "--quiet");
        } finally {
            System.setErr(before);
        }

        String warnings = err.toString(StandardCharsets.UTF_8);
        assertTrue(warnings.contains("crowded: 1 crowds (left out): annotation 1"), warnings);
        int left = dataset.instanceCount() - 1;
        assertTrue(warnings.contains(left + " objects of other classes than cell"), warnings);
        assertTrue(printed.contains("with " + left + " of " + (left + 1) + " objects"), printed);
    }

    @Test
    void earlierResultsStayUnlessForced() throws IOException {
        Path labels = folder.resolve("twice");
        Path csv = folder.resolve("twice.csv");
        convert(annotations, "labels", labels);
        convert(annotations, "csv", csv);
        Files.delete(labels.resolve("cells-0001_masks.tif"));
        Files.writeString(csv, "old");
        Object[] again = {"convert", "data", annotations, labels, "--to", "labels"};
        String line = CommandLineRun.error(ExitStatus.FAILED, again);
        assertTrue(
                line.endsWith(
                        "expected no earlier results, got cells-0001.png; --force replaces them"),
                line);
        again = new Object[] {"convert", "data", annotations, csv, "--to", "csv"};
        line = CommandLineRun.error(ExitStatus.FAILED, again);
        assertTrue(line.endsWith("expected no file yet, got one; --force replaces it"), line);
        assertEquals("old", Files.readString(csv));

        convert(annotations, "labels", labels, "--force");
        convert(annotations, "csv", csv, "--force");

        assertEquals(masks(dataset), masks(DatasetReader.read(labels)));
        assertTrue(Files.readString(csv).startsWith("id,annotation,width,height,cell_type\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DATA FOLDER/data --to csv|data: output: expected a file, got a folder",
                "DATA DATA --to coco --force|expected another file than the data set's",
                "DATA FOLDER/notes.txt --to labels|notes.txt: output: expected a folder, got a",
                "DATA FOLDER/mixed --to labels|expected no earlier results, got notes.txt",
                "DATA FOLDER/mixed --to labels --force|alone to replace, got notes.txt",
                "DATA FOLDER/data/images --to labels --force|without images of the data set, got",
                "FOLDER/data/images FOLDER/x --to coco|expected images with annotations, got",
                "FOLDER/none FOLDER/x --to coco|none: data set: expected a file or a folder",
                "DATA FOLDER/x --to csv --images FOLDER/no|no: images: expected a folder",
                "DATA FOLDER/x --to labels --images FOLDER/mixed|at least one that can be read",
                "DATA FOLDER/notes.txt/x --to csv|x: cannot write: ",
            })
    void badInputIsOneLine(String args, String expected) {
        String line = CommandLineRun.error(ExitStatus.FAILED, arguments(args));

        assertTrue(line.contains(expected), line);
        assertFalse(Files.exists(folder.resolve("x")));
        assertEquals(masks(dataset), masks(DatasetReader.read(annotations)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "DATA FOLDER/x|Missing required option: '--to=FORM'",
                "DATA FOLDER/x --to yolo|'--to': expected one of [COCO, CSV, LABELS]",
                "DATA --to csv|Missing required parameter: 'OUT'",
            })
    void wrongUsageIsOneLine(String args, String expected) {
        String line = CommandLineRun.error(ExitStatus.USAGE, arguments(args));

        assertTrue(line.contains(expected), line);
    }

    private static Object[] arguments(String line) {
        return ("convert data " + line)
                .replace("FOLDER", folder.toString())
                .replace("DATA", annotations.toString())
                .split(" ", -1);
    }

    @Test
    void helpHasAnExample() {
        String help = CommandLineRun.output("convert", "data", "--help");

        assertTrue(help.contains("  soma convert data annotations.json labels --to labels"), help);
    }
}
