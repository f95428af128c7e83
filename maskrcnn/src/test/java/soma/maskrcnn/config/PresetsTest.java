package soma.maskrcnn.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.config.InputConfig.MaskFormat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

class PresetsTest {
    @TempDir Path dir;

    static List<String> presets() {
        return Presets.names();
    }

    @ParameterizedTest
    @MethodSource("presets")
    void loadsAndReadsBackWhatItWrites(String name) throws IOException {
        Config config = Config.load(name);
        assertEquals(List.of(), config.notices());
        Path file = Files.writeString(dir.resolve("config.yaml"), config.toYaml());
        Config again = Config.load(file.toString());
        assertEquals(config.values(), again.values());
        assertEquals(config.toYaml(), again.toYaml());
    }

    @Test
    void listsEveryPresetThatIsThere() {
        Set<String> files = new TreeSet<>();
        for (String name : Presets.names()) {
            if (Presets.yaml(name + ".yaml") != null) {
                files.add(name);
            }
        }
        assertEquals(new TreeSet<>(Presets.names()), files);
    }

    /** Values of spec section 0, one for each kind of difference from the defaults. */
    @Test
    void hasTheValuesOfDetectron2sModelZoo() {
        Config r50 = Config.load("mask_rcnn_R_50_FPN_3x");
        assertEquals(1000, r50.getInt("MODEL.RPN.PRE_NMS_TOPK_TEST"));
        assertEquals(
                List.of("res2", "res3", "res4", "res5"), r50.getStrings("MODEL.FPN.IN_FEATURES"));
        assertEquals(List.of(210000, 250000), SolverConfig.from(r50).schedule().steps());
        assertEquals(0.02, SolverConfig.from(r50).schedule().baseLr());
        assertEquals(1e-4, SolverConfig.from(r50).weightDecayBias());
        assertTrue(r50.getBoolean("MODEL.RESNETS.STRIDE_IN_1X1"));

        Config x101 = Config.load("mask_rcnn_X_101_32x8d_FPN_3x");
        assertEquals(32, x101.getInt("MODEL.RESNETS.NUM_GROUPS"));
        assertEquals(8, x101.getInt("MODEL.RESNETS.WIDTH_PER_GROUP"));
        assertArrayEquals(new double[] {57.375, 57.12, 58.395}, x101.getDoubles("MODEL.PIXEL_STD"));

        Config gn = Config.load("scratch_mask_rcnn_R_50_FPN_3x_gn");
        assertEquals(4, gn.getInt("MODEL.ROI_BOX_HEAD.NUM_CONV"));
        assertEquals(1, gn.getInt("MODEL.ROI_BOX_HEAD.NUM_FC"));
        assertEquals(0, gn.getInt("MODEL.BACKBONE.FREEZE_AT"));
    }

    /** Line by line what the published work says of its settings. */
    @ParameterizedTest
    @ValueSource(strings = {"sartorius_r50", "sartorius_x101"})
    void hasTheSettingsOfTheCompetitionWork(String name) {
        Config config = Config.load(name);
        SolverConfig solver = SolverConfig.from(config);
        assertEquals(2, solver.imagesPerBatch());
        assertEquals(0.0005, solver.schedule().baseLr());
        assertEquals(List.of(), solver.schedule().steps());
        assertEquals(4000, solver.maxIterations());
        assertEquals(128, config.getInt("MODEL.ROI_HEADS.BATCH_SIZE_PER_IMAGE"));
        assertEquals(3, config.getInt("MODEL.ROI_HEADS.NUM_CLASSES"));
        assertEquals(MaskFormat.BITMASK, InputConfig.from(config).maskFormat());
        RunConfig run = RunConfig.from(config);
        assertEquals(17, run.checkpointIterations(17));
        assertEquals(17, run.evalIterations(17));
        PostConfig post = PostConfig.from(config);
        assertEquals(List.of(0.18, 0.38, 0.58), post.scoreThresholds());
        assertEquals(List.of(75, 150, 75), post.minPixels());
        assertTrue(post.majorityClass());
        assertTrue(post.removeOverlaps());
        assertFalse(post.fillHoles());
        assertFalse(post.largestPart());
        assertEquals(1000, TestConfig.from(config).detectionsPerImage());
        EnsembleConfig ensemble = EnsembleConfig.from(config);
        assertEquals(EnsembleConfig.Method.NMS, ensemble.method());
        assertEquals(0.4, ensemble.iou());
        // The rest is that of the model zoo, but for the weights, which the command line names.
        assertEquals("", config.getString("MODEL.WEIGHTS"));
        boolean wide = name.endsWith("x101");
        Config zoo = Config.load(wide ? "mask_rcnn_X_101_32x8d_FPN_3x" : "mask_rcnn_R_50_FPN_3x");
        assertEquals(wide ? 101 : 50, config.getInt("MODEL.RESNETS.DEPTH"));
        for (String key : zoo.values().keySet()) {
            boolean model =
                    key.startsWith("MODEL.")
                            && !key.equals("MODEL.WEIGHTS")
                            && !key.equals("MODEL.ROI_HEADS.NUM_CLASSES")
                            && !key.equals("MODEL.ROI_HEADS.BATCH_SIZE_PER_IMAGE");
            if (model || key.startsWith("INPUT.M") && key.contains("SIZE")) {
                assertEquals(zoo.value(key), config.value(key), key);
            }
        }
    }

    @Test
    void leavesImagesOfTheDemoUnresized() {
        InputConfig input = InputConfig.from(Config.load("tiny"));
        assertFalse(input.resizesTraining());
        assertFalse(input.resizesTest());
        assertTrue(InputConfig.from(Config.load("sartorius_r50")).resizesTraining());
    }

    @Test
    void loadsEveryGoldenConfiguration() throws IOException {
        Path models = Path.of(System.getProperty("soma.shared", "../../shared"), "golden/models");
        Assumptions.assumeTrue(Files.isDirectory(models), models + " is absent");
        List<Path> files;
        try (Stream<Path> tree = Files.walk(models, 3)) {
            files = tree.filter(f -> f.endsWith("config.yaml")).sorted().toList();
        }
        assertTrue(files.size() >= 7, files.toString());
        for (Path file : files) {
            Config config = Config.load(file.toString());
            assertEquals(3, config.getInt("MODEL.ROI_HEADS.NUM_CLASSES"));
            assertEquals(1, config.notices().size(), config.notices().toString());
            // A dump names every key of detectron2's, so that nothing of it is from the defaults.
            for (String key : config.values().keySet()) {
                boolean written = config.origin(key).equals(file.toString());
                assertTrue(written || key.equals("VERSION"), key);
            }
        }
        Path train = models.resolve("r50/train/config.yaml");
        SolverConfig solver = SolverConfig.from(Config.load(train.toString()));
        assertEquals(List.of(15), solver.schedule().steps());
        assertEquals(5, solver.schedule().warmupIterations());
        assertEquals(0.002, solver.schedule().baseLr());
    }
}
