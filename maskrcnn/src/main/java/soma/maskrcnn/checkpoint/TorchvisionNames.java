package soma.maskrcnn.checkpoint;

import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * torchvision's {@code maskrcnn_resnet50_fpn} beside detectron2's names, both ways. torchvision's
 * class 0 is the background, with slots in the box and mask predictors that no loss and no result
 * depends on; detectron2's background is the last class and has none.
 */
final class TorchvisionNames {
    /** Under this prefix the rows of the unused slots are kept, so that the way back is exact. */
    static final String UNUSED = "torchvision_background.";

    private static final String BODY = "backbone.body.";
    private static final String BOTTOM_UP = "backbone.bottom_up.";
    private static final String CLS_SCORE = "roi_heads.box_predictor.cls_score.";
    private static final String BBOX_PRED = "roi_heads.box_predictor.bbox_pred.";
    private static final String MASK_PREDICTOR = "roi_heads.mask_head.predictor.";
    private static final String COUNTER = ".num_batches_tracked";

    /** Names of layers; what follows is {@code weight} or {@code bias}. */
    private static final Map<String, String> LAYERS = new LinkedHashMap<>();

    /** What torchvision before 0.14 called some of them. */
    private static final Map<String, String> OLD_LAYERS = new LinkedHashMap<>();

    static {
        for (int i = 0; i < 4; i++) {
            both("backbone.fpn.inner_blocks." + i, ".0", "backbone.fpn_lateral" + (i + 2));
            both("backbone.fpn.layer_blocks." + i, ".0", "backbone.fpn_output" + (i + 2));
            String fcn = "roi_heads.mask_head.mask_fcn" + (i + 1);
            LAYERS.put("roi_heads.mask_head." + i + ".0", fcn);
            OLD_LAYERS.put(fcn, fcn);
        }
        both("rpn.head.conv", ".0.0", "proposal_generator.rpn_head.conv");
        LAYERS.put("rpn.head.cls_logits", "proposal_generator.rpn_head.objectness_logits");
        LAYERS.put("rpn.head.bbox_pred", "proposal_generator.rpn_head.anchor_deltas");
        LAYERS.put("roi_heads.box_head.fc6", "roi_heads.box_head.fc1");
        LAYERS.put("roi_heads.box_head.fc7", "roi_heads.box_head.fc2");
        LAYERS.put("roi_heads.box_predictor.cls_score", "roi_heads.box_predictor.cls_score");
        LAYERS.put("roi_heads.box_predictor.bbox_pred", "roi_heads.box_predictor.bbox_pred");
        LAYERS.put("roi_heads.mask_predictor.conv5_mask", "roi_heads.mask_head.deconv");
        LAYERS.put("roi_heads.mask_predictor.mask_fcn_logits", "roi_heads.mask_head.predictor");
    }

    private static void both(String old, String more, String detectron2) {
        OLD_LAYERS.put(old, detectron2);
        LAYERS.put(old + more, detectron2);
    }

    private static final Pattern THEIR_CONV =
            Pattern.compile("(?:layer(\\d)\\.(\\d+)\\.)?(conv|bn)(\\d)\\.(\\w+)");
    private static final Pattern THEIR_SHORTCUT =
            Pattern.compile("layer(\\d)\\.(\\d+)\\.downsample\\.([01])\\.(\\w+)");
    private static final Pattern OUR_CONV =
            Pattern.compile("(?:stem|res(\\d)\\.(\\d+))\\.(conv\\d|shortcut)\\.(norm\\.)?(\\w+)");

    private TorchvisionNames() {}

    /** Whether names are those of torchvision's Mask R-CNN. */
    static boolean isMaskRcnn(StateDict dict) {
        return dict.names().stream().anyMatch(n -> n.startsWith(BODY));
    }

    /** Whether names are those of torchvision's classification ResNet. */
    static boolean isResNet(StateDict dict) {
        return dict.contains("conv1.weight") && dict.contains("layer1.0.conv1.weight");
    }

    /** A classification ResNet under the endings of detectron2's names. */
    static StateDict resNetToDetectron2(StateDict dict) {
        return dict.renamed(
                        n -> {
                            String ours = n.endsWith(COUNTER) ? null : bodyToDetectron2(n);
                            return ours == null && n.startsWith("fc.")
                                    ? "linear" + n.substring(2)
                                    : ours;
                        })
                .naming(StateDict.Naming.SUFFIXES);
    }

    /**
     * A Mask R-CNN under detectron2's names and in its order of classes.
     *
     * @param keepUnused whether the rows of the background's slots are kept, under {@link #UNUSED}
     */
    static StateDict toDetectron2(StateDict theirs, boolean keepUnused) {
        StateDict out = new StateDict(theirs.source());
        out.metadata().putAll(theirs.metadata());
        theirs.renamed(TorchvisionNames::nameInDetectron2)
                .tensors()
                .forEach(
                        (name, t) -> {
                            int slots = backgroundRows(name);
                            if (name.startsWith(CLS_SCORE)) {
                                out.put(name, ClassRows.firstToLast(t));
                            } else if (slots == 0) {
                                out.put(name, t);
                            } else {
                                out.put(name, ClassRows.without(t, slots));
                                if (keepUnused) {
                                    out.put(UNUSED + name, t.rows(0, slots));
                                }
                            }
                        });
        return out;
    }

    /** The way back; slots whose rows were not kept are zero. */
    static StateDict fromDetectron2(StateDict ours) {
        StateDict named = new StateDict(ours.source());
        named.metadata().putAll(ours.metadata());
        ours.tensors()
                .forEach(
                        (name, t) -> {
                            int slots = backgroundRows(name);
                            if (name.startsWith(CLS_SCORE)) {
                                named.put(name, ClassRows.lastToFirst(t));
                            } else if (slots > 0) {
                                named.put(name, withSlots(t, slots, ours.get(UNUSED + name)));
                            } else if (!name.startsWith(UNUSED)) {
                                named.put(name, t);
                            }
                        });
        return named.renamed(TorchvisionNames::nameInTorchvision);
    }

    private static HostTensor withSlots(HostTensor t, int slots, HostTensor kept) {
        int[] dims = t.shape().dims();
        dims[0] = slots;
        return HostTensor.joined(kept == null ? HostTensor.zeros(t.type(), dims) : kept, t);
    }

    private static int backgroundRows(String name) {
        if (name.startsWith(BBOX_PRED)) {
            return 4;
        }
        return name.startsWith(MASK_PREDICTOR) ? 1 : 0;
    }

    /** Names that are not torchvision's stay, to be reported as unexpected. */
    private static String nameInDetectron2(String theirs) {
        if (theirs.endsWith(COUNTER)) {
            return null;
        }
        if (theirs.startsWith(BODY)) {
            String body = bodyToDetectron2(theirs.substring(BODY.length()));
            return body == null ? theirs : BOTTOM_UP + body;
        }
        for (Map<String, String> layers : List.of(LAYERS, OLD_LAYERS)) {
            String ours = layers.get(layer(theirs));
            if (ours != null) {
                return ours + theirs.substring(layer(theirs).length());
            }
        }
        return theirs;
    }

    private static String nameInTorchvision(String ours) {
        if (ours.startsWith(BOTTOM_UP)) {
            String body = bodyToTorchvision(ours.substring(BOTTOM_UP.length()));
            return body == null ? ours : BODY + body;
        }
        for (Map.Entry<String, String> e : LAYERS.entrySet()) {
            if (e.getValue().equals(layer(ours))) {
                return e.getKey() + ours.substring(layer(ours).length());
            }
        }
        return ours;
    }

    private static String layer(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }

    private static String bodyToDetectron2(String theirs) {
        Matcher conv = THEIR_CONV.matcher(theirs);
        Matcher shortcut = THEIR_SHORTCUT.matcher(theirs);
        if (conv.matches()) {
            String norm = conv.group(3).equals("bn") ? "norm." : "";
            return block(conv.group(1), conv.group(2))
                    + ("conv" + conv.group(4) + "." + norm + conv.group(5));
        }
        if (shortcut.matches()) {
            String norm = shortcut.group(3).equals("1") ? "norm." : "";
            return block(shortcut.group(1), shortcut.group(2))
                    + ("shortcut." + norm + shortcut.group(4));
        }
        return null;
    }

    /** torchvision's layer 1 is detectron2's res2. */
    private static String block(String layer, String block) {
        return layer == null ? "stem." : "res" + (Integer.parseInt(layer) + 1) + "." + block + ".";
    }

    private static String bodyToTorchvision(String ours) {
        Matcher m = OUR_CONV.matcher(ours);
        if (!m.matches()) {
            return null;
        }
        boolean norm = m.group(4) != null;
        List<String> parts = new ArrayList<>();
        if (m.group(1) != null) {
            parts.add("layer" + (Integer.parseInt(m.group(1)) - 1));
            parts.add(m.group(2));
        }
        if (m.group(3).equals("shortcut")) {
            parts.add("downsample");
            parts.add(norm ? "1" : "0");
        } else {
            parts.add(norm ? m.group(3).replace("conv", "bn") : m.group(3));
        }
        parts.add(m.group(5));
        return String.join(".", parts);
    }
}
