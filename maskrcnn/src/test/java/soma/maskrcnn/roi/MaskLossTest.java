package soma.maskrcnn.roi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.data.GroundTruth;
import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.forward.TrainingLosses;
import soma.maskrcnn.structures.Rle;
import soma.nn.checkpoint.Safetensors;
import soma.nn.checkpoint.StateDict;
import soma.tensor.DType;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Dice and boundary losses against numpy, scipy ({@code make_mask_losses.py}) and differences. */
class MaskLossTest {
    private static StateDict fixture() {
        try {
            return Safetensors.read(
                    Path.of(MaskLossTest.class.getResource("mask_losses.safetensors").toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Tensor tensor(StateDict fixture, String name) {
        return Tensor.of(fixture.require(name).floats(), fixture.require(name).shape().dims());
    }

    @ParameterizedTest
    @CsvSource({
        "small, cpu",
        "usual, cpu",
        "soft, cpu",
        "small, cpu-reference",
        "usual, cpu-reference",
        "soft, cpu-reference",
    })
    void valuesAndGradientsLikeNumpy(String name, String device) {
        StateDict fixture = fixture();
        int side = fixture.require(name + ".logits").shape().dim(1);
        float[] distances = SignedDistance.of(fixture.require(name + ".targets").floats(), side);
        assertArrayEquals(fixture.require(name + ".distances").floats(), distances, 1e-6f);
        try (Scope _ = Scope.open("test", Device.of(device))) {
            Tensor targets = tensor(fixture, name + ".targets");
            Tensor far = Tensor.of(distances, targets.shape().dims());
            check(fixture, name, ".dice", x -> DiceLoss.of(x, targets));
            check(fixture, name, ".boundary", x -> BoundaryLoss.of(x, far));
        }
    }

    private static void check(
            StateDict fixture, String name, String loss, UnaryOperator<Tensor> function) {
        Tensor logits = tensor(fixture, name + ".logits").leaf("logits");
        Tensor value = function.apply(logits);
        assertEquals(fixture.require(name + loss).doubles()[0], value.item(), 1e-6, loss);
        float[] expected = fixture.require(name + loss + ".grad").floats();
        float[] actual = Autograd.backward(value).of(logits).toFloats();
        double largest = 0;
        for (float e : expected) {
            largest = Math.max(largest, Math.abs(e));
        }
        assertTrue(largest > 0);
        assertArrayEquals(expected, actual, (float) (1e-5 * largest), loss);
    }

    /** In float64, where central differences of 1e-5 leave errors of some 1e-10. */
    @ParameterizedTest
    @ValueSource(strings = {"dice", "boundary"})
    void gradientsAreThoseOfDifferences(String loss) {
        Random random = new Random(2);
        int[] dims = {3, 5, 5};
        double[] logits = random.doubles(75, -3, 3).toArray();
        double[] other = random.doubles(75, -1, 1).toArray();
        if (loss.equals("dice")) {
            Arrays.setAll(other, i -> other[i] > 0 ? 1 : 0);
        }
        try (Scope _ = Scope.open("test", Device.of("cpu-reference"))) {
            Tensor second = Tensor.of(other, dims);
            UnaryOperator<Tensor> function =
                    x -> loss.equals("dice") ? DiceLoss.of(x, second) : BoundaryLoss.of(x, second);
            Tensor x = Tensor.of(logits, dims).leaf("x");
            double[] gradient = Autograd.backward(function.apply(x)).of(x).toDoubles();
            double step = 1e-5;
            for (int i = 0; i < logits.length; i++) {
                double[] moved = logits.clone();
                moved[i] += step;
                double above = function.apply(Tensor.of(moved, dims)).item();
                moved[i] -= 2 * step;
                double below = function.apply(Tensor.of(moved, dims)).item();
                assertEquals((above - below) / (2 * step), gradient[i], 1e-9, "logit " + i);
            }
        }
    }

    /** Every cell against every other. */
    @Test
    void distancesLikeTheNaiveSearch() {
        Random random = new Random(5);
        for (int side : new int[] {1, 2, 6, 11}) {
            for (int round = 0; round < 20; round++) {
                double share = random.nextDouble();
                float[] mask = new float[side * side];
                for (int i = 0; i < mask.length; i++) {
                    mask[i] = random.nextDouble() < share ? 1 : 0;
                }
                float[] distances = SignedDistance.of(mask, side);
                for (int i = 0; i < mask.length; i++) {
                    assertEquals(naive(mask, side, i), distances[i], 1e-5, side + " cell " + i);
                }
            }
        }
    }

    private static double naive(float[] mask, int side, int cell) {
        double nearest = Double.POSITIVE_INFINITY;
        for (int j = 0; j < mask.length; j++) {
            if (mask[j] != mask[cell]) {
                nearest =
                        Math.min(
                                nearest,
                                Math.hypot(cell / side - j / side, cell % side - j % side));
            }
        }
        if (nearest == Double.POSITIVE_INFINITY) {
            return 0;
        }
        return mask[cell] == 1 ? 1 - nearest : nearest;
    }

    /** Two objects of 8x8 and 6x10 pixels in boxes of 16x16. */
    private static final List<Segmentation> OBJECTS =
            List.of(
                    new Segmentation.OfRle(Rle.box(32, 32, 4, 4, 12, 12)),
                    new Segmentation.OfRle(Rle.box(32, 32, 0, 16, 10, 22)));

    private static TrainingLosses losses(Tensor logits, MaskLossConfig config) {
        GroundTruth truth = new GroundTruth(32, 32, new float[8], new int[2], OBJECTS);
        Tensor boxes = Tensor.of(new float[] {0, 0, 16, 16, 0, 8, 16, 24}, 2, 4);
        RoiSample sample = new RoiSample(boxes, new int[2], new int[] {0, 1}, 2, truth);
        TrainingLosses losses = new TrainingLosses();
        MaskLoss.add(logits, List.of(sample), config, losses);
        return losses;
    }

    @Test
    void weightsAddLossesOfTheirOwn() {
        try (Scope _ = Scope.open("test", Device.cpu())) {
            float[] values = new float[2 * 8 * 8];
            Random random = new Random(1);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            Tensor logits = Tensor.of(values, 2, 8, 8);
            TrainingLosses plain = losses(logits, MaskLossConfig.crossEntropy(false));
            assertEquals(List.of("loss_mask"), List.copyOf(plain.losses().keySet()));
            TrainingLosses one = losses(logits, new MaskLossConfig(false, 1, 1));
            TrainingLosses more = losses(logits, new MaskLossConfig(false, 2, 0.25));
            assertEquals(
                    List.of("loss_mask", "loss_mask_dice", "loss_mask_boundary"),
                    List.copyOf(one.losses().keySet()));
            assertEquals(item(plain, "loss_mask"), item(one, "loss_mask"));
            assertEquals(2 * item(one, "loss_mask_dice"), item(more, "loss_mask_dice"), 1e-6);
            assertEquals(
                    0.25 * item(one, "loss_mask_boundary"), item(more, "loss_mask_boundary"), 1e-7);
        }
    }

    private static double item(TrainingLosses losses, String name) {
        return losses.losses().get(name).item();
    }

    /** Logits of +-20 are the targets but for 2e-9. */
    @Test
    void theTargetItselfHasNoDiceLossAndTheLeastBoundaryLoss() {
        try (Scope _ = Scope.open("test", Device.cpu())) {
            float[] right = new float[2 * 8 * 8];
            for (int y = 0; y < 8; y++) {
                for (int x = 0; x < 8; x++) {
                    right[8 * y + x] = x >= 2 && x < 6 && y >= 2 && y < 6 ? 20 : -20;
                    // A cell is two pixels, and the second box begins at row 8.
                    right[64 + 8 * y + x] = x < 5 && y >= 4 && y < 7 ? 20 : -20;
                }
            }
            MaskLossConfig both = new MaskLossConfig(false, 1, 1);
            TrainingLosses best = losses(Tensor.of(right, 2, 8, 8), both);
            assertEquals(0, item(best, "loss_mask"), 1e-7);
            assertEquals(0, item(best, "loss_mask_dice"), 1e-6);
            for (int i = 0; i < right.length; i++) {
                float[] wrong = right.clone();
                wrong[i] = -wrong[i];
                TrainingLosses worse = losses(Tensor.of(wrong, 2, 8, 8), both);
                assertTrue(item(worse, "loss_mask_dice") > 1e-3, "cell " + i);
                assertTrue(
                        item(worse, "loss_mask_boundary")
                                >= item(best, "loss_mask_boundary") - 1e-7,
                        "cell " + i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void accuracyIsCountedCellByCell(boolean soft) {
        try (Scope _ = Scope.open("test", Device.cpu())) {
            Tensor logits = Tensor.of(new Random(3).doubles(128, -1, 1).toArray(), 2, 8, 8);
            float[] values = logits.to(DType.FLOAT32).toFloats();
            Tensor boxes = Tensor.of(new float[] {0, 0, 16, 16, 0, 8, 16, 24}, 2, 4);
            float[] targets = MaskTargets.of(OBJECTS, new int[] {0, 1}, boxes, 8, soft).toFloats();
            double positives = 0;
            double falsePositives = 0;
            double falseNegatives = 0;
            for (int i = 0; i < targets.length; i++) {
                boolean truth = targets[i] > 0.5;
                positives += truth ? 1 : 0;
                falsePositives += !truth && values[i] > 0 ? 1 : 0;
                falseNegatives += truth && values[i] <= 0 ? 1 : 0;
            }
            Map<String, Double> metrics =
                    losses(logits.to(DType.FLOAT32), MaskLossConfig.crossEntropy(soft)).metrics();
            assertEquals(
                    1 - (falsePositives + falseNegatives) / 128, metrics.get("mask_rcnn/accuracy"));
            assertEquals(
                    falsePositives / (128 - positives), metrics.get("mask_rcnn/false_positive"));
            assertEquals(falseNegatives / positives, metrics.get("mask_rcnn/false_negative"));
        }
    }

    @Test
    void noForegroundIsNoLoss() {
        try (Scope _ = Scope.open("test", Device.cpu())) {
            GroundTruth none = new GroundTruth(8, 8, new float[0], new int[0], List.of());
            RoiSample empty = new RoiSample(Tensor.zeros(0, 4), new int[0], new int[0], 0, none);
            TrainingLosses losses = new TrainingLosses();
            Tensor logits = Tensor.zeros(0, 28, 28).leaf("logits");
            MaskLoss.add(logits, List.of(empty), new MaskLossConfig(false, 1, 1), losses);
            losses.losses().forEach((name, loss) -> assertEquals(0, loss.item(), name));
            assertEquals(Map.of(), losses.metrics());
        }
    }
}
