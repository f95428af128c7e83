package soma.maskrcnn.checkpoint;

import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Detectron's blobs (Caffe2) as endings of detectron2's names, as detectron2's {@code
 * convert_c2_detectron_names} has them. Its class 0 is the background: that becomes the last class
 * of the scores and vanishes from boxes and masks.
 */
final class Caffe2Names {
    /** A part of a name, and what stands for it. */
    private record Rule(Pattern part, String replacement) {
        static Rule of(String part, String replacement) {
            return new Rule(Pattern.compile(part), replacement);
        }
    }

    /** Applied one after another, to names whose underscores have become dots. */
    private static final List<Rule> RULES =
            List.of(
                    Rule.of("^pred\\.([bw])$", "linear.$1"),
                    Rule.of("\\.b$", ".bias"),
                    Rule.of("\\.w$", ".weight"),
                    Rule.of("bn\\.(?:s|gamma)$", "norm.weight"),
                    Rule.of("bn\\.(?:bias|beta)$", "norm.bias"),
                    Rule.of("bn\\.(?:rm|running\\.mean$)", "norm.running_mean"),
                    Rule.of("bn\\.(?:riv|running\\.var)$", "norm.running_var"),
                    Rule.of("gn\\.s$", "norm.weight"),
                    Rule.of("gn\\.bias$", "norm.bias"),
                    Rule.of("^res\\.conv1\\.norm\\.", "conv1.norm."),
                    Rule.of("^conv1\\.", "stem.conv1."),
                    Rule.of("\\.branch1\\.", ".shortcut."),
                    Rule.of("\\.branch2a\\.", ".conv1."),
                    Rule.of("\\.branch2b\\.", ".conv2."),
                    Rule.of("\\.branch2c\\.", ".conv3."),
                    Rule.of("conv\\.rpn(?:\\.fpn2)?", "proposal_generator.rpn_head.conv"),
                    Rule.of(
                            "rpn\\.bbox\\.pred(?:\\.fpn2)?",
                            "proposal_generator.rpn_head.anchor_deltas"),
                    Rule.of(
                            "rpn\\.cls\\.logits(?:\\.fpn2)?",
                            "proposal_generator.rpn_head.objectness_logits"),
                    Rule.of("^bbox\\.pred", "bbox_pred"),
                    Rule.of("^cls\\.score", "cls_score"),
                    Rule.of("^fc6\\.", "box_head.fc1."),
                    Rule.of("^fc7\\.", "box_head.fc2."),
                    Rule.of("^head\\.conv", "box_head.conv"),
                    Rule.of(
                            "^fpn\\.inner\\.res(\\d+)\\..*?((?:\\.norm)?\\.\\w+)$",
                            "fpn_lateral$1$2"),
                    Rule.of("^fpn\\.res(\\d+)\\..*?((?:\\.norm)?\\.\\w+)$", "fpn_output$1$2"),
                    Rule.of("\\.\\[mask]\\.fcn", "mask_head.mask_fcn"),
                    Rule.of("^\\.mask\\.fcn", "mask_head.mask_fcn"),
                    Rule.of("mask\\.fcn\\.logits", "mask_head.predictor"),
                    Rule.of("conv5\\.mask", "mask_head.deconv"));

    private Caffe2Names() {}

    /** The same tensors under the endings of detectron2's names and in its order of classes. */
    static StateDict toDetectron2(StateDict blobs) {
        StateDict out = new StateDict(blobs.source());
        blobs.renamed(Caffe2Names::rename)
                .tensors()
                .forEach((name, tensor) -> out.put(name, withoutBackground(name, tensor)));
        out.metadata().putAll(blobs.metadata());
        return out.naming(StateDict.Naming.SUFFIXES);
    }

    private static String rename(String blob) {
        String name = blob.replace('_', '.');
        for (Rule rule : RULES) {
            name = rule.part.matcher(name).replaceAll(rule.replacement);
        }
        return name;
    }

    private static HostTensor withoutBackground(String name, HostTensor t) {
        if (name.startsWith("bbox_pred.")) {
            return ClassRows.without(t, 4);
        }
        if (name.startsWith("mask_head.predictor.")) {
            return ClassRows.without(t, 1);
        }
        return name.startsWith("cls_score.") ? ClassRows.firstToLast(t) : t;
    }
}
