package soma.tensor.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import soma.tensor.DType;
import soma.tensor.Shape;
import soma.tensor.Tensor;
import soma.tensor.golden.Golden.Case;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** NMS, IoU, matching and mask pasting against torchvision and detectron2. */
class GoldenDetectionTest {
    @TestFactory
    Stream<DynamicTest> nonMaximumSuppression() {
        return Golden.shared("nms").each(GoldenDetectionTest::nms);
    }

    @TestFactory
    Stream<DynamicTest> bundledNonMaximumSuppression() throws Exception {
        return Golden.bundled("nms").each(GoldenDetectionTest::nms);
    }

    private static void nms(Case c) {
        Tensor scores = c.tensor("scores");
        Tensor groups =
                c.has("groups") ? c.index("groups") : Tensor.full(DType.INT32, 0, scores.size());
        Tensor keep = Tensor.empty("keep", DType.INT32, scores.shape());
        int count =
                scores.backend()
                        .vision()
                        .nms(
                                c.tensor("boxes").view(),
                                scores.view(),
                                groups.view(),
                                c.params().required("threshold").asDouble(),
                                keep.view());
        assertArrayEquals(c.ints("keep"), keep.slice(0, 0, count).toInts());
    }

    @TestFactory
    Stream<DynamicTest> intersectionOverUnion() {
        return Golden.shared("iou")
                .each(
                        c -> {
                            Tensor a = c.tensor("a");
                            Tensor b = c.tensor("b");
                            Tensor out =
                                    Tensor.empty(
                                            "iou", DType.FLOAT32, Shape.of(a.dim(0), b.dim(0)));
                            a.backend().vision().iou(a.view(), b.view(), out.view());
                            c.assertClose("iou", out);
                        });
    }

    /** The RPN's labels of all anchors of a 64 x 96 image, with no random choice among them. */
    @TestFactory
    Stream<DynamicTest> matchingOfAnchors() {
        return Golden.shared("rpn_loss")
                .each(
                        c -> {
                            for (int image = 0; image < 2; image++) {
                                matchAnchors(c, image);
                            }
                        });
    }

    private static void matchAnchors(Case c, int image) {
        Tensor truth = c.tensor("gt" + image);
        float[] anchors = anchors(64, 96);
        int n = anchors.length / 4;
        Tensor matches = Tensor.empty("matches", DType.INT32, Shape.of(n));
        Tensor labels = Tensor.empty("labels", DType.INT32, Shape.of(n));
        truth.backend()
                .vision()
                .match(
                        truth.view(),
                        Tensor.of(anchors, n, 4).view(),
                        new double[] {0.3, 0.7},
                        new int[] {0, -1, 1},
                        true,
                        matches.view(),
                        labels.view());
        int[] match = matches.toInts();
        int[] label = labels.toInts();
        int[] expectedLabels = c.ints("labels");
        float[] expectedBoxes = c.floats("matched");
        float[] boxes = truth.toFloats();
        for (int i = 0; i < n; i++) {
            int at = image * n + i;
            assertEquals(expectedLabels[at], label[i], "label of anchor " + i);
            for (int k = 0; k < 4 && label[i] == 1; k++) {
                assertEquals(expectedBoxes[4 * at + k], boxes[4 * match[i] + k]);
            }
        }
    }

    /** Anchors of sides 32 to 512 and ratios 0.5, 1, 2 at strides 4 to 64. */
    private static float[] anchors(int height, int width) {
        List<Float> values = new ArrayList<>();
        for (int stride = 4; stride <= 64; stride *= 2) {
            for (int y = 0; y < (height + stride - 1) / stride; y++) {
                for (int x = 0; x < (width + stride - 1) / stride; x++) {
                    for (double ratio : new double[] {0.5, 1, 2}) {
                        double w = Math.sqrt(64.0 * stride * stride / ratio);
                        double h = ratio * w;
                        values.add((float) (-w / 2) + x * stride);
                        values.add((float) (-h / 2) + y * stride);
                        values.add((float) (w / 2) + x * stride);
                        values.add((float) (h / 2) + y * stride);
                    }
                }
            }
        }
        float[] boxes = new float[values.size()];
        for (int i = 0; i < boxes.length; i++) {
            boxes[i] = values.get(i);
        }
        return boxes;
    }

    @TestFactory
    Stream<DynamicTest> maskPasting() {
        return Golden.shared("paste").each(GoldenDetectionTest::paste);
    }

    private static void paste(Case c) {
        int h = c.param("height");
        int w = c.param("width");
        Tensor masks = c.tensor("masks");
        int[][] runs =
                masks.backend()
                        .vision()
                        .pasteMasks(masks.view(), c.tensor("boxes").view(), h, w, 0.5);
        double[] expected = c.values("detectron2");
        for (int m = 0; m < runs.length; m++) {
            int pixel = 0;
            for (int r = 0; r < runs[m].length; r++) {
                for (int k = 0; k < runs[m][r]; k++, pixel++) {
                    int rowMajor = m * h * w + pixel % h * w + pixel / h;
                    assertEquals(r % 2, (int) expected[rowMajor], "mask " + m + " at " + pixel);
                }
            }
            assertEquals(h * w, pixel);
        }
    }
}
