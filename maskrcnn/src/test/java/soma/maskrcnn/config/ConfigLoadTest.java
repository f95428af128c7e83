package soma.maskrcnn.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class ConfigLoadTest {
    /** What a file has to say for an FPN Mask R-CNN to come out of detectron2's C4 defaults. */
    private static final String BASE = "_BASE_: mask_rcnn_R_50_FPN_3x\n";

    @TempDir Path dir;

    private Path write(String name, String text) throws IOException {
        Path file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private Config load(String text, String... overrides) throws IOException {
        return Config.load(write("c.yaml", text).toString(), List.of(overrides));
    }

    private String failure(String text, String... overrides) throws IOException {
        Path file = write("c.yaml", text);
        SomaException e =
                assertThrows(
                        SomaException.class,
                        () -> Config.load(file.toString(), List.of(overrides)));
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
        return e.getMessage().replace(file.toString(), "FILE");
    }

    @Test
    void laysFilesOverTheirBasesAndOverridesOverAll() throws IOException {
        write("a/base.yaml", BASE + "SOLVER:\n  BASE_LR: 0.1\n  MAX_ITER: 300000\nSEED: 5\n");
        write("mid.yaml", "_BASE_: a/base.yaml\nSOLVER: {BASE_LR: 0.2, GAMMA: 0.5}\n");
        Config config = load("_BASE_: ./mid.yaml\nSOLVER:\n  GAMMA: 0.25\n", "SEED=7");
        assertEquals(0.2, config.getDouble("SOLVER.BASE_LR"));
        assertEquals(0.25, config.getDouble("SOLVER.GAMMA"));
        assertEquals(300000, config.getInt("SOLVER.MAX_ITER"));
        assertEquals(7, config.getLong("SEED"));
        assertEquals("command line", config.origin("SEED"));
        assertEquals(dir.resolve("mid.yaml").toString(), config.origin("SOLVER.BASE_LR"));
    }

    @Test
    void readsTuplesStringsAliasesAndMergesAsPythonsYamlDoes() throws IOException {
        Config config =
                load(
                        BASE
                                + """
                                SOLVER: &s
                                  STEPS: (60000, 80000)
                                  BASE_LR: 1e-4
                                  WEIGHT_DECAY: 1
                                  MAX_ITER: 90000
                                INPUT:
                                  MIN_SIZE_TRAIN: !!python/tuple [640, 800]
                                  CROP: {ENABLED: on, SIZE: "[0.5, 1]"}
                                MODEL:
                                  ROI_BOX_HEAD:
                                    BBOX_REG_WEIGHTS: &w [10, 10, 5.0, 5]
                                  RPN: {BBOX_REG_WEIGHTS: *w}
                                  ANCHOR_GENERATOR: {SIZES: [8, 16]}
                                  FPN: {NORM: GN}
                                """);
        assertArrayEquals(new int[] {60000, 80000}, config.getInts("SOLVER.STEPS"));
        assertEquals(1e-4, config.getDouble("SOLVER.BASE_LR"));
        assertEquals(1.0, config.getDouble("SOLVER.WEIGHT_DECAY"));
        assertArrayEquals(new int[] {640, 800}, config.getInts("INPUT.MIN_SIZE_TRAIN"));
        assertTrue(config.getBoolean("INPUT.CROP.ENABLED"));
        assertArrayEquals(new double[] {0.5, 1}, config.getDoubles("INPUT.CROP.SIZE"));
        assertArrayEquals(
                new double[] {10, 10, 5, 5}, config.getDoubles("MODEL.RPN.BBOX_REG_WEIGHTS"));
        assertArrayEquals(
                new double[][] {{8, 16}}, config.getDoubleLists("MODEL.ANCHOR_GENERATOR.SIZES"));
        assertEquals("GN", config.node("MODEL.FPN").getString("NORM"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SOLVER.BASE_LR | 1e-3 | 0.001",
                "SOLVER.BASE_LR | 2 | 2.0",
                "SOLVER.MAX_ITER | 4e5 | 400000",
                "SOLVER.STEPS | (1,2) | [1, 2]",
                "SOLVER.STEPS | 1,2 | [1, 2]",
                "SOLVER.STEPS | 5, | [5]",
                "SOLVER.STEPS | () | []",
                "SOLVER.STEPS | [] | []",
                "SOLVER.NESTEROV | True | true",
                "SOLVER.NESTEROV | true | true",
                "SOLVER.WEIGHT_DECAY_BIAS | None | null",
                "SOLVER.WEIGHT_DECAY_BIAS | 0 | 0.0",
                "SOLVER.CLIP_GRADIENTS.NORM_TYPE | .inf | .inf",
                "MODEL.ANCHOR_GENERATOR.SIZES | ((8,),(16.5,)) | [[8.0], [16.5]]",
                "MODEL.ANCHOR_GENERATOR.SIZES | [[8], [16]] | [[8.0], [16.0]]",
                "MODEL.RPN.IN_FEATURES | ['p2', 'p3'] | [p2, p3]",
                "MODEL.RPN.IN_FEATURES | [p2, p3] | [p2, p3]",
                "MODEL.WEIGHTS | /data/a b=c.pth | '/data/a b=c.pth'",
                "MODEL.WEIGHTS | '\"\"' | ''''''",
                "MODEL.WEIGHTS | 12 | '''12'''",
                "SOMA.RESNET_BLOCKS | [1,2,1,1] | [1, 2, 1, 1]",
            })
    void readsOverrides(String key, String text, String written) {
        Config config = Config.load("mask_rcnn_R_50_FPN_3x", List.of(key + "=" + text));
        String expected = written.contains(" b=c") ? "'" + written + "'" : written;
        assertEquals(expected, YamlWriter.value(config.values().get(key)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "SOLVER.BASE_LT=1 | command line: unknown key SOLVER.BASE_LT: the nearest is"
                        + " SOLVER.BASE_LR",
                "MODEL.NUM_CLASSES=3 | command line: unknown key MODEL.NUM_CLASSES: the nearest is"
                        + " MODEL.ROI_HEADS.NUM_CLASSES",
                "solver.base_lr=1 | command line: unknown key solver.base_lr: the nearest is"
                        + " SOLVER.BASE_LR",
                "SOLVER.BASE_LR=abc | command line: SOLVER.BASE_LR: expected a number, got \"abc\"",
                "SOLVER.BASE_LR=nan | command line: SOLVER.BASE_LR: expected a number, got \"nan\"",
                "SOLVER.BASE_LR= | command line: SOLVER.BASE_LR: expected a number, got \"\"",
                "SOLVER.BASE_LR=-1 | command line: SOLVER.BASE_LR: expected a number above 0, got"
                        + " -1.0",
                "SOLVER.MAX_ITER=0.5 | command line: SOLVER.MAX_ITER: expected a whole number, got"
                        + " \"0.5\"",
                "SOLVER.MAX_ITER=0 | command line: SOLVER.MAX_ITER: expected a whole number of 1 or"
                        + " more, got 0",
                "SOLVER.MAX_ITER=5000000000 | command line: SOLVER.MAX_ITER: expected a whole"
                        + " number of 1 or more, got 5000000000",
                "SOLVER.NESTEROV=1 | command line: SOLVER.NESTEROV: expected true or false, got"
                        + " \"1\"",
                "SOLVER.STEPS=5 | command line: SOLVER.STEPS: expected a list of whole numbers, got"
                        + " \"5\"",
                "SOLVER.STEPS=[1,x] | command line: SOLVER.STEPS: expected a list of whole numbers,"
                        + " got \"[1,x]\"",
                "SOLVER.STEPS=[3,2] | command line: SOLVER.STEPS: expected ascending iterations"
                        + " from 1, got [3, 2]",
                "SOLVER.STEPS=[270000] | command line: SOLVER.STEPS: expected iterations below"
                        + " SOLVER.MAX_ITER 270000, got [270000]",
                "SOLVER=1 | command line: SOLVER: expected keys under this section, got \"1\"",
                "SOLVER.BASE_LR | command line: expected KEY=VALUE, got \"SOLVER.BASE_LR\"",
                "MODEL.KEYPOINT_ON=True | command line: MODEL.KEYPOINT_ON: expected false (not"
                        + " supported: keypoint heads), got true",
                "MODEL.META_ARCHITECTURE=RetinaNet | command line: MODEL.META_ARCHITECTURE:"
                    + " expected GeneralizedRCNN (not supported: one-stage and panoptic models),"
                    + " got RetinaNet",
                "INPUT.MASK_FORMAT=rle | command line: INPUT.MASK_FORMAT: expected polygon or"
                        + " bitmask, got rle",
                "INPUT.MIN_SIZE_TRAIN=[0,1] | command line: INPUT.MIN_SIZE_TRAIN: expected lengths"
                        + " in pixels, or [0] for no resizing, got [0, 1]",
                "INPUT.RANDOM_FLIP=both | command line: INPUT.RANDOM_FLIP: expected one of none,"
                        + " horizontal, vertical, got both",
                "SOMA.POST.MIN_PIXELS=[1] | command line: SOMA.POST.MIN_PIXELS: expected none or 80"
                        + " whole numbers from 0, one per class, got [1]",
            })
    void refusesOverrides(String override, String message) {
        SomaException e =
                assertThrows(
                        SomaException.class,
                        () -> Config.load("mask_rcnn_R_50_FPN_3x", List.of(override)));
        assertEquals(message, e.getMessage());
    }

    @Test
    void refusesFilesThatAreNoConfiguration() throws IOException {
        assertEquals(
                "FILE: unknown key SOLVER.BASE_LT: the nearest is SOLVER.BASE_LR",
                failure(BASE + "SOLVER: {BASE_LT: 1}"));
        assertEquals(
                "FILE: MODEL.RPN.NMS_THRESH: expected a number, got \"abc\"",
                failure(BASE + "MODEL: {RPN: {NMS_THRESH: abc}}"));
        assertEquals(
                "FILE: SOLVER.MAX_ITER: expected a whole number, got null",
                failure(BASE + "SOLVER: {MAX_ITER: }"));
        assertEquals("FILE: line 2: SEED is there twice", failure("SEED: 1\nSEED: 2\n"));
        assertEquals("FILE: expected KEY: VALUE lines at the top level", failure("- SEED\n- 1\n"));
        assertTrue(failure("a: [1\nb: 2").startsWith("FILE: line 2: not valid YAML: "));
        assertTrue(failure("a: \0").startsWith("FILE: "));
        assertTrue(failure("SOLVER: &s {a: *s}").contains("nested too deep"));
        assertEquals("FILE: VERSION: expected 1 or 2, got 3", failure("VERSION: 3"));
        assertEquals("FILE: SOLVER: expected keys under this section, got 3", failure("SOLVER: 3"));
    }

    @Test
    void refusesDetectron2sDefaultsThatAreNotSupportedByNamingThem() throws IOException {
        assertEquals(
                "FILE: MODEL.MASK_ON: expected true (not supported: box-only models;"
                        + " _BASE_: mask_rcnn_R_50_FPN_3x sets it), got false (the default)",
                failure("SEED: 1"));
    }

    @Test
    void refusesBrokenBases() throws IOException {
        write("d.yaml", "_BASE_: c.yaml\n");
        assertTrue(
                failure("_BASE_: d.yaml\n").startsWith("FILE: _BASE_: expected no circle, got "));
        assertEquals("FILE: _BASE_: expected one file name", failure("_BASE_: [a.yaml, b.yaml]\n"));
        assertTrue(
                failure("_BASE_: nowhere.yaml\n")
                        .startsWith("FILE: _BASE_: expected a file or a preset, found no "));
    }

    @Test
    void namesTheNearestPreset() {
        SomaException e = assertThrows(SomaException.class, () -> Config.load("sartorius_r5O"));
        assertTrue(e.getMessage().startsWith("sartorius_r5O: no such configuration"));
        assertTrue(e.getMessage().endsWith("the nearest is sartorius_r50"), e.getMessage());
        e =
                assertThrows(
                        SomaException.class,
                        () ->
                                Config.load(
                                        "COCO-InstanceSegmentation/mask_rcnn_X_101_32x8d_FPN_3x.yml"));
        assertTrue(e.getMessage().endsWith("is mask_rcnn_X_101_32x8d_FPN_3x"), e.getMessage());
    }

    @Test
    void loadsARunDirectory() throws IOException {
        Path run = dir.resolve("run");
        SomaException e = assertThrows(SomaException.class, () -> Config.load(dir.toString()));
        assertEquals(dir + ": expected a run directory, found no config.yaml", e.getMessage());
        write("run/config.yaml", Config.load("tiny").toYaml());
        assertEquals(Config.load("tiny").values(), Config.load(run.toString()).values());
    }

    @Test
    void tellsOnceWhatHasNoEffect() throws IOException {
        Config config =
                load(
                        BASE
                                + """
                                DATALOADER: {NUM_WORKERS: 2, REPEAT_SQRT: true}
                                DATASETS: {TRAIN: [a]}
                                MODEL: {RETINANET: {NUM_CLASSES: 3}}
                                """,
                        "MODEL.DEVICE=cpu");
        assertEquals(
                List.of(
                        config.source()
                                + ": no effect here: DATALOADER.NUM_WORKERS, DATASETS.TRAIN,"
                                + " MODEL.DEVICE, MODEL.RETINANET.NUM_CLASSES"),
                config.notices());
        assertEquals(List.of(), Config.load("mask_rcnn_R_50_FPN_3x").notices());
    }

    @Test
    void tellsAboutStepsBeyondTheEnd() {
        Config config = Config.load("mask_rcnn_R_50_FPN_3x", List.of("SOLVER.MAX_ITER=220000"));
        assertEquals(List.of(210000), SolverConfig.from(config).schedule().steps());
        assertEquals(
                List.of(
                        "preset mask_rcnn_R_50_FPN_3x: SOLVER.STEPS: 1 beyond SOLVER.MAX_ITER"
                                + " 220000 ignored"),
                config.notices());
    }

    @Test
    void readsOldFiles() throws IOException {
        for (String version : List.of("VERSION: 1\n", "")) {
            Config config =
                    load(
                            BASE
                                    + version
                                    + "MODEL: {WEIGHT: w.pkl, RPN: {ANCHOR_SIZES: [[8]]}}\n"
                                    + "TEST: {DETECTIONS_PER_IMG: 7}\n");
            assertEquals("w.pkl", config.getString("MODEL.WEIGHTS"));
            assertEquals(7, config.getInt("TEST.DETECTIONS_PER_IMAGE"));
            assertEquals(2, config.getInt("VERSION"));
            assertEquals(
                    List.of(config.source() + ": read as detectron2's configuration VERSION 1"),
                    config.notices());
        }
        assertTrue(
                failure(BASE + "VERSION: 2\nMODEL: {WEIGHT: w.pkl}")
                        .endsWith("unknown key MODEL.WEIGHT: the nearest is MODEL.WEIGHTS"));
    }

    @Test
    void changesOneKey() {
        Config tiny = Config.load("tiny");
        Config changed = tiny.with("MODEL.PIXEL_MEAN", List.of(1, 2.5f, 3.0), "--data");
        assertArrayEquals(new double[] {1, 2.5, 3}, changed.getDoubles("MODEL.PIXEL_MEAN"));
        assertEquals(103.53, tiny.getDoubles("MODEL.PIXEL_MEAN")[0]);
        SomaException e = assertThrows(SomaException.class, () -> tiny.with("SEED", "x", "--seed"));
        assertEquals("--seed: SEED: expected a whole number, got \"x\"", e.getMessage());
        assertEquals(1, tiny.withOverrides(List.of("SEED=1")).getLong("SEED"));
    }

    @Test
    void refusesKeysThatAProgramMisspells() {
        Config tiny = Config.load("tiny");
        assertThrows(IllegalArgumentException.class, () -> tiny.getInt("SOLVER.MAXITER"));
        assertThrows(IllegalArgumentException.class, () -> tiny.node("SOLVERS"));
        assertThrows(IllegalArgumentException.class, () -> tiny.getInt("SOLVER.BASE_LR"));
    }
}
