package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.maskrcnn.config.Config;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;

import java.util.ArrayList;
import java.util.List;

/**
 * A trace of torchvision's model in Soma's names: its maps are numbered, and its class 0 is the
 * background, with boxes of its own that no result depends on.
 */
final class TorchvisionTrace implements TraceParity.Names {
    /** The config of a model whose widths its weights tell. */
    static Config config(StateDict weights, JsonNode architecture) {
        List<String> overrides = new ArrayList<>();
        overrides.add("INPUT.MIN_SIZE_TEST=" + architecture.required("min_size").asInt());
        overrides.add("INPUT.MAX_SIZE_TEST=" + architecture.required("max_size").asInt());
        String body = "backbone.body.";
        width(overrides, weights, "MODEL.RESNETS.STEM_OUT_CHANNELS", body + "conv1.weight");
        width(
                overrides,
                weights,
                "MODEL.RESNETS.RES2_OUT_CHANNELS",
                body + "layer1.0.conv3.weight");
        width(overrides, weights, "MODEL.RESNETS.WIDTH_PER_GROUP", body + "layer1.0.conv1.weight");
        width(overrides, weights, "MODEL.ROI_BOX_HEAD.FC_DIM", "roi_heads.box_head.fc6.weight");
        String fpn = "backbone.fpn.inner_blocks.0";
        boolean old = weights.contains(fpn + ".weight");
        width(overrides, weights, "MODEL.FPN.OUT_CHANNELS", fpn + (old ? ".weight" : ".0.weight"));
        width(
                overrides,
                weights,
                "MODEL.ROI_MASK_HEAD.CONV_DIM",
                "roi_heads.mask_predictor.conv5_mask.bias");
        overrides.add(ModelParity.blocks(weights, body + "layer", 1));
        int classes = rows(weights, "roi_heads.box_predictor.cls_score.weight") - 1;
        overrides.add("MODEL.ROI_HEADS.NUM_CLASSES=" + classes);
        return Config.load("torchvision_maskrcnn_resnet50_fpn", overrides);
    }

    private static int rows(StateDict weights, String name) {
        return weights.require(name).shape().dim(0);
    }

    private static void width(
            List<String> overrides, StateDict weights, String key, String weight) {
        overrides.add(key + "=" + rows(weights, weight));
    }

    @Override
    public String ofSoma(String name) {
        if (name.startsWith("body.")) {
            return "res" + level(name.substring("body.".length()));
        }
        if (name.startsWith("features.")) {
            return "p" + level(name.substring("features.".length()));
        }
        if (name.startsWith("rpn.")) {
            int dot = name.lastIndexOf('.');
            return name.substring(0, dot) + ".p" + level(name.substring(dot + 1));
        }
        return name.equals("detections.labels") ? "detections.classes" : name;
    }

    private static int level(String number) {
        return number.equals("pool") ? 6 : Integer.parseInt(number) + 2;
    }

    /** Background first; labels from 1. */
    @Override
    public HostTensor converted(String name, HostTensor ours) {
        return switch (name) {
            case "box.scores" -> backgroundFirst(ours);
            case "detections.labels" -> {
                long[] labels = ours.longs();
                for (int i = 0; i < labels.length; i++) {
                    labels[i]++;
                }
                yield HostTensor.of(labels, labels.length);
            }
            default -> ours;
        };
    }

    private static HostTensor backgroundFirst(HostTensor scores) {
        float[] from = scores.floats();
        int columns = scores.shape().dim(1);
        float[] to = new float[from.length];
        for (int i = 0; i < from.length; i++) {
            int column = i % columns;
            to[i - column + (column + 1) % columns] = from[i];
        }
        return HostTensor.of(to, scores.shape().dims());
    }

    /** The background's deltas say nothing. */
    @Override
    public HostTensor comparable(String name, HostTensor recorded) {
        if (!name.equals("box.deltas")) {
            return recorded;
        }
        int rows = recorded.shape().dim(0);
        int columns = recorded.shape().dim(1);
        float[] all = recorded.floats();
        float[] kept = new float[rows * (columns - 4)];
        for (int r = 0; r < rows; r++) {
            System.arraycopy(all, r * columns + 4, kept, r * (columns - 4), columns - 4);
        }
        return HostTensor.of(kept, rows, columns - 4);
    }
}
