package soma.maskrcnn.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What becomes of each key: most work; these tables list the rest.
 *
 * <p>{@link #ONLY}: keys of which some values work; any other would change the numbers and is an
 * error. {@link #NO_EFFECT}: keys and sections that change nothing here, or nothing with the values
 * that {@code ONLY} leaves; setting one gives a notice.
 */
final class KeySupport {
    private KeySupport() {}

    /** The values of a key that work, and what the others would be. */
    private record Only(List<Object> values, String others) {}

    private static final Map<String, Only> ONLY = new LinkedHashMap<>();

    private static void only(String key, String others, Object... values) {
        KeyType type = Defaults.get().type(key);
        List<Object> converted = new ArrayList<>();
        for (Object value : values) {
            converted.add(type.convert(value));
        }
        ONLY.put(key, new Only(converted, others));
    }

    static {
        only("VERSION", "other versions", 2L);
        only("MODEL.META_ARCHITECTURE", "one-stage and panoptic models", "GeneralizedRCNN");
        only("MODEL.MASK_ON", "box-only models", true);
        only("MODEL.KEYPOINT_ON", "keypoint heads", false);
        only("MODEL.LOAD_PROPOSALS", "precomputed proposals", false);
        only("MODEL.BACKBONE.NAME", "C4, DC5 and other backbones", "build_resnet_fpn_backbone");
        only("MODEL.FPN.FUSE_TYPE", "nothing else", "sum", "avg");
        only("MODEL.FPN.NORM", "other norms, but SyncBN is BN here", "", "GN", "BN");
        only("MODEL.PROPOSAL_GENERATOR.NAME", "rotated and precomputed proposals", "RPN");
        only("MODEL.ANCHOR_GENERATOR.NAME", "rotated anchors", "DefaultAnchorGenerator");
        only("MODEL.RPN.HEAD_NAME", "other heads", "StandardRPNHead");
        only("MODEL.RPN.BOUNDARY_THRESH", "pruning of anchors at the border", -1L);
        only("MODEL.RPN.BBOX_REG_LOSS_TYPE", "IoU losses", "smooth_l1");
        only("MODEL.ROI_HEADS.NAME", "C4 and cascade heads", "StandardROIHeads");
        only("MODEL.ROI_BOX_HEAD.NAME", "other box heads", "FastRCNNConvFCHead");
        only("MODEL.ROI_BOX_HEAD.BBOX_REG_LOSS_TYPE", "IoU losses", "smooth_l1");
        only("MODEL.ROI_BOX_HEAD.POOLER_TYPE", "other poolers", "ROIAlignV2", "ROIAlign");
        only("MODEL.ROI_BOX_HEAD.NORM", "other norms, but SyncBN is BN here", "", "GN", "BN");
        only("MODEL.ROI_BOX_HEAD.USE_FED_LOSS", "the federated loss", false);
        only("MODEL.ROI_BOX_HEAD.USE_SIGMOID_CE", "the sigmoid loss", false);
        only("MODEL.ROI_MASK_HEAD.NAME", "other mask heads", "MaskRCNNConvUpsampleHead");
        only("MODEL.ROI_MASK_HEAD.POOLER_TYPE", "other poolers", "ROIAlignV2", "ROIAlign");
        only("MODEL.ROI_MASK_HEAD.NORM", "other norms, but SyncBN is BN here", "", "GN", "BN");
        only("MODEL.RESNETS.DEPTH", "ResNets of basic blocks", 50L, 101L, 152L);
        only("MODEL.RESNETS.NORM", "other norms, but SyncBN is BN here", "FrozenBN", "BN", "GN");
        only("MODEL.RESNETS.RES5_DILATION", "dilation, which FPN can't follow", 1L);
        only(
                "MODEL.RESNETS.DEFORM_ON_PER_STAGE",
                "deformable convolution",
                List.of(false, false, false, false));
        only("INPUT.FORMAT", "other colour spaces", "BGR", "RGB");
        only("INPUT.MASK_FORMAT", "nothing else", "polygon", "bitmask");
        only(
                "DATALOADER.SAMPLER_TRAIN",
                "other samplers",
                "TrainingSampler",
                "RepeatFactorTrainingSampler");
        only("SOLVER.LR_SCHEDULER_NAME", "other schedules", "WarmupMultiStepLR", "WarmupCosineLR");
        only("SOLVER.RESCALE_INTERVAL", "rescaled schedules", false);
        only("SOLVER.REFERENCE_WORLD_SIZE", "scaling to a number of workers", 0L);
        only("SOLVER.AMP.ENABLED", "float16 training (see SOMA.PRECISION)", false);
        only("TEST.PRECISE_BN.ENABLED", "precise batch norm", false);
        only("SOMA.FLAVOUR", "nothing else", "detectron2", "torchvision");
        only("SOMA.NORMALIZATION", "nothing else", "config", "imagenet", "data");
        only("SOMA.PRECISION", "nothing else", "float32", "tf32", "bf16");
        only("SOMA.ENSEMBLE.METHOD", "nothing else", "nms", "soft-nms", "wbf", "nmw");
        only("SOMA.ENSEMBLE.MASKS", "nothing else", "winner", "average", "vote");
        only(
                "SOMA.ENSEMBLE.CONF_TYPE",
                "nothing else",
                "avg",
                "max",
                "box_and_model_avg",
                "absent_model_aware_avg");
        only("SOMA.ENSEMBLE.IN_MEMORY", "nothing else", "auto", "all", "one");
        only("SOMA.ENSEMBLE.DECAY", "nothing else", "gaussian", "linear");
        only("SOMA.POST.SCORE_THRESHOLD_CLASS", "nothing else", "own", "majority");
        only("SOMA.POST.MIN_PIXELS_CLASS", "nothing else", "own", "majority");
        only("SOMA.TTA.MERGE", "nothing else", "detectron2", "nms", "wbf");
    }

    /** A name that ends in a dot stands for a whole section. */
    static final List<String> NO_EFFECT =
            List.of(
                    // Where and how fast: the command line decides.
                    "MODEL.DEVICE",
                    "DATASETS.",
                    "DATALOADER.NUM_WORKERS",
                    "OUTPUT_DIR",
                    "CUDNN_BENCHMARK",
                    "FLOAT32_PRECISION",
                    "VIS_PERIOD",
                    "TEST.EXPECTED_RESULTS",
                    "GLOBAL.",
                    // Parts that another key would have to turn on, and ONLY forbids that.
                    "MODEL.ANCHOR_GENERATOR.ANGLES",
                    "MODEL.RETINANET.",
                    "MODEL.ROI_BOX_CASCADE_HEAD.",
                    "MODEL.ROI_BOX_HEAD.FED_LOSS_FREQ_WEIGHT_POWER",
                    "MODEL.ROI_BOX_HEAD.FED_LOSS_NUM_CLASSES",
                    "MODEL.ROI_KEYPOINT_HEAD.",
                    "MODEL.SEM_SEG_HEAD.",
                    "MODEL.PANOPTIC_FPN.",
                    "MODEL.RESNETS.DEFORM_MODULATED",
                    "MODEL.RESNETS.DEFORM_NUM_GROUPS",
                    "SOLVER.NUM_DECAYS",
                    "TEST.KEYPOINT_OKS_SIGMAS",
                    "TEST.PRECISE_BN.NUM_ITER");

    /** Whether setting {@code key} changes nothing. */
    static boolean hasNoEffect(String key) {
        return NO_EFFECT.stream()
                .anyMatch(k -> k.endsWith(".") ? key.startsWith(k) : key.equals(k));
    }

    /**
     * Checks the values that only partly work.
     *
     * @throws soma.tensor.SomaException for the first key with a value that isn't supported
     */
    static void check(ConfigNode config) {
        // What somebody wrote tells more than what the defaults, a C4 detector, lack.
        for (boolean set : new boolean[] {true, false}) {
            ONLY.forEach(
                    (key, only) -> {
                        boolean works = only.values.contains(config.value(key));
                        if (!works && config.isSet(key) == set) {
                            throw config.invalid(key, expected(only, set));
                        }
                    });
        }
    }

    /** The keys of {@code changed} that have no effect, sorted. */
    static TreeSet<String> withoutEffect(Iterable<String> changed) {
        TreeSet<String> keys = new TreeSet<>();
        for (String key : changed) {
            if (hasNoEffect(key)) {
                keys.add(key);
            }
        }
        return keys;
    }

    private static String expected(Only only, boolean set) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < only.values.size(); i++) {
            text.append(i == 0 ? "" : i == only.values.size() - 1 ? " or " : ", ");
            text.append(YamlWriter.value(only.values.get(i)));
        }
        if (!only.others.equals("nothing else")) {
            text.append(" (not supported: ").append(only.others);
            // Files that say little start from detectron2's defaults, which are a C4 detector.
            text.append(set ? ")" : "; _BASE_: mask_rcnn_R_50_FPN_3x sets it)");
        }
        return text.toString();
    }
}
