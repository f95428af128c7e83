package soma.maskrcnn.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.SharedFiles;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.model.MaskRcnn;
import soma.nn.RandomStreams;
import soma.nn.checkpoint.CheckpointException;
import soma.nn.checkpoint.Checkpoints;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;
import soma.tensor.Shape;

import java.util.List;
import java.util.Map;

/** Names and class orders of detectron2's zoo, Caffe2 and torchvision. */
class ModelFileTest {
    private static final String HOSTILE = "golden/data/hostile/checkpoints/";

    private static void assertSame(StateDict expected, StateDict actual) {
        assertEquals(expected.names(), actual.names());
        expected.tensors()
                .forEach(
                        (name, t) ->
                                assertTrue(
                                        t.sameBits(actual.get(name)),
                                        () -> name + ": " + t + ", got " + actual.get(name)));
    }

    private static StateDict sorted(StateDict dict) {
        StateDict out = new StateDict(dict.source());
        dict.names().stream().sorted().forEach(n -> out.put(n, dict.get(n)));
        return out;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "valid_caffe2_author",
                "valid_caffe2_blobs",
                "valid_caffe2_blobs_python2",
                "valid_caffe2_imagenet_python2",
                "valid_detectron2_zoo"
            })
    void readsTheZoosPicklesAsDetectron2Does(String name) {
        StateDict read = Checkpoints.read(SharedFiles.require(HOSTILE + name + ".pkl"));
        StateDict expected =
                Checkpoints.read(SharedFiles.require(HOSTILE + name + ".expected.safetensors"));
        assertSame(sorted(expected), sorted(ModelFile.inDetectron2Names(read, false)));
    }

    private static MaskRcnn model() {
        return MaskRcnn.from(
                Config.load(
                        "mask_rcnn_R_50_FPN_3x",
                        List.of(
                                "MODEL.RESNETS.STEM_OUT_CHANNELS=8",
                                "MODEL.RESNETS.RES2_OUT_CHANNELS=8",
                                "MODEL.RESNETS.WIDTH_PER_GROUP=2",
                                "SOMA.RESNET_BLOCKS=[1,2,1,1]",
                                "MODEL.FPN.OUT_CHANNELS=8",
                                "MODEL.ROI_BOX_HEAD.FC_DIM=8",
                                "MODEL.ROI_MASK_HEAD.CONV_DIM=8",
                                "MODEL.ROI_HEADS.NUM_CLASSES=3")));
    }

    private static StateDict initialized(MaskRcnn model) {
        model.initialize(Device.cpu(), new RandomStreams(5));
        return model.stateDict();
    }

    @Test
    void torchvisionsNamesThereAndBackAreExact() {
        try (MaskRcnn model = model()) {
            StateDict ours = initialized(model);
            StateDict theirs = ModelFile.inTorchvisionNames(ours);
            assertTrue(theirs.contains("backbone.body.layer2.1.bn3.running_var"));
            assertTrue(theirs.contains("backbone.body.layer2.0.downsample.1.weight"));
            assertTrue(theirs.contains("backbone.fpn.inner_blocks.0.0.weight"));
            assertTrue(theirs.contains("roi_heads.mask_head.3.0.bias"));
            assertEquals(
                    Shape.of(16, 8),
                    theirs.get("roi_heads.box_predictor.bbox_pred.weight").shape());
            float[] scores = theirs.get("roi_heads.box_predictor.cls_score.weight").floats();
            float[] own = ours.get("roi_heads.box_predictor.cls_score.weight").floats();
            for (int i = 0; i < 8; i++) {
                assertEquals(own[3 * 8 + i], scores[i], "background first");
                assertEquals(own[i], scores[8 + i]);
            }
            assertSame(ours, ModelFile.inDetectron2Names(theirs, false));
        }
    }

    @Test
    void theRowsOfUnusedSlotsComeBack() {
        StateDict theirs = Checkpoints.read(SharedFiles.require("golden/models/tv/weights.pth"));
        StateDict ours = ModelFile.inDetectron2Names(theirs, true);
        assertSame(theirs, ModelFile.inTorchvisionNames(ours));
        assertFalse(
                ModelFile.inDetectron2Names(theirs, false).names().stream()
                        .anyMatch(n -> n.startsWith(TorchvisionNames.UNUSED)));
    }

    @Test
    void oldTorchvisionNamesAreTheSameLayers() {
        try (MaskRcnn model = model()) {
            StateDict ours = initialized(model);
            StateDict old =
                    ModelFile.inTorchvisionNames(ours)
                            .renamed(
                                    n ->
                                            n.replaceAll(
                                                            "(inner|layer)_blocks\\.(\\d)\\.0",
                                                            "$1_blocks.$2")
                                                    .replace("rpn.head.conv.0.0", "rpn.head.conv"));
            StateDict older = new StateDict("old");
            for (Map.Entry<String, HostTensor> e : old.tensors().entrySet()) {
                String name = e.getKey();
                for (int i = 0; i < 4; i++) {
                    name =
                            name.replace(
                                    "roi_heads.mask_head." + i + ".0.",
                                    "roi_heads.mask_head.mask_fcn" + (i + 1) + ".");
                }
                older.put(name, e.getValue());
            }
            assertSame(sorted(ours), sorted(ModelFile.inDetectron2Names(older, false)));
        }
    }

    @Test
    void endingsFindTheirPlaceInTheModel() {
        try (MaskRcnn model = model()) {
            StateDict ours = initialized(model);
            StateDict zoo = new StateDict("R-50.pkl").naming(StateDict.Naming.SUFFIXES);
            String bottomUp = "backbone.bottom_up.";
            ours.tensors()
                    .forEach(
                            (name, t) -> {
                                if (name.startsWith(bottomUp) && !name.contains("running_")) {
                                    zoo.put(name.substring(bottomUp.length()), t);
                                }
                            });
            zoo.put("linear.weight", HostTensor.of(new float[4], 2, 2));
            StateDict named = ModelFile.forModel(zoo, model);
            assertTrue(named.contains("linear.weight"));
            assertTrue(
                    named.get(bottomUp + "res2.0.conv1.weight")
                            .sameBits(ours.get(bottomUp + "res2.0.conv1.weight")));
            assertArrayEquals(
                    new float[] {1, 1},
                    named.get(bottomUp + "res2.0.conv1.norm.running_var").floats());
        }
    }

    @Test
    void anEndingOfTwoNamesIsRefused() {
        try (MaskRcnn model = model()) {
            StateDict zoo = new StateDict("x.pkl").naming(StateDict.Naming.SUFFIXES);
            zoo.put("conv1.weight", HostTensor.of(new float[2 * 8], 2, 8, 1, 1));
            zoo.put("norm.weight", HostTensor.of(new float[8], 8));
            CheckpointException e =
                    assertThrows(CheckpointException.class, () -> ModelFile.forModel(zoo, model));
            assertTrue(e.getMessage().contains("norm.weight: fits both"), e.getMessage());
        }
    }
}
