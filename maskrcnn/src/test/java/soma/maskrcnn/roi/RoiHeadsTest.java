package soma.maskrcnn.roi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.GoldenOps;
import soma.maskrcnn.SharedFiles;
import soma.maskrcnn.boxes.BoxCoder;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.GroundTruth;
import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.forward.TrainingLosses;
import soma.maskrcnn.rpn.Proposals;
import soma.maskrcnn.structures.Polygons;
import soma.maskrcnn.structures.Rle;
import soma.nn.SeededRandom;
import soma.nn.checkpoint.Checkpoints;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;
import soma.tensor.Functional;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class RoiHeadsTest {
    private static final int CLASSES = 3;
    private static final PoolerConfig POOLER = new PoolerConfig(7, 0, true, false);

    private static RoiHeadsConfig heads(String... more) {
        List<String> overrides = new ArrayList<>(List.of("MODEL.ROI_HEADS.NUM_CLASSES=3"));
        overrides.addAll(List.of(more));
        return RoiHeadsConfig.from(Config.load("mask_rcnn_R_50_FPN_3x", overrides));
    }

    private static BoxHeadConfig boxHead(double beta) {
        BoxCoder coder = new BoxCoder(10, 10, 5, 5);
        return new BoxHeadConfig(0, 1, 1, 8, "", POOLER, coder, false, beta, 1, false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cpu-reference"})
    void assignsLevelsLikeDetectron2(String device) {
        GoldenOps golden = new GoldenOps("levels");
        RoiPooler pooler = new RoiPooler(POOLER, new int[] {4, 8, 16, 32});
        try (Scope _ = Scope.open("test", Device.of(device))) {
            assertArrayEquals(
                    golden.ints("all.detectron2"),
                    pooler.levels(golden.tensor("all.boxes")).toInts());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cpu-reference"})
    void detectsBoxesLikeDetectron2(String device) {
        GoldenOps golden = new GoldenOps("proposals");
        RoiHeadsConfig config = heads("TEST.DETECTIONS_PER_IMAGE=60");
        try (Scope _ = Scope.open("test", Device.of(device))) {
            Tensor boxes = golden.tensor("box.boxes");
            int r = boxes.dim(0);
            // The fixture has decoded boxes of each class: encode them from a common source.
            Tensor source =
                    Tensor.of(new float[] {0, 0, 100, 100}, 1, 4)
                            .broadcastTo(soma.tensor.Shape.of(r * CLASSES, 4))
                            .contiguous();
            Tensor deltas = boxHead(0).coder().encode(source, boxes.reshape(r * CLASSES, 4));
            Tensor proposals = source.slice(0, 0, r).contiguous();
            Detections d =
                    new BoxInference(config, boxHead(0))
                            .detect(
                                    new Proposals(proposals, Tensor.zeros(r)),
                                    golden.tensor("box.scores"),
                                    deltas.reshape(r, 4 * CLASSES),
                                    200,
                                    320);
            assertArrayEquals(golden.floats("box.out_scores"), d.scores().toFloats());
            assertArrayEquals(golden.ints("box.out_classes"), d.classes().toInts());
            // Encoding and decoding again rounds by some ten thousandths of a pixel.
            assertArrayEquals(golden.floats("box.out_boxes"), d.boxes().toFloats(), 2e-3f);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mixed", "no-foreground", "all-foreground", "empty", "beta"})
    void boxLossesAndGradientsLikeDetectron2(String name) {
        GoldenOps golden = new GoldenOps("fast_rcnn_loss");
        double beta = name.equals("beta") ? 1 : 0;
        try (Scope _ = Scope.open("test", Device.cpu())) {
            int[] classes = golden.ints(name + ".gt_classes");
            int r = classes.length;
            // Our samples come foreground first.
            int[] order = new int[r];
            int n = 0;
            for (int i = 0; i < r; i++) {
                if (classes[i] < CLASSES) {
                    order[n++] = i;
                }
            }
            int foreground = n;
            for (int i = 0; i < r; i++) {
                if (classes[i] >= CLASSES) {
                    order[n++] = i;
                }
            }
            int[] sorted = Arrays.stream(order).map(i -> classes[i]).toArray();
            Tensor index = Tensor.of(order, r);
            Tensor logits = golden.tensor(name + ".scores").leaf("scores");
            Tensor deltas = golden.tensor(name + ".deltas").leaf("deltas");
            float[] truthBoxes = golden.tensor(name + ".gt_boxes").indexSelect(index).toFloats();
            Segmentation any = new Segmentation.OfRle(Rle.box(8, 8, 0, 0, 1, 1));
            GroundTruth truth =
                    new GroundTruth(8, 8, truthBoxes, sorted, Collections.nCopies(r, any));
            int[] matches = new int[r];
            Arrays.setAll(matches, i -> i);
            RoiSample sample =
                    new RoiSample(
                            golden.tensor(name + ".proposals").indexSelect(index),
                            sorted,
                            matches,
                            foreground,
                            truth);
            TrainingLosses losses = new TrainingLosses();
            new BoxLosses(heads(), boxHead(beta))
                    .add(
                            new BoxPredictions(
                                    logits.indexSelect(index), deltas.indexSelect(index)),
                            List.of(sample),
                            losses);
            golden.check(name + ".loss_cls", losses.losses().get("loss_cls").item());
            golden.check(name + ".loss_box_reg", losses.losses().get("loss_box_reg").item());
            checkAccuracy(logits.indexSelect(index), sorted, foreground, losses.metrics());
            Gradients g = Autograd.backward(losses.total());
            golden.check(name + ".grad.scores", g.of(logits));
            golden.check(name + ".grad.deltas", g.of(deltas));
        }
    }

    private static void checkAccuracy(
            Tensor logits, int[] classes, int foreground, Map<String, Double> metrics) {
        int[] predicted = logits.argmax().toInts();
        double right = 0;
        double foregroundRight = 0;
        double missed = 0;
        for (int i = 0; i < predicted.length; i++) {
            right += predicted[i] == classes[i] ? 1 : 0;
            foregroundRight += i < foreground && predicted[i] == classes[i] ? 1 : 0;
            missed += i < foreground && predicted[i] == CLASSES ? 1 : 0;
        }
        Map<String, Double> expected = new HashMap<>();
        if (predicted.length > 0) {
            expected.put("fast_rcnn/cls_accuracy", right / predicted.length);
        }
        if (foreground > 0) {
            expected.put("fast_rcnn/fg_cls_accuracy", foregroundRight / foreground);
            expected.put("fast_rcnn/false_negative", missed / foreground);
        }
        assertEquals(expected, metrics);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cpu-reference"})
    void maskTargetsAndLossLikeDetectron2(String device) {
        StateDict golden =
                Checkpoints.read(SharedFiles.require("golden/ops/mask_loss.safetensors"));
        GoldenOps ops = new GoldenOps("mask_loss");
        int[] packed = ops.ints("bitmask.masks");
        int[] dims = golden.require("bitmask.masks").shape().dims();
        List<Segmentation> masks = new ArrayList<>();
        for (int m = 0; m < dims[0]; m++) {
            byte[] bits = new byte[dims[1] * dims[2]];
            for (int i = 0; i < bits.length; i++) {
                bits[i] = (byte) packed[m * bits.length + i];
            }
            masks.add(new Segmentation.OfRle(Rle.encode(bits, dims[1], dims[2])));
        }
        int[] index = ops.ints("bitmask.index");
        int[] classes = ops.ints("bitmask.classes");
        try (Scope _ = Scope.open("test", Device.of(device))) {
            float[] targets =
                    MaskTargets.of(masks, index, ops.tensor("bitmask.boxes"), 28, false).toFloats();
            int[] expected = ops.ints("bitmask.targets");
            float[] soft = ops.floats("bitmask.soft");
            for (int i = 0; i < expected.length; i++) {
                if (Math.abs(soft[i] - 0.5) > 1e-6) {
                    assertEquals(expected[i], targets[i], "target " + i);
                }
            }
            Tensor logits = ops.tensor("bitmask.logits").leaf("logits");
            int r = index.length;
            Tensor channel =
                    Tensor.of(classes, r, 1)
                            .broadcastTo(soma.tensor.Shape.of(r, 784))
                            .reshape(r * 784, 1);
            Tensor own =
                    logits.permute(0, 2, 3, 1)
                            .reshape(r * 784, CLASSES)
                            .gather(channel)
                            .reshape(r, 28, 28);
            float[] boxes = ops.floats("bitmask.boxes");
            GroundTruth truth =
                    new GroundTruth(
                            dims[1], dims[2], new float[4 * dims[0]], new int[dims[0]], masks);
            RoiSample sample = new RoiSample(Tensor.of(boxes, r, 4), classes, index, r, truth);
            TrainingLosses losses = new TrainingLosses();
            MaskLoss.add(own, List.of(sample), MaskLossConfig.crossEntropy(false), losses);
            ops.check("bitmask.loss", losses.losses().get("loss_mask").item());
            ops.check("bitmask.grad.logits", Autograd.backward(losses.total()).of(logits));
        }
    }

    @Test
    void polygonTargetsLikeDetectron2() {
        GoldenOps golden = new GoldenOps("mask_loss");
        JsonNode cases =
                SharedFiles.json("golden/ops/manifest.json").at("/families/mask_loss/cases");
        List<Segmentation> masks = new ArrayList<>();
        for (JsonNode object : cases.at("/polygon/params/polygons")) {
            masks.add(new Segmentation.OfPolygons(Polygons.of(rings(object))));
        }
        int n = masks.size();
        int[] index = new int[n];
        Arrays.setAll(index, i -> i);
        try (Scope _ = Scope.open("test", Device.cpu())) {
            float[] targets =
                    MaskTargets.of(masks, index, golden.tensor("polygon.boxes"), 28, false)
                            .toFloats();
            int[] expected = golden.ints("polygon.targets");
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], targets[i], "target " + i);
            }
        }
    }

    private static List<double[]> rings(JsonNode object) {
        List<double[]> rings = new ArrayList<>();
        for (JsonNode ring : object) {
            double[] points = new double[ring.size()];
            for (int i = 0; i < points.length; i++) {
                points[i] = ring.get(i).asDouble();
            }
            rings.add(points);
        }
        return rings;
    }

    private static RoiSample sample(RoiHeadsConfig config, Tensor boxes, GroundTruth truth) {
        Proposals proposals = new Proposals(boxes, Tensor.zeros(boxes.dim(0)));
        return new RoiSampler(config)
                .sample(List.of(proposals), List.of(truth), new SeededRandom(1, "test"))
                .getFirst();
    }

    @Test
    void imagesOfOneBatchAreSampledEachForItself() {
        try (Scope _ = Scope.open("test", Device.cpu())) {
            Segmentation any = new Segmentation.OfRle(Rle.box(64, 64, 0, 0, 1, 1));
            GroundTruth none = new GroundTruth(64, 64, new float[0], new int[0], List.of());
            GroundTruth two =
                    new GroundTruth(
                            64,
                            64,
                            new float[] {40, 40, 60, 60, 8, 8, 24, 24},
                            new int[] {2, 1},
                            List.of(any, any));
            Proposals first = proposals(1, 1, 5, 5, 20, 30, 40, 40);
            Proposals second = proposals(0, 0, 64, 64, 9, 9, 24, 24, 30, 0, 40, 9);
            List<RoiSample> samples =
                    new RoiSampler(heads())
                            .sample(
                                    List.of(first, second),
                                    List.of(none, two),
                                    new SeededRandom(1, "test"));
            assertArrayEquals(new int[] {3, 3}, samples.get(0).classes());
            assertArrayEquals(first.boxes().toFloats(), samples.get(0).boxes().toFloats());
            RoiSample s = samples.get(1);
            assertEquals(3, s.foreground());
            assertArrayEquals(new int[] {1, 2, 1, 3, 3}, s.classes());
            assertArrayEquals(new int[] {1, 0, 1}, Arrays.copyOf(s.matches(), 3));
            assertArrayEquals(
                    new float[] {
                        9, 9, 24, 24, 40, 40, 60, 60, 8, 8, 24, 24, 0, 0, 64, 64, 30, 0, 40, 9
                    },
                    s.boxes().toFloats());
        }
    }

    private static Proposals proposals(float... boxes) {
        int n = boxes.length / 4;
        return new Proposals(Tensor.of(boxes, n, 4), Tensor.zeros(n));
    }

    @Test
    void samplesForegroundFirstAndAppendsTruth() {
        try (Scope _ = Scope.open("test", Device.cpu())) {
            Segmentation any = new Segmentation.OfRle(Rle.box(64, 64, 0, 0, 1, 1));
            GroundTruth truth =
                    new GroundTruth(
                            64, 64, new float[] {8, 8, 24, 24}, new int[] {1}, List.of(any));
            Tensor proposals =
                    Tensor.of(new float[] {40, 40, 60, 60, 9, 9, 24, 24, 0, 0, 64, 64}, 3, 4);
            RoiSample s = sample(heads(), proposals, truth);
            assertEquals(2, s.foreground(), "the close proposal and the appended truth");
            assertArrayEquals(new int[] {1, 1, 3, 3}, s.classes());
            float[] boxes = s.boxes().toFloats();
            assertEquals(9, boxes[0]);
            assertEquals(8, boxes[4]);
        }
    }

    @Test
    void ofMoreObjectsThanSamplesSomeAreDrawnEachOnce() {
        try (Scope _ = Scope.open("test", Device.cpu())) {
            int objects = 40;
            float[] boxes = new float[4 * objects];
            for (int i = 0; i < objects; i++) {
                boxes[4 * i] = 20 * i;
                boxes[4 * i + 2] = 20 * i + 10;
                boxes[4 * i + 3] = 10;
            }
            Segmentation any = new Segmentation.OfRle(Rle.box(16, 800, 0, 0, 1, 1));
            GroundTruth truth =
                    new GroundTruth(
                            16, 800, boxes, new int[objects], Collections.nCopies(objects, any));
            Tensor proposals = Tensor.of(new float[] {0, 0, 800, 16, 5, 5, 9, 9}, 2, 4);
            RoiSample s =
                    sample(heads("MODEL.ROI_HEADS.BATCH_SIZE_PER_IMAGE=32"), proposals, truth);
            assertEquals(8, s.foreground(), "a quarter of 32");
            assertEquals(10, s.size(), "and all the background that there is");
            assertEquals(8, Arrays.stream(s.matches()).limit(8).distinct().count());
        }
    }

    @Test
    void imageWithoutObjectsGivesBackgroundOnlyAndFiniteLosses() {
        try (Scope _ = Scope.open("test", Device.cpu())) {
            GroundTruth none = new GroundTruth(64, 64, new float[0], new int[0], List.of());
            Tensor proposals = Tensor.of(new float[] {40, 40, 60, 60, 9, 9, 24, 24}, 2, 4);
            RoiSample s = sample(heads(), proposals, none);
            assertEquals(0, s.foreground());
            assertArrayEquals(new int[] {3, 3}, s.classes());
            TrainingLosses losses = new TrainingLosses();
            MaskLoss.add(
                    Tensor.zeros(0, 28, 28).leaf("logits"),
                    List.of(s),
                    MaskLossConfig.crossEntropy(false),
                    losses);
            assertEquals(0, losses.losses().get("loss_mask").item());
            assertTrue(Functional.softmax(Tensor.zeros(0, 4)).allFinite(), "softmax of no rows");
        }
    }
}
