package soma.maskrcnn.config;

import java.util.Map;
import java.util.Set;

/** Names of keys before detectron2's configuration VERSION 2 (detectron2 config/compat.py). */
final class LegacyKeys {
    private LegacyKeys() {}

    private static final Map<String, String> RENAMED =
            Map.ofEntries(
                    Map.entry("MODEL.RPN_HEAD.NAME", "MODEL.RPN.HEAD_NAME"),
                    Map.entry("MODEL.WEIGHT", "MODEL.WEIGHTS"),
                    Map.entry(
                            "MODEL.PANOPTIC_FPN.SEMANTIC_LOSS_SCALE",
                            "MODEL.SEM_SEG_HEAD.LOSS_WEIGHT"),
                    Map.entry("MODEL.PANOPTIC_FPN.RPN_LOSS_SCALE", "MODEL.RPN.LOSS_WEIGHT"),
                    Map.entry(
                            "MODEL.PANOPTIC_FPN.INSTANCE_LOSS_SCALE",
                            "MODEL.PANOPTIC_FPN.INSTANCE_LOSS_WEIGHT"),
                    Map.entry(
                            "MODEL.PANOPTIC_FPN.COMBINE_ON", "MODEL.PANOPTIC_FPN.COMBINE.ENABLED"),
                    Map.entry(
                            "MODEL.PANOPTIC_FPN.COMBINE_OVERLAP_THRESHOLD",
                            "MODEL.PANOPTIC_FPN.COMBINE.OVERLAP_THRESH"),
                    Map.entry(
                            "MODEL.PANOPTIC_FPN.COMBINE_STUFF_AREA_LIMIT",
                            "MODEL.PANOPTIC_FPN.COMBINE.STUFF_AREA_LIMIT"),
                    Map.entry(
                            "MODEL.PANOPTIC_FPN.COMBINE_INSTANCES_CONFIDENCE_THRESHOLD",
                            "MODEL.PANOPTIC_FPN.COMBINE.INSTANCES_CONFIDENCE_THRESH"),
                    Map.entry("MODEL.ROI_HEADS.SCORE_THRESH", "MODEL.ROI_HEADS.SCORE_THRESH_TEST"),
                    Map.entry("MODEL.ROI_HEADS.NMS", "MODEL.ROI_HEADS.NMS_THRESH_TEST"),
                    Map.entry(
                            "MODEL.RETINANET.INFERENCE_SCORE_THRESHOLD",
                            "MODEL.RETINANET.SCORE_THRESH_TEST"),
                    Map.entry(
                            "MODEL.RETINANET.INFERENCE_TOPK_CANDIDATES",
                            "MODEL.RETINANET.TOPK_CANDIDATES_TEST"),
                    Map.entry(
                            "MODEL.RETINANET.INFERENCE_NMS_THRESHOLD",
                            "MODEL.RETINANET.NMS_THRESH_TEST"),
                    Map.entry("TEST.DETECTIONS_PER_IMG", "TEST.DETECTIONS_PER_IMAGE"),
                    Map.entry("TEST.AUG_ON", "TEST.AUG.ENABLED"),
                    Map.entry("TEST.AUG_MIN_SIZES", "TEST.AUG.MIN_SIZES"),
                    Map.entry("TEST.AUG_MAX_SIZE", "TEST.AUG.MAX_SIZE"),
                    Map.entry("TEST.AUG_FLIP", "TEST.AUG.FLIP"),
                    Map.entry(
                            "MODEL.RPN.ANCHOR_ASPECT_RATIOS",
                            "MODEL.ANCHOR_GENERATOR.ASPECT_RATIOS"),
                    Map.entry("MODEL.RPN.ANCHOR_SIZES", "MODEL.ANCHOR_GENERATOR.SIZES"));

    /** Keys that give away a file of VERSION 1 that doesn't say so, as detectron2 guesses. */
    private static final Set<String> TELLTALE = Set.of("MODEL.WEIGHT", "TEST.AUG_ON");

    static boolean tells(Set<String> keys) {
        return TELLTALE.stream().anyMatch(keys::contains);
    }

    /** The present name of {@code key}; itself when it was not renamed. */
    static String presentName(String key) {
        return RENAMED.getOrDefault(key, key);
    }
}
