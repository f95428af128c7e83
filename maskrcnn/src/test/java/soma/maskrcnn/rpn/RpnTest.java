package soma.maskrcnn.rpn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.GoldenOps;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.GroundTruth;
import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.forward.TrainingLosses;
import soma.maskrcnn.structures.Rle;
import soma.nn.SeededRandom;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

class RpnTest {
    private static final int[] STRIDES = {4, 8, 16, 32, 64};

    private static RpnConfig config(String... overrides) {
        return RpnConfig.from(Config.load("mask_rcnn_R_50_FPN_3x", List.of(overrides)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cpu-reference"})
    void selectsProposalsLikeDetectron2(String device) {
        GoldenOps golden = new GoldenOps("proposals");
        ProposalSelector selector =
                new ProposalSelector(
                        config(
                                "MODEL.RPN.PRE_NMS_TOPK_TEST=100",
                                "MODEL.RPN.POST_NMS_TOPK_TEST=120"));
        try (Scope _ = Scope.open("test", Device.of(device))) {
            List<Tensor> anchors = new ArrayList<>();
            List<Tensor> logits = new ArrayList<>();
            List<Tensor> deltas = new ArrayList<>();
            for (int l = 0; l < 3; l++) {
                // The fixture has decoded boxes: take them as anchors that stay where they are.
                Tensor boxes = golden.tensor("rpn.boxes" + l);
                anchors.add(boxes);
                logits.add(golden.tensor("rpn.logits" + l).reshape(1, boxes.dim(0)));
                deltas.add(Tensor.zeros(1, boxes.dim(0), 4));
            }
            Proposals p = selector.select(0, anchors, logits, deltas, 200, 320, false);
            golden.check("rpn.out_boxes", p.boxes());
            golden.check("rpn.out_logits", p.logits());
        }
    }

    @Test
    void dropsWhatIsNotFiniteAndRefusesItInTraining() {
        ProposalSelector selector = new ProposalSelector(config());
        try (Scope _ = Scope.open("test", Device.cpu())) {
            List<Tensor> anchors =
                    List.of(Tensor.of(new float[] {0, 0, 9, 9, 20, 20, 39, 39}, 2, 4));
            List<Tensor> logits = List.of(Tensor.of(new float[] {Float.NaN, 1}, 1, 2));
            List<Tensor> deltas = List.of(Tensor.zeros(1, 2, 4));
            Proposals p = selector.select(0, anchors, logits, deltas, 64, 64, false);
            assertEquals(1, p.boxes().dim(0));
            assertEquals(1, p.logits().item());
            assertThrows(
                    DivergenceException.class,
                    () -> selector.select(0, anchors, logits, deltas, 64, 64, true));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"two-images", "one-empty", "none", "beta"})
    void lossesAndGradientsLikeDetectron2(String name) {
        GoldenOps golden = new GoldenOps("rpn_loss");
        String beta = name.equals("beta") ? "0.5" : "0.0";
        RpnConfig config =
                config("MODEL.RPN.BATCH_SIZE_PER_IMAGE=16384", "MODEL.RPN.SMOOTH_L1_BETA=" + beta);
        double[][] sizes = {{32}, {64}, {128}, {256}, {512}};
        AnchorConfig anchorConfig = new AnchorConfig(sizes, new double[][] {{0.5, 1, 2}}, 0, false);
        int[][] maps = {{16, 24}, {8, 12}, {4, 6}, {2, 3}, {1, 2}};
        try (Scope _ = Scope.open("test", Device.cpu());
                Rpn rpn = new Rpn(config, anchorConfig, STRIDES, 8)) {
            AnchorGenerator generator = new AnchorGenerator(anchorConfig, STRIDES);
            Tensor logits = golden.tensor(name + ".logits").leaf("logits");
            Tensor deltas = golden.tensor(name + ".deltas").leaf("deltas");
            List<Tensor> anchors = new ArrayList<>();
            List<Tensor> logitLevels = new ArrayList<>();
            List<Tensor> deltaLevels = new ArrayList<>();
            int from = 0;
            for (int l = 0; l < maps.length; l++) {
                Tensor grid = generator.grid(l, maps[l][0], maps[l][1], 64, 96);
                int to = from + grid.dim(0);
                anchors.add(grid);
                logitLevels.add(logits.slice(1, from, to));
                deltaLevels.add(deltas.slice(1, from, to));
                from = to;
            }
            assertEquals(logits.dim(1), from);
            TrainingLosses losses = new TrainingLosses();
            List<GroundTruth> truths =
                    List.of(
                            truth(golden.floats(name + ".gt0")),
                            truth(golden.floats(name + ".gt1")));
            rpn.losses(
                    new Rpn.Predictions(anchors, logitLevels, deltaLevels),
                    truths,
                    new SeededRandom(1, "test"),
                    losses);
            golden.check(name + ".loss_rpn_cls", losses.losses().get("loss_rpn_cls").item());
            golden.check(name + ".loss_rpn_loc", losses.losses().get("loss_rpn_loc").item());
            Gradients g = Autograd.backward(losses.total());
            golden.check(name + ".grad.logits", g.of(logits));
            golden.check(name + ".grad.deltas", g.of(deltas));
            int positives = 0;
            for (int label : golden.ints(name + ".labels")) {
                positives += label == 1 ? 1 : 0;
            }
            assertEquals(positives / 2.0, losses.metrics().get("rpn/num_pos_anchors"));
        }
    }

    private static GroundTruth truth(float[] boxes) {
        int n = boxes.length / 4;
        Segmentation any = new Segmentation.OfRle(Rle.box(64, 96, 0, 0, 1, 1));
        return new GroundTruth(64, 96, boxes, new int[n], Collections.nCopies(n, any));
    }

    @Test
    void severalConvolutionsAreNumberedAsInDetectron2() {
        RpnConfig config = config("MODEL.RPN.CONV_DIMS=[-1, 12]");
        double[][] sizes = {{32}};
        try (Rpn rpn =
                new Rpn(
                        config,
                        new AnchorConfig(sizes, new double[][] {{1}}, 0, false),
                        STRIDES,
                        8)) {
            assertTrue(rpn.state().containsKey("rpn_head.conv.conv0.weight"));
            assertEquals(
                    soma.tensor.Shape.of(12, 8, 3, 3),
                    rpn.state().get("rpn_head.conv.conv1.weight").stateShape());
            assertEquals(
                    soma.tensor.Shape.of(4, 12, 1, 1),
                    rpn.state().get("rpn_head.anchor_deltas.weight").stateShape());
        }
    }
}
