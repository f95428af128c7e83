package soma.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.structures.Instances;
import soma.nn.checkpoint.Checkpoints;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.Safetensors;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;
import soma.tensor.Shape;
import soma.tensor.SomaException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class PredictorTest {
    @TempDir Path folder;

    private Image8 image() {
        return ImageReader.readBgr(SmallModel.image(folder, "noise", 37, 53));
    }

    @Test
    void predictsTheSameEachTimeAtTheImagesSize() {
        try (Predictor predictor = SmallModel.predictor(folder)) {
            Instances first = predictor.predict(image());
            assertEquals(6, first.size());
            assertEquals(37, first.height());
            assertEquals(53, first.masks().getFirst().width());
            Instances second = predictor.predict(image());
            assertArrayEquals(first.boxes(), second.boxes());
            assertEquals(first.masks(), second.masks());
        }
    }

    @Test
    void postProcessingIsApplied() {
        List<String> none = List.of("SOMA.POST.SCORE_THRESHOLDS=[1.0, 1.0, 1.0]");
        try (Predictor predictor = SmallModel.predictor(folder, none)) {
            assertEquals(0, predictor.predict(image()).size());
            assertEquals(6, predictor.detect(image()).size());
        }
    }

    @Test
    void tracesWhatIsWanted() {
        try (Predictor predictor = SmallModel.predictor(folder)) {
            StateDict trace = predictor.trace(image(), name -> name.matches("input|p2|mask\\..*"));
            assertTrue(trace.names().containsAll(List.of("input", "p2", "mask.probs")));
            assertEquals(Shape.of(1, 3, 64, 64), trace.get("input").shape());
            assertEquals(Shape.of(1, 8, 16, 16), trace.get("p2").shape());
            assertTrue(!trace.contains("p3"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"best.safetensors", "final.safetensors"})
    void aRunDirectoryHasItsWeights(String name) throws Exception {
        Files.writeString(folder.resolve("config.yaml"), SmallModel.CONFIG.toYaml());
        Files.move(SmallModel.weights(folder), folder.resolve(name));
        Config config = Config.load(folder.toString());
        try (Predictor predictor = Predictor.open(config, List.of(), Device.cpuReference())) {
            assertEquals(6, predictor.predict(image()).size());
        }
    }

    @Test
    void weightsOfAnotherModelAreRefused() {
        Path weights = SmallModel.weights(folder);
        refused("MODEL.FPN.OUT_CHANNELS=16", weights, "expected [16,", "got [8,");
        refused("SOMA.RESNET_BLOCKS=[1, 1, 2, 1]", weights, "without backbone.bottom_up.res4.1");
        Path deep =
                SmallModel.weights(
                        folder,
                        SmallModel.CONFIG.withOverrides(
                                List.of("SOMA.RESNET_BLOCKS=[1, 1, 2, 1]")));
        refused("SEED=1", deep, "with the unknown backbone.bottom_up.res4.1");
    }

    private static void refused(String override, Path weights, String... said) {
        Config config = SmallModel.CONFIG.withOverrides(List.of(override));
        SomaException e =
                assertThrows(
                        SomaException.class,
                        () -> Predictor.open(config, List.of(weights), Device.cpuReference()));
        assertTrue(e.getMessage().startsWith(weights + ": "), e.getMessage());
        for (String part : said) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
    }

    @Test
    void constantsOfOlderFilesDontMatter() {
        Path weights = SmallModel.weights(folder);
        StateDict dict = Checkpoints.read(weights);
        StateDict old = new StateDict("old").putAll(dict);
        old.put("pixel_mean", HostTensor.of(new float[3], 3, 1, 1));
        old.put(
                "proposal_generator.anchor_generator.cell_anchors.0",
                HostTensor.of(new float[12], 3, 4));
        Path file = folder.resolve("old.safetensors");
        Safetensors.write(file, old);
        try (Predictor predictor =
                Predictor.open(SmallModel.CONFIG, List.of(file), Device.cpuReference())) {
            assertEquals(6, predictor.predict(image()).size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"detectron2", "nms", "wbf"})
    void augmentedVariantsFindTheImagesObjects(String merge) {
        Config config =
                SmallModel.CONFIG.withOverrides(
                        List.of(
                                "TEST.AUG.ENABLED=True",
                                "TEST.AUG.MIN_SIZES=[48,64]",
                                "SOMA.TTA.MERGE=" + merge));
        List<Path> weights = List.of(SmallModel.weights(folder));
        try (Predictor predictor = Predictor.open(config, weights, Device.cpu())) {
            Instances found = predictor.detect(image());
            assertTrue(found.size() > 0);
            assertEquals(image().height(), found.height());
            assertEquals(image().width(), found.width());
        }
    }

    @Test
    void whatThisVersionLacksIsSaid() {
        Path weights = SmallModel.weights(folder);
        says(SmallModel.CONFIG, List.of(weights, weights), "--weights: expected one file, got 2");
        says(SmallModel.CONFIG, List.of(), "expected --weights FILE");
        says(SmallModel.CONFIG, List.of(folder.resolve("none.pth")), "none.pth");
        says(
                SmallModel.CONFIG.withOverrides(List.of("MODEL.WEIGHTS=detectron2://a.pkl")),
                List.of(),
                "nothing is downloaded");
    }

    private static void says(Config config, List<Path> weights, String part) {
        SomaException e =
                assertThrows(
                        SomaException.class,
                        () -> Predictor.open(config, weights, Device.cpuReference()));
        assertTrue(e.getMessage().contains(part), e.getMessage());
        assertTrue(!e.getMessage().contains("\n"), e.getMessage());
    }
}
