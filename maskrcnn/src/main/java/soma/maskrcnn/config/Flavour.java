package soma.maskrcnn.config;

/**
 * Whose Mask R-CNN is reproduced where the two differ in what no other key says: {@code
 * SOMA.FLAVOUR}. Each part of the model translates it into settings of its own.
 */
public enum Flavour {
    /** detectron2's {@code GeneralizedRCNN}. */
    DETECTRON2,
    /** torchvision's {@code maskrcnn_resnet50_fpn} (0.28). */
    TORCHVISION;

    /** The flavour that a config names. */
    public static Flavour from(Config config) {
        return config.getChoice("SOMA.FLAVOUR", "detectron2", "torchvision").equals("torchvision")
                ? TORCHVISION
                : DETECTRON2;
    }

    /** Whether a config asks for torchvision's. */
    public static boolean isTorchvision(Config config) {
        return from(config) == TORCHVISION;
    }
}
