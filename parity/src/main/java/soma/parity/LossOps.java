package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.GroundTruth;
import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.forward.TrainingLosses;
import soma.maskrcnn.roi.BoxHeadConfig;
import soma.maskrcnn.roi.BoxLosses;
import soma.maskrcnn.roi.BoxPredictions;
import soma.maskrcnn.roi.MaskLoss;
import soma.maskrcnn.roi.MaskLossConfig;
import soma.maskrcnn.roi.MaskTargets;
import soma.maskrcnn.roi.RoiHeadsConfig;
import soma.maskrcnn.roi.RoiSample;
import soma.maskrcnn.rpn.AnchorConfig;
import soma.maskrcnn.rpn.AnchorGenerator;
import soma.maskrcnn.rpn.Rpn;
import soma.maskrcnn.rpn.RpnConfig;
import soma.maskrcnn.structures.Polygons;
import soma.maskrcnn.structures.Rle;
import soma.nn.SeededRandom;
import soma.tensor.Shape;
import soma.tensor.Tensor;
import soma.tensor.Vision;
import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** The five losses of Mask R-CNN, their targets and gradients, against detectron2. */
final class LossOps {
    private LossOps() {}

    static void rpn(Fixture c) {
        Config config =
                DetectionOps.config(
                        List.of(
                                "MODEL.RPN.BATCH_SIZE_PER_IMAGE=" + c.param("batch_size_per_image"),
                                "MODEL.RPN.SMOOTH_L1_BETA=" + c.param("beta")));
        RpnConfig rpnConfig = RpnConfig.from(config);
        AnchorConfig anchorConfig = AnchorConfig.from(config);
        int height = c.param("image").get(0).asInt();
        int width = c.param("image").get(1).asInt();
        try (Rpn rpn = new Rpn(rpnConfig, anchorConfig, DetectionOps.STRIDES, 8)) {
            AnchorGenerator generator = new AnchorGenerator(anchorConfig, DetectionOps.STRIDES);
            Tensor logits = c.tensor("logits").leaf("logits");
            Tensor deltas = c.tensor("deltas").leaf("deltas");
            List<Tensor> anchors = new ArrayList<>();
            List<Tensor> logitLevels = new ArrayList<>();
            List<Tensor> deltaLevels = new ArrayList<>();
            int from = 0;
            for (int l = 0; l < DetectionOps.STRIDES.length; l++) {
                int h = Math.ceilDiv(height, DetectionOps.STRIDES[l]);
                int w = Math.ceilDiv(width, DetectionOps.STRIDES[l]);
                Tensor grid =
                        generator.grid(
                                l, h, w, h * DetectionOps.STRIDES[l], w * DetectionOps.STRIDES[l]);
                int to = from + grid.dim(0);
                anchors.add(grid);
                logitLevels.add(logits.slice(1, from, to));
                deltaLevels.add(deltas.slice(1, from, to));
                from = to;
            }
            List<GroundTruth> truths =
                    List.of(
                            boxesOnly(height, width, c.floats("gt0")),
                            boxesOnly(height, width, c.floats("gt1")));
            matches(c, rpnConfig, anchors, truths);
            TrainingLosses losses = new TrainingLosses();
            rpn.losses(
                    new Rpn.Predictions(anchors, logitLevels, deltaLevels),
                    truths,
                    new SeededRandom(1, "every anchor is used"),
                    losses);
            c.check("loss_rpn_cls", losses.losses().get("loss_rpn_cls").item());
            c.check("loss_rpn_loc", losses.losses().get("loss_rpn_loc").item());
            Gradients g = Autograd.backward(losses.total());
            c.check("grad.logits", g.of(logits));
            c.check("grad.deltas", g.of(deltas));
            generator.release();
        }
    }

    /** Labels of all anchors, and the boxes that those of label 1 are matched with. */
    private static void matches(
            Fixture c, RpnConfig config, List<Tensor> levels, List<GroundTruth> truths) {
        Tensor anchors = Tensor.concat(0, levels.toArray(Tensor[]::new));
        int n = anchors.dim(0);
        float[] stored = c.floats("matched");
        int[] labels = new int[2 * n];
        float[] expected = new float[stored.length];
        float[] matched = new float[stored.length];
        for (int i = 0; i < 2; i++) {
            GroundTruth truth = truths.get(i);
            Tensor gt = Tensor.of(truth.boxes(), truth.size(), 4);
            Vision.Matches m =
                    Vision.match(gt, anchors, config.iouThresholds(), config.iouLabels(), true);
            int[] label = m.labels().toInts();
            int[] match = m.matches().toInts();
            for (int a = 0; a < n; a++) {
                labels[i * n + a] = label[a];
                if (label[a] == 1) {
                    int at = 4 * (i * n + a);
                    System.arraycopy(truth.boxes(), 4 * match[a], matched, at, 4);
                    System.arraycopy(stored, at, expected, at, 4);
                }
            }
        }
        c.checkExact("labels", labels);
        c.report()
                .absolute(
                        c.name() + ".matched",
                        c.stored("matched").shape().toString(),
                        doubles(expected),
                        doubles(matched),
                        0);
    }

    private static double[] doubles(float[] values) {
        double[] out = new double[values.length];
        Arrays.setAll(out, i -> values[i]);
        return out;
    }

    private static GroundTruth boxesOnly(int height, int width, float[] boxes) {
        int n = boxes.length / 4;
        Segmentation any = new Segmentation.OfRle(Rle.box(height, width, 0, 0, 1, 1));
        return new GroundTruth(height, width, boxes, new int[n], Collections.nCopies(n, any));
    }

    static void fastRcnn(Fixture c) {
        int[] classes = c.ints("gt_classes");
        int r = classes.length;
        int background = c.dims("scores")[1] - 1;
        Config config =
                DetectionOps.config(
                        List.of(
                                "MODEL.ROI_HEADS.NUM_CLASSES=" + background,
                                "MODEL.ROI_BOX_HEAD.SMOOTH_L1_BETA=" + c.param("beta")));
        // Soma's samples come foreground first.
        List<Integer> order = new ArrayList<>();
        for (boolean foreground : new boolean[] {true, false}) {
            for (int i = 0; i < r; i++) {
                if (classes[i] < background == foreground) {
                    order.add(i);
                }
            }
        }
        Tensor index = Tensor.of(order.stream().mapToInt(i -> i).toArray(), r);
        int[] sorted = order.stream().mapToInt(i -> classes[i]).toArray();
        int foreground = (int) Arrays.stream(sorted).filter(k -> k < background).count();
        Tensor logits = c.tensor("scores").leaf("scores");
        Tensor deltas = c.tensor("deltas").leaf("deltas");
        float[] boxes = c.tensor("gt_boxes").indexSelect(index).toFloats();
        Segmentation any = new Segmentation.OfRle(Rle.box(8, 8, 0, 0, 1, 1));
        GroundTruth truth = new GroundTruth(8, 8, boxes, sorted, Collections.nCopies(r, any));
        int[] matches = new int[r];
        Arrays.setAll(matches, i -> i);
        RoiSample sample =
                new RoiSample(
                        c.tensor("proposals").indexSelect(index),
                        sorted,
                        matches,
                        foreground,
                        truth);
        TrainingLosses losses = new TrainingLosses();
        new BoxLosses(RoiHeadsConfig.from(config), BoxHeadConfig.from(config))
                .add(
                        new BoxPredictions(logits.indexSelect(index), deltas.indexSelect(index)),
                        List.of(sample),
                        losses);
        c.check("loss_cls", losses.losses().get("loss_cls").item());
        c.check("loss_box_reg", losses.losses().get("loss_box_reg").item());
        Gradients g = Autograd.backward(losses.total());
        c.check("grad.scores", g.of(logits));
        c.check("grad.deltas", g.of(deltas));
    }

    static void mask(Fixture c) {
        switch (c.name()) {
            case "bitmask" -> bitmask(c);
            case "polygon" -> polygon(c);
            default -> noForeground(c);
        }
    }

    private static void bitmask(Fixture c) {
        int[] dims = c.dims("masks");
        byte[] all = c.bytes("masks");
        int area = dims[1] * dims[2];
        List<Segmentation> masks = new ArrayList<>();
        for (int m = 0; m < dims[0]; m++) {
            byte[] bits = Arrays.copyOfRange(all, m * area, (m + 1) * area);
            masks.add(new Segmentation.OfRle(Rle.encode(bits, dims[1], dims[2])));
        }
        int[] index = c.ints("index");
        int[] classes = c.ints("classes");
        float[] boxes = c.floats("boxes");
        int side = c.intParam("size");
        int r = index.length;
        float[] targets =
                MaskTargets.of(masks, index, Tensor.of(boxes, r, 4), side, false).toFloats();
        float[] soft = c.floats("soft");
        c.checkExact(
                "targets", ints(targets), i -> Math.abs(soft[i] - 0.5) < DetectionOps.BOUNDARY);
        Tensor logits = c.tensor("logits").leaf("logits");
        int kinds = logits.dim(1);
        int cells = side * side;
        Tensor channel =
                Tensor.of(classes, r, 1).broadcastTo(Shape.of(r, cells)).reshape(r * cells, 1);
        Tensor own =
                logits.permute(0, 2, 3, 1)
                        .reshape(r * cells, kinds)
                        .gather(channel)
                        .reshape(r, side, side);
        GroundTruth truth =
                new GroundTruth(dims[1], dims[2], new float[4 * dims[0]], new int[dims[0]], masks);
        RoiSample sample = new RoiSample(Tensor.of(boxes, r, 4), classes, index, r, truth);
        TrainingLosses losses = new TrainingLosses();
        MaskLoss.add(own, List.of(sample), MaskLossConfig.crossEntropy(false), losses);
        c.check("loss", losses.losses().get("loss_mask").item());
        c.check("grad.logits", Autograd.backward(losses.total()).of(logits));
    }

    private static int[] ints(float[] values) {
        int[] out = new int[values.length];
        Arrays.setAll(out, i -> (int) values[i]);
        return out;
    }

    private static void polygon(Fixture c) {
        List<Segmentation> masks = new ArrayList<>();
        for (JsonNode object : c.param("polygons")) {
            List<double[]> rings = new ArrayList<>();
            for (JsonNode ring : object) {
                rings.add(Json.doubles(ring));
            }
            masks.add(new Segmentation.OfPolygons(Polygons.of(rings)));
        }
        int[] index = new int[masks.size()];
        Arrays.setAll(index, i -> i);
        float[] targets =
                MaskTargets.of(masks, index, c.tensor("boxes"), c.intParam("size"), false)
                        .toFloats();
        c.checkExact("targets", ints(targets));
    }

    private static void noForeground(Fixture c) {
        int[] dims = c.dims("logits");
        TrainingLosses losses = new TrainingLosses();
        GroundTruth none = new GroundTruth(8, 8, new float[0], new int[0], List.of());
        RoiSample empty = new RoiSample(Tensor.zeros(0, 4), new int[0], new int[0], 0, none);
        MaskLoss.add(
                Tensor.zeros(0, dims[2], dims[3]).leaf("logits"),
                List.of(empty),
                MaskLossConfig.crossEntropy(false),
                losses);
        double loss = losses.losses().get("loss_mask").item();
        double expected = c.doubleParam("loss");
        c.report()
                .absolute(
                        c.name() + ".loss", "[]", new double[] {expected}, new double[] {loss}, 0);
    }
}
