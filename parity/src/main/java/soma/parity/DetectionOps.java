package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.maskrcnn.boxes.BoxCoder;
import soma.maskrcnn.boxes.Boxes;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.roi.BoxHeadConfig;
import soma.maskrcnn.roi.BoxInference;
import soma.maskrcnn.roi.Detections;
import soma.maskrcnn.roi.PoolerConfig;
import soma.maskrcnn.roi.RoiHeadsConfig;
import soma.maskrcnn.roi.RoiPooler;
import soma.maskrcnn.roi.TorchvisionPaste;
import soma.maskrcnn.rpn.AnchorConfig;
import soma.maskrcnn.rpn.AnchorGenerator;
import soma.maskrcnn.rpn.ProposalSelector;
import soma.maskrcnn.rpn.Proposals;
import soma.maskrcnn.rpn.RpnConfig;
import soma.maskrcnn.structures.Instances;
import soma.tensor.DType;
import soma.tensor.Functional;
import soma.tensor.Tensor;
import soma.tensor.Vision;
import soma.tensor.autograd.Autograd;
import soma.tensor.spi.VisionKernels.RoiAlignSpec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Boxes, anchors, proposals, RoIAlign and pasting against detectron2 and torchvision. */
final class DetectionOps {
    /** Of the pyramid's levels, finest first. */
    static final int[] STRIDES = {4, 8, 16, 32, 64};

    /** The real value behind an integer may lie so near to where it changes. */
    static final double BOUNDARY = 1e-6;

    private DetectionOps() {}

    /** The usual model, with these settings. */
    static Config config(List<String> overrides) {
        return Config.load("mask_rcnn_R_50_FPN_3x", overrides);
    }

    static void roiAlign(Fixture c) {
        Tensor x = c.map("x").leaf("x");
        Tensor rois = c.tensor("rois");
        Tensor image = rois.slice(1, 0, 1).to(DType.INT32).reshape(-1).contiguous();
        Tensor boxes = rois.slice(1, 1, 5).contiguous();
        Tensor level = Tensor.full(DType.INT32, 0, rois.dim(0));
        RoiAlignSpec spec =
                new RoiAlignSpec(
                        c.intParam("output"),
                        c.intParam("sampling_ratio"),
                        c.param("aligned").asBoolean(),
                        List.of(c.doubleParam("spatial_scale")));
        Tensor out = Functional.roiAlign(List.of(x), boxes, image, level, spec);
        c.checkMap("out", out);
        c.checkMap("grad.x", Autograd.backward(out, c.map("grad_out")).of(x));
    }

    static void nms(Fixture c) {
        Tensor scores = c.tensor("scores");
        Tensor groups =
                c.has("groups") ? c.index("groups") : Tensor.full(DType.INT32, 0, scores.size());
        Tensor keep = Vision.nms(c.tensor("boxes"), scores, groups, c.doubleParam("threshold"));
        c.checkExact("keep", keep.toInts());
    }

    static void boxCoding(Fixture c) {
        if (c.name().equals("clip")) {
            double height = c.doubleParam("height");
            Tensor clipped = Boxes.clip(c.tensor("boxes"), height, c.doubleParam("width"));
            c.check("clipped", clipped);
            c.check("area", Boxes.area(clipped));
            int[] nonEmpty = new int[clipped.dim(0)];
            for (int i : Boxes.larger(clipped, 0).toInts()) {
                nonEmpty[i] = 1;
            }
            c.checkExact("nonempty", nonEmpty);
            return;
        }
        BoxCoder coder = BoxCoder.of(Json.doubles(c.param("weights")));
        if (c.has("target")) {
            c.check("deltas", coder.encode(c.tensor("src"), c.tensor("target")));
        } else {
            Tensor boxes = c.tensor("boxes");
            int n = boxes.dim(0);
            int each = c.dims("deltas")[1] / 4;
            c.check("decoded", coder.decode(c.tensor("deltas").reshape(n, each, 4), boxes));
        }
    }

    static void iou(Fixture c) {
        c.check("iou", Vision.iou(c.tensor("a"), c.tensor("b")));
    }

    static void matcher(Fixture c) {
        c.skip("Soma matches boxes without forming their matrix, which rpn_loss covers");
    }

    static void anchors(Fixture c) {
        AnchorGenerator generator =
                new AnchorGenerator(AnchorConfig.from(config(List.of())), STRIDES);
        for (int l = 0; l < STRIDES.length; l++) {
            String level = "p" + (l + 2);
            if (c.name().equals("cell")) {
                float[] cell = generator.cell(l);
                c.check(level, Tensor.of(cell, cell.length));
                continue;
            }
            JsonNode p = c.param("levels").required(level);
            int h = p.at("/map/0").asInt();
            int w = p.at("/map/1").asInt();
            Tensor grid = generator.grid(l, h, w, h * STRIDES[l], w * STRIDES[l]);
            c.check(level, grid.slice(0, 0, grid.dim(0), p.get("step").asInt()));
        }
        generator.release();
    }

    static void levels(Fixture c) {
        for (String flavour : new String[] {"detectron2", "torchvision"}) {
            Config config = config(List.of("SOMA.FLAVOUR=" + flavour));
            RoiPooler pooler =
                    new RoiPooler(
                            PoolerConfig.from(config, "MODEL.ROI_BOX_HEAD"),
                            new int[] {4, 8, 16, 32});
            float[] boxes = c.floats("boxes");
            c.checkExact(
                    flavour,
                    pooler.levels(c.tensor("boxes")).toInts(),
                    i -> nearLevel(boxes, 4 * i));
        }
    }

    private static boolean nearLevel(float[] b, int at) {
        double area = (double) (b[at + 2] - b[at]) * (b[at + 3] - b[at + 1]);
        double level = Math.log(Math.sqrt(area) / 224) / Math.log(2);
        return Math.abs(level - Math.rint(level)) < BOUNDARY;
    }

    static void proposals(Fixture c) {
        int height = c.param("image").get(0).asInt();
        int width = c.param("image").get(1).asInt();
        if (c.name().equals("rpn")) {
            rpnProposals(c, height, width);
        } else {
            boxProposals(c, height, width);
        }
    }

    private static void rpnProposals(Fixture c, int height, int width) {
        ProposalSelector selector =
                new ProposalSelector(
                        RpnConfig.from(
                                config(
                                        List.of(
                                                "MODEL.RPN.PRE_NMS_TOPK_TEST="
                                                        + c.param("pre_nms_topk"),
                                                "MODEL.RPN.POST_NMS_TOPK_TEST="
                                                        + c.param("post_nms_topk"),
                                                "MODEL.RPN.NMS_THRESH=" + c.param("nms")))));
        List<Tensor> anchors = new ArrayList<>();
        List<Tensor> logits = new ArrayList<>();
        List<Tensor> deltas = new ArrayList<>();
        for (int l = 0; c.has("boxes" + l); l++) {
            // The fixture has decoded boxes: take them as anchors that stay where they are.
            Tensor boxes = c.tensor("boxes" + l);
            anchors.add(boxes);
            logits.add(c.tensor("logits" + l).reshape(1, boxes.dim(0)));
            deltas.add(Tensor.zeros(1, boxes.dim(0), 4));
        }
        Proposals p = selector.select(0, anchors, logits, deltas, height, width, false);
        c.check("out_boxes", p.boxes());
        c.check("out_logits", p.logits());
    }

    private static void boxProposals(Fixture c, int height, int width) {
        Tensor boxes = c.tensor("boxes");
        int classes = boxes.dim(1) / 4;
        Config config =
                config(
                        List.of(
                                "MODEL.ROI_HEADS.NUM_CLASSES=" + classes,
                                "TEST.DETECTIONS_PER_IMAGE=" + c.param("topk"),
                                "MODEL.ROI_HEADS.SCORE_THRESH_TEST=" + c.param("score"),
                                "MODEL.ROI_HEADS.NMS_THRESH_TEST=" + c.param("nms")));
        Detections d =
                new BoxInference(RoiHeadsConfig.from(config), BoxHeadConfig.from(config))
                        .select(boxes, c.tensor("scores"), height, width);
        c.check("out_boxes", d.boxes());
        c.check("out_scores", d.scores());
        c.checkExact("out_classes", d.classes().toInts());
        c.skip("out_rows", "Soma keeps no rows; boxes and classes say which they were");
    }

    static void paste(Fixture c) {
        int h = c.intParam("height");
        int w = c.intParam("width");
        Tensor masks = c.tensor("masks");
        Tensor boxes = c.tensor("boxes");
        int[][] runs = Vision.pasteMasks(masks, boxes, h, w, 0.5);
        c.checkExact("detectron2", rowMajor(runs, h, w));
        c.skip("detectron2_soft255", "Soma pastes masks straight to runs, never soft values");
        int n = masks.dim(0);
        Detections d =
                new Detections(boxes, Tensor.zeros(n), Tensor.full(DType.INT32, 0, n), masks, h, w);
        Instances pasted = TorchvisionPaste.postprocess(d, h, w, 0.5);
        int[][] torchvision = pasted.masks().stream().map(m -> m.counts()).toArray(int[][]::new);
        float[] soft = c.floats("torchvision");
        long[] expected = new long[soft.length];
        for (int i = 0; i < soft.length; i++) {
            expected[i] = soft[i] > 0.5f ? 1 : 0;
        }
        long[] actual = Arrays.stream(rowMajor(torchvision, h, w)).asLongStream().toArray();
        c.report()
                .exact(
                        c.name() + ".torchvision > 0.5",
                        c.stored("torchvision").shape().toString(),
                        expected,
                        actual,
                        i -> Math.abs(soft[i] - 0.5) < BOUNDARY);
    }

    /** Masks of column-major runs as 0 and 1, row by row. */
    private static int[] rowMajor(int[][] runs, int h, int w) {
        int[] out = new int[runs.length * h * w];
        for (int m = 0; m < runs.length; m++) {
            int pixel = 0;
            for (int r = 0; r < runs[m].length; r++) {
                for (int k = 0; k < runs[m][r]; k++, pixel++) {
                    out[m * h * w + pixel % h * w + pixel / h] = r % 2;
                }
            }
        }
        return out;
    }
}
