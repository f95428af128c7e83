package soma.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.model.MaskRcnn;
import soma.nn.RandomStreams;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.Safetensors;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;
import soma.tensor.SomaException;
import soma.train.TrainingRequest.Start;
import soma.train.log.ProgressListener;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

final class TrainerTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path dataFolder;
    @TempDir Path folder;

    private static Dataset data;

    @BeforeAll
    static void drawCells() {
        data = TinyRun.dataset(dataFolder, 5);
    }

    private static List<JsonNode> metrics(Path run) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("metrics.json"))) {
            ObjectNode node = (ObjectNode) JSON.readTree(line);
            // What a clock says differs from run to run.
            node.remove(List.of("time", "data_time"));
            lines.add(node);
        }
        return lines;
    }

    private static void assertSameTensors(Path expected, Path actual) {
        StateDict e = Safetensors.read(expected);
        StateDict a = Safetensors.read(actual);
        assertEquals(e.names(), a.names());
        e.tensors().forEach((name, tensor) -> assertTrue(tensor.sameBits(a.require(name)), name));
    }

    @Test
    void aRunLeavesWhatTheContractNames() throws IOException {
        Path run = folder.resolve("run");
        TrainingResult result =
                Trainer.train(
                        TinyRun.request(data, run, "TEST.EVAL_PERIOD=3")
                                .withValidation(data.withImages(data.images().subList(0, 2))));
        assertEquals(6, result.iterations());
        assertFalse(result.interrupted());
        assertEquals(run.resolve("final.safetensors"), result.weights());
        assertTrue(result.evaluation().containsKey("segm/AP"));
        assertEquals("segm/AP", result.best().orElseThrow().name());
        for (String name :
                List.of(
                        "config.yaml",
                        "environment.json",
                        "log.txt",
                        "metrics.json",
                        "checkpoint_0000003/weights.safetensors",
                        "checkpoint_0000006/optimizer.safetensors",
                        "checkpoint_0000006/state.json",
                        "best.safetensors",
                        "final.safetensors")) {
            assertTrue(Files.size(run.resolve(name)) > 0, name);
        }
        assertEquals(
                "checkpoint_0000006", Files.readString(run.resolve("last_checkpoint")).strip());
        try (Stream<Path> files = Files.list(run)) {
            List<String> names = files.map(f -> f.getFileName().toString()).toList();
            assertEquals(1, names.stream().filter(n -> n.startsWith("events.out.")).count());
            assertTrue(names.stream().noneMatch(n -> n.endsWith(".tmp")), names::toString);
        }
        assertEquals(7, Config.load(run.toString()).getLong("SEED"));
        List<JsonNode> lines = metrics(run);
        assertEquals(
                List.of(1, 2, 3, 5), lines.stream().map(l -> l.get("iteration").asInt()).toList());
        for (String key :
                List.of(
                        "lr",
                        "total_loss",
                        "loss_cls",
                        "loss_box_reg",
                        "loss_mask",
                        "loss_rpn_cls",
                        "loss_rpn_loc",
                        "rpn/num_pos_anchors",
                        "roi_head/num_bg_samples",
                        "fast_rcnn/cls_accuracy",
                        "bbox/AP",
                        "segm/AP",
                        "sartorius/score")) {
            assertTrue(lines.getLast().has(key), key);
        }
        assertFalse(lines.get(1).has("lr"), "an evaluation between log lines has only its figures");
        JsonNode environment = JSON.readTree(run.resolve("environment.json").toFile());
        assertEquals(7, environment.get("seed").asLong());
    }

    @Test
    void aResumedRunEqualsAnUninterruptedOneBitForBit() throws IOException {
        assertResumes();
    }

    @Test
    void aResumedRunWithAugmentationsDoesSoToo() throws IOException {
        assertResumes(
                "INPUT.CROP.ENABLED=True",
                "INPUT.CROP.SIZE=[0.7,0.7]",
                "SOMA.AUG.VERTICAL_FLIP=0.5",
                "SOMA.AUG.ROTATE90=0.5",
                "SOMA.AUG.ROTATION.PROB=0.5",
                "SOMA.AUG.COPY_PASTE.PROB=0.5",
                "SOMA.AUG.MIN_VISIBLE=0.3",
                "SOMA.AUG.GAMMA.PROB=0.5",
                "SOMA.AUG.NOISE.PROB=0.5");
    }

    private void assertResumes(String... overrides) throws IOException {
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        Trainer.train(TinyRun.request(data, whole, overrides));
        AtomicInteger steps = new AtomicInteger();
        TrainingResult first =
                Trainer.train(
                        TinyRun.request(data, parts, overrides)
                                .withStop(() -> steps.incrementAndGet() == 3));
        assertTrue(first.interrupted());
        assertEquals(3, first.iterations());
        TrainingResult second =
                Trainer.train(TinyRun.request(data, parts, overrides).withStart(Start.RESUME));
        assertFalse(second.interrupted());
        assertSameTensors(whole.resolve("final.safetensors"), parts.resolve("final.safetensors"));
        assertSameTensors(
                whole.resolve("checkpoint_0000006/optimizer.safetensors"),
                parts.resolve("checkpoint_0000006/optimizer.safetensors"));
        assertEquals(metrics(whole), metrics(parts));
        JsonNode state = JSON.readTree(whole.resolve("checkpoint_0000006/state.json").toFile());
        JsonNode resumed = JSON.readTree(parts.resolve("checkpoint_0000006/state.json").toFile());
        assertEquals(state.get("streams"), resumed.get("streams"));
    }

    /** Each way of training by itself, and all of them together. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SOMA.EMA.ENABLED=true SOMA.EMA.DECAY=0.6",
                "SOMA.ACCUMULATE_STEPS=2",
                "DATALOADER.SAMPLER_TRAIN=RepeatFactorTrainingSampler"
                        + " DATALOADER.REPEAT_THRESHOLD=2",
                "SOMA.FREEZE=['bottom_up','rpn'] SOMA.LR_MULTIPLIERS=[['mask_head',0.5]]",
                "SOLVER.LR_SCHEDULER_NAME=WarmupCosineLR SOLVER.BASE_LR_END=0.001",
                "SOMA.MASK_LOSS.DICE_WEIGHT=1 SOMA.MASK_LOSS.BOUNDARY_WEIGHT=0.5",
                "MODEL.ROI_MASK_HEAD.POOLER_RESOLUTION=28",
                "SOMA.EMA.ENABLED=true SOMA.ACCUMULATE_STEPS=2"
                        + " DATALOADER.SAMPLER_TRAIN=RepeatFactorTrainingSampler"
                        + " DATALOADER.REPEAT_THRESHOLD=2 SOMA.LR_MULTIPLIERS=[['mask_head',0.5]]"
                        + " SOLVER.LR_SCHEDULER_NAME=WarmupCosineLR"
            })
    void aResumedRunIsEqualWithEverySetting(String settings) throws IOException {
        List<String> words = new ArrayList<>(List.of(settings.split(" ")));
        words.add("SOLVER.MAX_ITER=4");
        words.add("SOLVER.STEPS=[3]");
        words.add("SOLVER.CHECKPOINT_PERIOD=4");
        String[] overrides = words.toArray(String[]::new);
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        Path plain = folder.resolve("plain");
        Trainer.train(TinyRun.request(data, whole, overrides));
        Trainer.train(
                TinyRun.request(
                        data,
                        plain,
                        words.subList(words.size() - 3, words.size()).toArray(String[]::new)));
        AtomicInteger steps = new AtomicInteger();
        Trainer.train(
                TinyRun.request(data, parts, overrides)
                        .withStop(() -> steps.incrementAndGet() == 2));
        Trainer.train(TinyRun.request(data, parts, overrides).withStart(Start.RESUME));
        assertEquals(metrics(whole), metrics(parts));
        for (String file : List.of("final.safetensors", "checkpoint_0000004/weights.safetensors")) {
            assertSameTensors(whole.resolve(file), parts.resolve(file));
        }
        assertFalse(
                sameTensors(whole.resolve("final.safetensors"), plain.resolve("final.safetensors")),
                "the settings have an effect");
    }

    private static boolean sameTensors(Path one, Path other) {
        StateDict o = Safetensors.read(other);
        return Safetensors.read(one).tensors().entrySet().stream()
                .allMatch(e -> e.getValue().sameBits(o.require(e.getKey())));
    }

    @Test
    void theAverageIsEvaluatedAndSavedWhileTheWeightsGoOn() throws IOException {
        String[] settings = {
            "SOMA.EMA.ENABLED=true",
            "SOMA.EMA.DECAY=0.5",
            "SOLVER.MAX_ITER=2",
            "SOLVER.STEPS=[]",
            "SOLVER.CHECKPOINT_PERIOD=1",
            "TEST.EVAL_PERIOD=1"
        };
        Path run = folder.resolve("run");
        Dataset two = data.withImages(data.images().subList(0, 2));
        TrainingRequest start = TinyRun.request(data, folder.resolve("start"), "SOLVER.MAX_ITER=1");
        StateDict initial = Safetensors.read(Trainer.train(start).weights());
        TrainingResult result =
                Trainer.train(
                        TinyRun.request(data, run, settings)
                                .withWeights(initial)
                                .withValidation(two));
        StateDict first = Safetensors.read(run.resolve("checkpoint_0000001/weights.safetensors"));
        StateDict second = Safetensors.read(run.resolve("checkpoint_0000002/weights.safetensors"));
        StateDict last = Safetensors.read(run.resolve("final.safetensors"));
        for (String name : List.of("backbone.fpn_output2.weight", "roi_heads.box_head.fc1.bias")) {
            float[] begun = initial.require(name).floats();
            float[] one = first.require(name).floats();
            float[] next = second.require(name).floats();
            float[] average = last.require(name).floats();
            for (int i = 0; i < begun.length; i++) {
                double expected = 0.25 * begun[i] + 0.25 * one[i] + 0.5 * next[i];
                assertEquals(expected, average[i], 1e-6 * Math.abs(expected) + 1e-8, name);
            }
            assertFalse(second.require(name).sameBits(last.require(name)), name);
        }
        String mean = "backbone.bottom_up.stem.conv1.norm.running_mean";
        assertTrue(second.require(mean).sameBits(last.require(mean)), "buffers are the present");
        // What is saved gives the figures of the last evaluation.
        Config config = TinyRun.config();
        try (MaskRcnn model = MaskRcnn.from(config)) {
            model.initialize(Device.cpu(), new RandomStreams(0), last, _ -> false);
            assertEquals(
                    result.evaluation(),
                    new ModelEvaluation(model, config, two, Device.cpu())
                            .run(ProgressListener.NONE));
        }
        // Training itself is that of the weights.
        Path plain = folder.resolve("plain");
        String[] off = settings.clone();
        off[0] = "SOMA.EMA.ENABLED=false";
        Trainer.train(TinyRun.request(data, plain, off).withWeights(initial));
        assertSameTensors(
                plain.resolve("final.safetensors"),
                run.resolve("checkpoint_0000002/weights.safetensors"));
    }

    @Test
    void anAverageCannotBeginInTheMiddleOfARun() {
        Path run = folder.resolve("run");
        Trainer.train(TinyRun.request(data, run, "SOLVER.MAX_ITER=1"));
        SomaException e =
                assertThrows(
                        SomaException.class,
                        () ->
                                Trainer.train(
                                        TinyRun.request(data, run, "SOMA.EMA.ENABLED=true")
                                                .withStart(Start.RESUME)));
        assertTrue(
                e.getMessage()
                        .startsWith(
                                run.resolve("checkpoint_0000001/ema.safetensors") + ": expected "),
                e.getMessage());
    }

    @Test
    void metricsOfLostStepsAreDroppedOnResume() throws IOException {
        Path run = folder.resolve("run");
        Trainer.train(TinyRun.request(data, run));
        List<JsonNode> before = metrics(run);
        // As if the process had been killed after the checkpoint of step 3, while writing a line.
        Files.writeString(run.resolve("last_checkpoint"), "checkpoint_0000003\n");
        Files.writeString(
                run.resolve("metrics.json"),
                Files.readString(run.resolve("metrics.json")) + "{\"iteration\": 6, \"lr");
        Trainer.train(TinyRun.request(data, run).withStart(Start.RESUME));
        assertEquals(before, metrics(run));
    }

    @Test
    void anExistingRunIsRefusedUnlessForced() throws IOException {
        Path run = folder.resolve("run");
        Trainer.train(TinyRun.request(data, run, "SOLVER.MAX_ITER=1"));
        Files.writeString(run.resolve("notes.txt"), "mine");
        SomaException e =
                assertThrows(SomaException.class, () -> Trainer.train(TinyRun.request(data, run)));
        assertTrue(e.getMessage().startsWith(run + ": output directory: "), e.getMessage());
        assertTrue(e.getMessage().contains("--force"), e.getMessage());
        Trainer.train(TinyRun.request(data, run, "SOLVER.MAX_ITER=2").withStart(Start.OVERWRITE));
        assertEquals(1, metrics(run).size());
        assertFalse(Files.exists(run.resolve("checkpoint_0000001")));
        assertEquals("mine", Files.readString(run.resolve("notes.txt")));
    }

    @Test
    void aFailureBeforeTheFirstStepDoesNotBlockTheDirectory() {
        Path run = folder.resolve("run");
        StateDict alien = new StateDict("other.pth").put("x", HostTensor.of(new float[2], 2));
        SomaException e =
                assertThrows(
                        SomaException.class,
                        () -> Trainer.train(TinyRun.request(data, run).withWeights(alien)));
        assertTrue(e.getMessage().startsWith("other.pth: weights: "), e.getMessage());
        Trainer.train(TinyRun.request(data, run, "SOLVER.MAX_ITER=1"));
    }

    @Test
    void weightsOfAnotherNumberOfClassesKeepAllButThePredictors() throws IOException {
        Path first = folder.resolve("first");
        Trainer.train(TinyRun.request(data, first, "SOLVER.MAX_ITER=1"));
        StateDict weights = Safetensors.read(first.resolve("final.safetensors"));
        StateDict other = new StateDict("two-classes").putAll(weights);
        other.put(
                "roi_heads.box_predictor.cls_score.weight",
                HostTensor.of(new float[3 * 32], 3, 32));
        Path second = folder.resolve("second");
        Trainer.train(TinyRun.request(data, second, "SOLVER.MAX_ITER=1").withWeights(other));
        String log = Files.readString(second.resolve("log.txt"));
        assertTrue(log.contains("two-classes: 1 of another shape, initialised anew"), log);
        other.put("backbone.fpn_output2.bias", HostTensor.of(new float[3], 3));
        SomaException e =
                assertThrows(
                        SomaException.class,
                        () ->
                                Trainer.train(
                                        TinyRun.request(data, folder.resolve("third"))
                                                .withWeights(other)));
        assertTrue(e.getMessage().contains("backbone.fpn_output2.bias"), e.getMessage());
    }

    @Test
    void divergenceNamesTheOpAndTheParameter() throws IOException {
        Path first = folder.resolve("first");
        Trainer.train(TinyRun.request(data, first, "SOLVER.MAX_ITER=1"));
        StateDict poisoned = new StateDict("poisoned");
        poisoned.putAll(Safetensors.read(first.resolve("final.safetensors")));
        String name = "backbone.fpn_output3.weight";
        float[] values = poisoned.require(name).floats();
        values[5] = Float.NaN;
        poisoned.put(name, HostTensor.of(values, poisoned.require(name).shape().dims()));
        SomaException e =
                assertThrows(
                        SomaException.class,
                        () ->
                                Trainer.train(
                                        TinyRun.request(data, folder.resolve("bad"))
                                                .withWeights(poisoned)));
        String message = e.getMessage();
        assertTrue(message.contains("training has diverged at iteration 0"), message);
        assertTrue(message.contains("conv2d"), message);
        assertTrue(message.contains("first gave NaN, in the layer of " + name), message);
        assertTrue(message.contains("SOLVER.BASE_LR"), message);
        assertFalse(message.contains("\n"), message);
    }

    @Test
    void aRateTooHighIsReportedWithWhatToTry() {
        SomaException e =
                assertThrows(
                        SomaException.class,
                        () ->
                                Trainer.train(
                                        TinyRun.request(
                                                data,
                                                folder.resolve("run"),
                                                "SOLVER.BASE_LR=1e30",
                                                "SOLVER.WARMUP_ITERS=0")));
        assertTrue(e.getMessage().contains("training has diverged at iteration 1"), e.getMessage());
        assertTrue(e.getMessage().contains("ROLLBACK"), e.getMessage());
    }

    @Test
    void rollbackGoesOnWithALowerRate() throws IOException {
        Path run = folder.resolve("run");
        TrainingResult result =
                Trainer.train(
                        TinyRun.request(
                                data,
                                run,
                                "SOLVER.BASE_LR=1e30",
                                "SOLVER.WARMUP_ITERS=0",
                                "SOLVER.STEPS=[]",
                                "SOMA.LOG_PERIOD=1",
                                "SOMA.DIVERGENCE.ROLLBACK=true",
                                "SOMA.DIVERGENCE.LR_FACTOR=1e-33",
                                "SOMA.DIVERGENCE.MAX_ROLLBACKS=1"));
        assertEquals(6, result.iterations());
        List<JsonNode> lines = metrics(run);
        assertEquals(6, lines.size());
        assertEquals(1e-3, lines.getFirst().get("lr").asDouble(), 1e-15);
        assertTrue(Files.readString(run.resolve("log.txt")).contains("return 1 of 1"));
    }

    @Test
    void rollbackGivesUpAfterItsLastReturn() {
        SomaException e =
                assertThrows(
                        SomaException.class,
                        () ->
                                Trainer.train(
                                        TinyRun.request(
                                                data,
                                                folder.resolve("run"),
                                                "SOLVER.BASE_LR=1e30",
                                                "SOLVER.WARMUP_ITERS=0",
                                                "SOMA.DIVERGENCE.ROLLBACK=true",
                                                "SOMA.DIVERGENCE.LR_FACTOR=0.9",
                                                "SOMA.DIVERGENCE.MAX_ROLLBACKS=2")));
        assertTrue(e.getMessage().contains("gave up after 2 returns"), e.getMessage());
    }

    @Test
    void frozenBatchNormFromScratchIsWarnedOfOrCalibrated() throws IOException {
        String[] frozen = {"MODEL.RESNETS.NORM=FrozenBN", "SOLVER.MAX_ITER=1"};
        Path plain = folder.resolve("plain");
        Trainer.train(TinyRun.request(data, plain, frozen));
        assertTrue(Files.readString(plain.resolve("log.txt")).contains("SOMA.CALIBRATE_FROZEN_BN"));
        Path calibrated = folder.resolve("calibrated");
        String[] more = Arrays.copyOf(frozen, 3);
        more[2] = "SOMA.CALIBRATE_FROZEN_BN=true";
        Trainer.train(TinyRun.request(data, calibrated, more));
        StateDict weights = Safetensors.read(calibrated.resolve("final.safetensors"));
        float[] variance =
                weights.require("backbone.bottom_up.stem.conv1.norm.running_var").floats();
        for (float v : variance) {
            assertTrue(v > 1e-3 && v != 1f - 1e-5f, "calibrated variance " + v);
        }
    }

    @Test
    void frozenParametersStayAsTheyWere() {
        Path start = folder.resolve("start");
        Trainer.train(TinyRun.request(data, start, "SOLVER.MAX_ITER=1"));
        StateDict weights = Safetensors.read(start.resolve("final.safetensors"));
        Path run = folder.resolve("run");
        Trainer.train(
                TinyRun.request(data, run, "MODEL.BACKBONE.FREEZE_AT=2").withWeights(weights));
        StateDict after = Safetensors.read(run.resolve("final.safetensors"));
        for (String name : weights.names()) {
            boolean frozen =
                    name.startsWith("backbone.bottom_up.stem.")
                            || name.startsWith("backbone.bottom_up.res2.");
            if (frozen && after.contains(name)) {
                assertTrue(weights.require(name).sameBits(after.require(name)), name);
            }
        }
        StateDict optimizer =
                Safetensors.read(run.resolve("checkpoint_0000006/optimizer.safetensors"));
        assertTrue(optimizer.names().stream().noneMatch(n -> n.contains(".stem.")));
        assertTrue(optimizer.contains("backbone.bottom_up.res3.0.conv1.weight.momentum_buffer"));
    }

    @Test
    void dataOfOtherClassesIsRefused() {
        SomaException e =
                assertThrows(
                        SomaException.class,
                        () ->
                                Trainer.train(
                                        TinyRun.request(
                                                data,
                                                folder.resolve("run"),
                                                "MODEL.ROI_HEADS.NUM_CLASSES=4")));
        assertTrue(e.getMessage().contains("expected 4 (MODEL.ROI_HEADS.NUM_CLASSES), got 3"));
        assertFalse(Files.exists(folder.resolve("run")));
    }
}
