package soma.maskrcnn.config;

import java.util.List;

/** The configurations that come with the program, by name. */
public final class Presets {
    private static final List<String> NAMES =
            List.of(
                    "mask_rcnn_R_50_FPN_3x",
                    "mask_rcnn_X_101_32x8d_FPN_3x",
                    "scratch_mask_rcnn_R_50_FPN_3x_gn",
                    "sartorius_augmented",
                    "sartorius_r50",
                    "sartorius_small",
                    "sartorius_x101",
                    "tiny",
                    "torchvision_maskrcnn_resnet50_fpn");

    private Presets() {}

    /** The names that {@link Config#load} knows. */
    public static List<String> names() {
        return NAMES;
    }

    /** The YAML text of a preset file, such as {@code tiny.yaml}, or null when there is none. */
    static String yaml(String file) {
        return file.contains("/") ? null : Defaults.resource("presets/" + file);
    }
}
