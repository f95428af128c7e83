package soma.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.InputConfig;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.model.MaskRcnn;
import soma.maskrcnn.synthetic.SceneSettings;
import soma.maskrcnn.synthetic.SyntheticDataset;
import soma.nn.RandomStreams;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;
import soma.train.data.ImageCache;
import soma.train.data.TrainingExample;
import soma.train.data.TrainingMapper;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Several small batches against one large one, where both are the same by definition: nothing is
 * left to chance, norms look at no other image, and every image has the same number of samples (the
 * losses are means over the samples of a batch).
 */
final class AccumulationTest {
    private static final int OBJECTS = 4;
    private static final int PROPOSALS = 20;

    @TempDir Path folder;

    private static Config config() {
        return TinyRun.config(
                "MODEL.RESNETS.NORM=FrozenBN",
                "INPUT.RANDOM_FLIP=none",
                // All anchors count, whatever the order they are drawn in.
                "MODEL.RPN.BATCH_SIZE_PER_IMAGE=100000",
                "MODEL.RPN.POSITIVE_FRACTION=1.0",
                // Nothing is suppressed, so that each image has as many proposals as are kept.
                "MODEL.RPN.NMS_THRESH=1.0",
                "MODEL.RPN.POST_NMS_TOPK_TRAIN=" + PROPOSALS,
                // Only the objects themselves, which join the proposals, are foreground.
                "MODEL.ROI_HEADS.IOU_THRESHOLDS=[0.99]",
                "MODEL.ROI_HEADS.BATCH_SIZE_PER_IMAGE=1000",
                "MODEL.ROI_HEADS.POSITIVE_FRACTION=1.0",
                "SOLVER.WARMUP_ITERS=0",
                "SOLVER.BASE_LR=0.1");
    }

    private List<TrainingExample> examples(Config config) {
        Dataset data =
                SyntheticDataset.write(
                        folder,
                        4,
                        1,
                        SceneSettings.DEFAULT
                                .withSize(64, 96)
                                .withCells(OBJECTS, OBJECTS)
                                .withCellScale(0.6));
        TrainingMapper mapper =
                new TrainingMapper(
                        InputConfig.from(config), new ImageCache(0), new RandomStreams(0));
        return data.images().stream().map(image -> mapper.map(image, 0)).toList();
    }

    /** What was learned and said in a step. */
    private record Learned(StateDict before, StateDict after, Map<String, Double> figures) {}

    private static Learned learn(Config config, List<List<TrainingExample>> batches) {
        Device device = Device.cpu();
        RandomStreams streams = new RandomStreams(0);
        try (MaskRcnn model = MaskRcnn.from(config);
                Solver solver = new Solver(config, model.namedParameters())) {
            model.initialize(device, streams);
            model.training(true);
            StateDict before = model.stateDict();
            var step = new TrainingStep(model, solver, device, streams);
            Map<String, Double> figures = step.run(0, batches);
            return new Learned(before, model.stateDict(), figures);
        }
    }

    @Test
    void severalBatchesEqualOneAsLargeAsAll() {
        Config config = config();
        List<TrainingExample> all = examples(config);
        all.forEach(e -> assertEquals(OBJECTS, e.truth().size(), "objects"));
        Learned large = learn(config, List.of(all));
        Learned small =
                learn(config, IntStream.range(0, 4).mapToObj(i -> List.of(all.get(i))).toList());
        Learned pairs = learn(config, List.of(all.subList(0, 2), all.subList(2, 4)));
        assertEquals(OBJECTS, large.figures.get("roi_head/num_fg_samples"));
        assertEquals(PROPOSALS, large.figures.get("roi_head/num_bg_samples"));
        for (Learned other : List.of(small, pairs)) {
            large.figures.forEach(
                    (name, value) -> {
                        // Rates such as false positives are ratios of counts, not means.
                        if (name.contains("loss")) {
                            double allowed = 1e-5 * Math.abs(value) + 1e-7;
                            assertEquals(value, other.figures.get(name), allowed, name);
                        }
                    });
            double moved = 0;
            for (String name : large.after.names()) {
                float[] before = large.before.require(name).floats();
                float[] expected = large.after.require(name).floats();
                float[] actual = other.after.require(name).floats();
                double largest = 0;
                double error = 0;
                for (int i = 0; i < expected.length; i++) {
                    largest = Math.max(largest, Math.abs(expected[i] - before[i]));
                    error = Math.max(error, Math.abs((double) expected[i] - actual[i]));
                }
                // A last place of the weight itself, beside the rounding of the gradient.
                double place = 0;
                for (float b : before) {
                    place = Math.max(place, Math.ulp(b));
                }
                assertTrue(
                        error <= 1e-4 * largest + place,
                        name + ": off by " + error + " of " + largest);
                moved = Math.max(moved, largest);
            }
            assertTrue(moved > 1e-3, "the step moved weights by " + moved);
        }
    }
}
