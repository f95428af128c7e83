package soma.maskrcnn.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.maskrcnn.SharedFiles;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The real images and masks beside the repository, in every form that they come in. */
class RealDatasetsTest {
    @TempDir Path folder;

    @Test
    void readsTheCompetitionAsJsonAndAsCsv() {
        Dataset json = DatasetReader.read(SharedFiles.require("data/sartorius/annotations.json"));
        Dataset csv = DatasetReader.read(SharedFiles.require("data/sartorius/train.csv"));
        assertEquals(DatasetFormat.COCO, json.format());
        assertEquals(DatasetFormat.CSV, csv.format());
        for (Dataset dataset : List.of(json, csv)) {
            assertEquals(34, dataset.images().size());
            assertEquals(2758, dataset.instanceCount());
            assertEquals(List.of("shsy5y", "astro", "cort"), dataset.classNames());
            assertTrue(dataset.report().isClean(), () -> dataset.report().lines().toString());
            assertEquals(2758, dataset.forTraining().instanceCount());
        }
        assertSameMasks(json, csv);
        DatasetStatistics statistics = DatasetStatistics.of(json);
        assertEquals(11, statistics.perImage().min());
        assertEquals(547, statistics.perImage().max());
        assertEquals(20, statistics.classes().get(2).images());
        assertEquals(
                10974,
                statistics.classes().stream().mapToDouble(c -> c.area().max()).max().orElse(0));
        ChannelStatistics channels = ChannelStatistics.of(json);
        assertEquals(128, channels.mean()[0], 1);
        assertEquals(channels.mean()[0], channels.mean()[2]);
    }

    @Test
    void readsMasksWithoutImages() {
        Dataset dataset = DatasetReader.read(SharedFiles.require("data/sartorius/masks-only.json"));
        assertEquals(506, dataset.images().size());
        assertEquals(41042, dataset.instanceCount());
        int missing = dataset.report().count(Defect.IMAGE_MISSING);
        assertTrue(missing > 400, "images that aren't there: " + missing);
        assertEquals(10, dataset.report().findings().get(Defect.IMAGE_MISSING).names().size());
    }

    @Test
    void findsTheImagesInAnotherFolder() {
        Path images = SharedFiles.require("data/sartorius/images");
        Path masks = SharedFiles.require("data/sartorius/masks-only.json");
        Dataset dataset =
                DatasetReader.read(masks, Optional.of(images), Optional.of(DatasetFormat.COCO));
        assertTrue(dataset.report().count(Defect.IMAGE_MISSING) < 506);
        assertTrue(dataset.withUsableImages().images().size() > 0);
    }

    @Test
    void readsTheDataScienceBowl() {
        Dataset dataset = DatasetReader.read(SharedFiles.require("data/dsb2018/stage1_train"));
        assertEquals(DatasetFormat.DSB2018, dataset.format());
        assertEquals(70, dataset.images().size());
        assertEquals(1489, dataset.instanceCount());
        assertEquals(List.of("nucleus"), dataset.classNames());
        assertTrue(dataset.report().isClean(), () -> dataset.report().lines().toString());
        assertEquals(12, DatasetStatistics.of(dataset).imageSizes().get("696x520"));
    }

    @Test
    void readsPlainImages() {
        Dataset dataset =
                DatasetReader.read(SharedFiles.require("data/sartorius/original-unannotated"));
        assertEquals(DatasetFormat.IMAGES, dataset.format());
        assertEquals(4, dataset.images().size());
        assertEquals(520, dataset.images().getFirst().height());
        assertTrue(dataset.report().isClean());
    }

    @Test
    void writesBothFormsBack() {
        Dataset json = DatasetReader.read(SharedFiles.require("data/sartorius/annotations.json"));
        CocoWriter.write(json, folder.resolve("back.json"));
        CompetitionCsvWriter.write(json, folder.resolve("back.csv"));
        Dataset again = DatasetReader.read(folder.resolve("back.json"));
        assertTrue(again.report().isClean(), () -> again.report().lines().toString());
        assertSameMasks(json, again);
        Path images = SharedFiles.require("data/sartorius/images");
        assertSameMasks(
                json,
                DatasetReader.read(
                        folder.resolve("back.csv"), Optional.of(images), Optional.empty()));
    }

    private static void assertSameMasks(Dataset expected, Dataset actual) {
        assertEquals(expected.images().size(), actual.images().size());
        for (int i = 0; i < expected.images().size(); i++) {
            ImageRecord a = expected.images().get(i);
            ImageRecord b = actual.images().get(i);
            assertEquals(a.id(), b.id());
            assertEquals(a.annotations().size(), b.annotations().size());
            for (int j = 0; j < a.annotations().size(); j++) {
                Annotation x = a.annotations().get(j);
                Annotation y = b.annotations().get(j);
                assertEquals(x.segmentation(), y.segmentation());
                assertEquals(x.category(), y.category());
                assertEquals(x.area(), y.area());
            }
        }
    }
}
