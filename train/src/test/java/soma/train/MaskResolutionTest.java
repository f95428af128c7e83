package soma.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.forward.Trace;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.model.MaskRcnn;
import soma.maskrcnn.roi.Detections;
import soma.maskrcnn.roi.MaskTargets;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;
import soma.nn.RandomStreams;
import soma.nn.checkpoint.Safetensors;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Shape;
import soma.tensor.Tensor;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** {@code MODEL.ROI_MASK_HEAD.POOLER_RESOLUTION=28}: masks of 56 x 56 cells in place of 28 x 28. */
final class MaskResolutionTest {
    private static final int SIDE = 56;

    @TempDir Path folder;

    /** Scattered cells, so that no axis can be taken for the other. */
    private static byte[] pattern() {
        Random random = new Random(4);
        byte[] bits = new byte[SIDE * SIDE];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = (byte) (random.nextInt(4) == 0 ? 1 : 0);
        }
        return bits;
    }

    /** In a box of one pixel a cell, targets are the mask's pixels. */
    @Test
    void targetsAreAsFineAsTheHead() {
        byte[] bits = pattern();
        try (Scope _ = Scope.open("test", Device.cpu())) {
            float[] targets =
                    MaskTargets.of(
                                    List.of(new Segmentation.OfRle(Rle.encode(bits, SIDE, SIDE))),
                                    new int[] {0},
                                    Tensor.of(new float[] {0, 0, SIDE, SIDE}, 1, 4),
                                    SIDE,
                                    false)
                            .toFloats();
            for (int i = 0; i < bits.length; i++) {
                assertEquals(bits[i], targets[i], "cell " + i);
            }
        }
    }

    /** In a box of one pixel a cell, a pasted mask is its cells. */
    @Test
    void pastedMasksAreAsFineAsTheHead() {
        byte[] bits = pattern();
        float[] probabilities = new float[bits.length];
        for (int i = 0; i < bits.length; i++) {
            probabilities[i] = bits[i] == 1 ? 0.9f : 0.1f;
        }
        try (Scope _ = Scope.open("test", Device.cpu())) {
            Detections d =
                    new Detections(
                            Tensor.of(new float[] {0, 0, SIDE, SIDE}, 1, 4),
                            Tensor.of(new float[] {0.9f}, 1),
                            Tensor.of(new int[] {0}, 1),
                            Tensor.of(probabilities, 1, SIDE, SIDE),
                            SIDE,
                            SIDE);
            assertArrayEquals(bits, d.postprocess(SIDE, SIDE, 0.5).masks().getFirst().decode());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 28})
    void aModelTrainsAndFindsAtThisResolution(int resolution) {
        String[] settings = {
            "MODEL.ROI_MASK_HEAD.POOLER_RESOLUTION=" + resolution,
            "SOLVER.MAX_ITER=2",
            "SOLVER.STEPS=[]",
            "MODEL.ROI_HEADS.SCORE_THRESH_TEST=0.0"
        };
        Dataset data = TinyRun.dataset(folder.resolve("data"), 2);
        TrainingResult result =
                Trainer.train(TinyRun.request(data, folder.resolve("run"), settings));
        Config config = TinyRun.config(settings);
        Device device = Device.cpu();
        try (MaskRcnn model = MaskRcnn.from(config);
                Scope _ = Scope.open("test", device)) {
            // Weights are the same for every resolution.
            model.initialize(
                    device, new RandomStreams(0), Safetensors.read(result.weights()), _ -> false);
            var image = ImageReader.readBgr(data.images().getFirst().file());
            Detections found = model.detect(model.batch(List.of(image)), Trace.NONE).getFirst();
            assertTrue(found.size() > 0);
            assertEquals(
                    Shape.of(found.size(), 2 * resolution, 2 * resolution), found.masks().shape());
            Instances pasted = found.postprocess(image.height(), image.width(), 0.5);
            pasted.masks().forEach(mask -> assertEquals(image.height(), mask.height()));
        }
    }
}
