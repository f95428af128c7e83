package soma.train;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.synthetic.SceneSettings;
import soma.maskrcnn.synthetic.SyntheticDataset;
import soma.tensor.Device;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A run small enough for a test: drawn cells of 64x96 pixels, the preset {@code tiny} narrowed. */
final class TinyRun {
    private static final SceneSettings SCENE =
            SceneSettings.DEFAULT.withSize(64, 96).withCells(3, 6).withCellScale(0.6);

    private static final List<String> NARROW =
            List.of(
                    "MODEL.RESNETS.STEM_OUT_CHANNELS=8",
                    "MODEL.RESNETS.RES2_OUT_CHANNELS=8",
                    "MODEL.RESNETS.WIDTH_PER_GROUP=4",
                    "MODEL.FPN.OUT_CHANNELS=16",
                    "MODEL.ROI_BOX_HEAD.FC_DIM=32",
                    "MODEL.ROI_MASK_HEAD.CONV_DIM=16",
                    "MODEL.ROI_MASK_HEAD.NUM_CONV=1",
                    "MODEL.RPN.POST_NMS_TOPK_TRAIN=50",
                    "MODEL.RPN.POST_NMS_TOPK_TEST=30",
                    "MODEL.ROI_HEADS.BATCH_SIZE_PER_IMAGE=16",
                    "MODEL.ROI_HEADS.SCORE_THRESH_TEST=0.05",
                    "TEST.DETECTIONS_PER_IMAGE=10",
                    "SOLVER.IMS_PER_BATCH=2",
                    "SOLVER.MAX_ITER=6",
                    "SOLVER.STEPS=[4]",
                    "SOLVER.WARMUP_ITERS=2",
                    "SOLVER.CHECKPOINT_PERIOD=3",
                    "SOMA.LOG_PERIOD=2",
                    "SEED=7");

    private TinyRun() {}

    static Dataset dataset(Path folder, int images) {
        return SyntheticDataset.write(folder, images, 1, SCENE);
    }

    static Config config(String... overrides) {
        List<String> all = new ArrayList<>(NARROW);
        all.addAll(List.of(overrides));
        return Config.load("tiny", all);
    }

    static TrainingRequest request(Dataset data, Path out, String... overrides) {
        return TrainingRequest.of(config(overrides), data, out, Device.cpu());
    }
}
