package soma.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.infer.InferenceRun.Progress;
import soma.infer.InferenceRun.Settings;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.StoredPredictions;
import soma.maskrcnn.ensemble.PredictionChain;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.model.MaskRcnn;
import soma.maskrcnn.structures.Instances;
import soma.nn.RandomStreams;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.Safetensors;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Two small models of different widths on drawn images. */
class EnsembleInferenceTest {
    private static final Set<OutputFormat> RESULTS = Set.of(OutputFormat.COCO, OutputFormat.CSV);
    private static final List<Category> CLASSES =
            List.of(new Category(1, "a"), new Category(2, "b"), new Category(5, "c"));

    @TempDir Path folder;
    private Path images;
    private Path narrow;
    private Path wide;

    @BeforeEach
    void draw() throws IOException {
        images = Files.createDirectory(folder.resolve("images"));
        SmallModel.image(images, "a", 37, 53);
        SmallModel.image(images, "b", 64, 41);
        narrow = weights("narrow", config(false), 3);
        wide = weights("wide", config(true), 4);
    }

    private Path weights(String name, Config config, long seed) {
        Path file = folder.resolve(name + ".safetensors");
        try (MaskRcnn model = MaskRcnn.from(config)) {
            model.initialize(Device.cpuReference(), new RandomStreams(seed));
            Safetensors.write(file, model.stateDict());
        }
        return file;
    }

    private static Config config(boolean wide, String... overrides) {
        Config config = SmallModel.CONFIG.withOverrides(List.of(overrides));
        return wide
                ? config.withOverrides(
                        List.of("MODEL.FPN.OUT_CHANNELS=16", "SOMA.RESNET_BLOCKS=[1, 1, 2, 1]"))
                : config;
    }

    private Dataset dataset() {
        return InferenceRun.images(List.of(images));
    }

    private Path run(String name, DetectionSource source, Dataset dataset, Set<OutputFormat> what) {
        Path out = folder.resolve(name);
        Settings settings = new Settings(out, what, false, CLASSES);
        new InferenceRun(source, settings).run(dataset, () -> false, Progress.NONE);
        return out;
    }

    private Path raw(String name, Path weights, Config config) {
        try (Predictor predictor =
                Predictor.open(config, List.of(weights), Device.cpuReference())) {
            return run(name, predictor, dataset(), Set.of(OutputFormat.RAW));
        }
    }

    /** Fuses what is stored, without images. */
    private Path fuse(String name, Config config, Path... stored) {
        List<StoredPredictions> sources = StoredDetections.open(List.of(stored));
        List<Category> classes = StoredDetections.categories(sources, Optional.empty());
        Dataset listed = StoredDetections.images(sources, Optional.empty());
        return run(name, new StoredDetections(config, sources, classes), listed, RESULTS);
    }

    @ParameterizedTest
    @CsvSource({
        "nms, winner",
        "nms, average",
        "nms, vote",
        "wbf, winner",
        "wbf, average",
        "wbf, vote",
    })
    void modelsTogetherOneByOneAndStoredGiveTheSame(String method, String masks)
            throws IOException {
        String[] settings = {
            "SOMA.ENSEMBLE.METHOD=" + method,
            "SOMA.ENSEMBLE.MASKS=" + masks,
            "SOMA.ENSEMBLE.IOU=0.2",
            "SOMA.ENSEMBLE.WEIGHTS=[1.0, 1.5]",
            "SOMA.POST.REMOVE_OVERLAPS=True"
        };
        Config first = config(false, settings);
        Path a = raw("a", narrow, config(false));
        Path b = raw("b", wide, config(true, "TEST.AUG.ENABLED=True", "TEST.AUG.MIN_SIZES=[48]"));
        Path stored = fuse("stored", first, a, b);
        for (String inMemory : List.of("all", "one", "auto")) {
            List<ModelEnsemble.Member> members =
                    List.of(
                            new ModelEnsemble.Member(
                                    config(false, settings)
                                            .with("SOMA.ENSEMBLE.IN_MEMORY", inMemory, "test"),
                                    narrow),
                            new ModelEnsemble.Member(
                                    config(
                                            true,
                                            "TEST.AUG.ENABLED=True",
                                            "TEST.AUG.MIN_SIZES=[48]"),
                                    wide));
            try (ModelEnsemble models = ModelEnsemble.open(members, Device.cpuReference())) {
                Path out = run(inMemory, models, dataset(), RESULTS);
                for (String file : List.of("results.json", "submission.csv")) {
                    assertEquals(
                            Files.readString(stored.resolve(file)),
                            Files.readString(out.resolve(file)));
                }
            }
        }
        try (var left = Files.list(folder)) {
            assertTrue(left.noneMatch(p -> p.getFileName().toString().startsWith(".")));
        }
        assertAgrees(stored, first, a, b);
    }

    /** The files are what the chain makes of the two models' detections. */
    private void assertAgrees(Path stored, Config first, Path a, Path b) {
        StoredPredictions results = StoredPredictions.open(stored);
        int objects = 0;
        for (String id : List.of("a", "b")) {
            Image8 image = ImageReader.readBgr(images.resolve(id + ".png"));
            ImageSize size = new ImageSize(image.height(), image.width());
            Instances expected =
                    PredictionChain.from(first, 2)
                            .apply(
                                    List.of(
                                            StoredPredictions.open(a).read(id, size, CLASSES),
                                            StoredPredictions.open(b).read(id, size, CLASSES)));
            Instances got = results.read(id, size, CLASSES);
            assertArrayEquals(expected.scores(), got.scores());
            assertArrayEquals(expected.boxes(), got.boxes());
            assertArrayEquals(expected.classes(), got.classes());
            assertEquals(expected.masks(), got.masks());
            objects += got.size();
        }
        assertTrue(objects > 4, objects + " objects");
    }

    @Test
    void rawDetectionsComeBackAsTheyWere() {
        Config strict = config(false, "SOMA.POST.SCORE_THRESHOLDS=[1.0, 1.0, 1.0]");
        Path file = raw("raw", narrow, strict).resolve("raw.safetensors");
        StoredPredictions stored = StoredPredictions.open(file);
        assertEquals(CLASSES, stored.categories());
        assertEquals(Set.of("a", "b"), stored.images().keySet());
        try (Predictor predictor = Predictor.open(strict, List.of(narrow), Device.cpuReference())) {
            Instances expected = predictor.detect(ImageReader.readBgr(images.resolve("b.png")));
            Instances got = stored.read("b", new ImageSize(64, 41), CLASSES);
            assertEquals(6, got.size());
            assertArrayEquals(expected.boxes(), got.boxes());
            assertArrayEquals(expected.scores(), got.scores());
            assertArrayEquals(expected.classes(), got.classes());
            assertEquals(expected.masks(), got.masks());
            assertArrayEquals(expected.probabilities().values(), got.probabilities().values());
            assertEquals(expected.probabilities().side(), got.probabilities().side());
        }
    }

    @Test
    void whatDoesntBelongTogetherIsRefused() throws IOException {
        Path a = raw("a", narrow, config(false)).resolve("raw.safetensors");
        refused(a + ": predictions: expected each file once, got it twice", a, a);
        refused(folder + ": predictions: expected raw.safetensors or results.json", folder);
        refused(folder.resolve("none") + ": file: expected one", folder.resolve("none"));

        Path names = altered(a, "categories", "\"b\"", "\"other\"");
        refused(
                names + ": classes: expected [1 a, 2 b, 5 c] as " + a + " has, got [1 a, 2 other",
                a,
                names);
        Path order = altered(a, "categories", "\"id\":1", "\"id\":7");
        refused(order + ": classes: expected", a, order);
        Path other = altered(a, "images", "\"id\":\"b\"", "\"id\":\"c\"");
        refused(other + ": images: expected those of " + a + ", got c, too", a, other);
        Path twice = altered(a, "images", "\"id\":\"b\"", "\"id\":\"a\"");
        refused(twice + ": images: expected each once, got a twice", a, twice);
        Path size = altered(a, "images", "\"height\":64", "\"height\":65");
        refused(size + ": image b: size: expected 64x41 as in " + a + ", got 65x41", a, size);
        Path cut = folder.resolve("cut.safetensors");
        byte[] bytes = Files.readAllBytes(a);
        Files.write(cut, java.util.Arrays.copyOf(bytes, bytes.length - 3));
        refused(cut + ": ", a, cut);
        StateDict loud = Safetensors.read(a);
        loud.put("0.scores", HostTensor.of(new float[] {2, 1, 1, 1, 1, 1}, 6));
        Path score = folder.resolve("score.safetensors");
        Safetensors.write(score, loud);
        refused(score + ": image a: score: expected 0 to 1, got 2.0", a, score);
    }

    /** A copy whose metadata say something else. */
    private Path altered(Path file, String key, String from, String to) {
        StateDict dict = Safetensors.read(file);
        String before = dict.metadata().get(key);
        assertTrue(before.contains(from), before);
        dict.metadata().put(key, before.replace(from, to));
        Path copy =
                folder.resolve(
                        "copy-" + Integer.toHexString((key + to).hashCode()) + ".safetensors");
        Safetensors.write(copy, dict);
        return copy;
    }

    private void refused(String start, Path... files) {
        SomaException e =
                assertThrows(SomaException.class, () -> fuse("refused", config(false), files));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
        assertTrue(!e.getMessage().contains("\n"), e.getMessage());
        assertTrue(Files.notExists(folder.resolve("refused")));
    }

    @Test
    void resultsOfScoresThatCantBeAndTwiceTheSameAreRefused() throws IOException {
        String one =
                "{\"image_id\":\"a\",\"category_id\":%d,\"bbox\":[0,0,1,2],\"score\":%s,"
                        + "\"segmentation\":{\"size\":[2,2],\"counts\":[0,2,2]}}";
        Path file = folder.resolve("results.json");
        List<String> cases =
                List.of(
                        one.formatted(1, "1.5"),
                        "image a: score: expected 0 to 1, got 1.5",
                        one.formatted(3, "0.5"),
                        "image a: category_id: expected one of [1, 2, 5], got 3",
                        one.formatted(1, "0.5") + "," + one.formatted(1, "0.5"),
                        "image a: detections: expected each once, got one of score 0.5 twice",
                        one.formatted(1, "0.5").replace(",\"segmentation", ",\"none"),
                        "image a: segmentation: expected a mask for each detection, got none");
        for (int i = 0; i < cases.size(); i += 2) {
            Files.writeString(file, "[" + cases.get(i) + "]");
            SomaException e =
                    assertThrows(
                            SomaException.class,
                            () ->
                                    StoredPredictions.open(file)
                                            .read("a", new ImageSize(2, 2), CLASSES));
            assertEquals(file + ": " + cases.get(i + 1), e.getMessage());
        }
    }

    @Test
    void anEnsembleHasOneNumberOfClassesAndAWeightPerModel() {
        Config four =
                config(true)
                        .withOverrides(
                                List.of(
                                        "MODEL.ROI_HEADS.NUM_CLASSES=4",
                                        "SOMA.POST.SCORE_THRESHOLDS=[]",
                                        "SOMA.POST.MIN_PIXELS=[]"));
        SomaException classes =
                assertThrows(
                        SomaException.class,
                        () ->
                                ModelEnsemble.open(
                                        List.of(
                                                new ModelEnsemble.Member(config(false), narrow),
                                                new ModelEnsemble.Member(four, wide)),
                                        Device.cpuReference()));
        assertTrue(
                classes.getMessage()
                        .contains("NUM_CLASSES: expected 3 as the first model of the ensemble has"),
                classes.getMessage());
        Config weighed = config(false, "SOMA.ENSEMBLE.WEIGHTS=[1.0]");
        List<ModelEnsemble.Member> members =
                List.of(
                        new ModelEnsemble.Member(weighed, narrow),
                        new ModelEnsemble.Member(config(true), wide));
        try (ModelEnsemble models = ModelEnsemble.open(members, Device.cpuReference())) {
            SomaException weights =
                    assertThrows(
                            SomaException.class,
                            () -> new InferenceRun(models, Settings.of(folder.resolve("x"))));
            assertTrue(
                    weights.getMessage().contains("expected none or 2 numbers, one per model"),
                    weights.getMessage());
        }
    }
}
