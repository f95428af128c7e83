package soma.infer;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.PngWriter;
import soma.maskrcnn.model.MaskRcnn;
import soma.nn.RandomStreams;
import soma.nn.checkpoint.Safetensors;
import soma.tensor.Device;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** A model of a few channels with random weights, which sees objects everywhere. */
final class SmallModel {
    static final Config CONFIG =
            Config.load(
                    "tiny",
                    List.of(
                            "MODEL.RESNETS.STEM_OUT_CHANNELS=8",
                            "MODEL.RESNETS.RES2_OUT_CHANNELS=8",
                            "MODEL.RESNETS.WIDTH_PER_GROUP=2",
                            "MODEL.FPN.OUT_CHANNELS=8",
                            "MODEL.ROI_BOX_HEAD.FC_DIM=8",
                            "MODEL.ROI_MASK_HEAD.CONV_DIM=8",
                            "MODEL.RPN.PRE_NMS_TOPK_TEST=30",
                            "MODEL.RPN.POST_NMS_TOPK_TEST=10",
                            "MODEL.ROI_HEADS.SCORE_THRESH_TEST=0.05",
                            "TEST.DETECTIONS_PER_IMAGE=6"));

    private SmallModel() {}

    /** Writes its weights. */
    static Path weights(Path folder) {
        return weights(folder, CONFIG);
    }

    /** Writes random weights of a configuration's model. */
    static Path weights(Path folder, Config config) {
        Path file = folder.resolve("weights.safetensors");
        try (MaskRcnn model = MaskRcnn.from(config)) {
            model.initialize(Device.cpuReference(), new RandomStreams(3));
            Safetensors.write(file, model.stateDict());
        }
        return file;
    }

    static Predictor predictor(Path folder) {
        return predictor(folder, List.of());
    }

    static Predictor predictor(Path folder, List<String> overrides) {
        return Predictor.open(
                CONFIG.withOverrides(overrides), List.of(weights(folder)), Device.cpuReference());
    }

    /** Writes a gray image of noise. */
    static Path image(Path folder, String name, int height, int width) {
        byte[] pixels = new byte[height * width];
        new Random(name.hashCode()).nextBytes(pixels);
        Path file = folder.resolve(name + ".png");
        PngWriter.write(file, new Image8(height, width, 1, pixels));
        return file;
    }
}
