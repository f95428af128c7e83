package soma.maskrcnn.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.augment.TransformList;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.TestConfig;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.roi.Detections;
import soma.maskrcnn.roi.RoiHeadsConfig;
import soma.maskrcnn.structures.Instances;
import soma.nn.RandomStreams;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

class TestTimeAugmentationTest {
    private static final Config CONFIG =
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
                            "TEST.DETECTIONS_PER_IMAGE=100",
                            "TEST.AUG.ENABLED=True",
                            "TEST.AUG.MIN_SIZES=[0]",
                            "TEST.AUG.FLIP=False",
                            // Of the boxes of one class only equal ones are one object.
                            "SOMA.ENSEMBLE.IOU=1"));
    private static final Device DEVICE = Device.cpu();
    private static final Image8 IMAGE = noise();

    private static MaskRcnn model;

    @BeforeAll
    static void initialise() {
        model = MaskRcnn.from(CONFIG);
        model.initialize(DEVICE, new RandomStreams(3));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static Image8 noise() {
        byte[] pixels = new byte[75 * 53 * 3];
        new Random(6).nextBytes(pixels);
        return new Image8(75, 53, 3, pixels);
    }

    private static Instances plain(Image8 image, Config config) {
        return new Detector(model, config, DEVICE).detect(image);
    }

    private static Instances augmented(String... overrides) {
        Config config = CONFIG.withOverrides(List.of(overrides));
        Detector detector = new Detector(model, config, DEVICE);
        return new TestTimeAugmentation(model, detector, config, DEVICE).detect(IMAGE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"detectron2", "nms", "wbf"})
    void theVariantThatChangesNothingFindsWhatThePlainDetectorFinds(String merge) {
        Instances plain = plain(IMAGE, CONFIG);
        assertTrue(plain.size() > 10, "found " + plain.size());
        assertSame(plain, augmented("SOMA.TTA.MERGE=" + merge), 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nms", "wbf"})
    void theSameHoldsWhereTheDetectorResizes(String merge) {
        Config config = CONFIG.withOverrides(List.of("INPUT.MIN_SIZE_TEST=80"));
        Instances found = augmented("SOMA.TTA.MERGE=" + merge, "INPUT.MIN_SIZE_TEST=80");
        assertSame(plain(IMAGE, config), found, 1e-4f);
    }

    private static void assertSame(Instances expected, Instances actual, float tolerance) {
        assertArrayEquals(expected.scores(), actual.scores(), 0);
        assertArrayEquals(expected.classes(), actual.classes());
        assertArrayEquals(expected.boxes(), actual.boxes(), tolerance);
        if (tolerance == 0) {
            assertEquals(expected.masks(), actual.masks());
        }
    }

    /** With nothing suppressed, NMS gives all that the plain detector finds on the variants. */
    @ParameterizedTest
    @CsvSource({
        "True, False, False",
        "False, True, False",
        "False, False, True",
        "True, True, False",
        "True, True, True",
    })
    void variantsFindWhatTheDetectorFindsOnMovedImages(
            boolean flip, boolean vertical, boolean turned) {
        TestConfig.Augmentation augmentation =
                new TestConfig.Augmentation(
                        true, List.of(0), 4000, flip, vertical, turned, TestConfig.Merge.NMS);
        List<float[]> expected = new ArrayList<>();
        for (Symmetry symmetry : Symmetry.of(augmentation)) {
            TransformList transform = symmetry.of(new ImageSize(75, 53));
            Instances there = plain(transform.applyImage(IMAGE), CONFIG);
            for (int i = 0; i < there.size(); i++) {
                double[] box = new double[4];
                for (int k = 0; k < 4; k++) {
                    box[k] = there.boxes()[4 * i + k];
                }
                double[] back = transform.inverseBoxes(box);
                expected.add(
                        new float[] {
                            there.scores()[i],
                            there.classes()[i],
                            (float) back[0],
                            (float) back[1],
                            (float) back[2],
                            (float) back[3]
                        });
            }
        }
        Instances found =
                augmented(
                        "SOMA.TTA.MERGE=nms",
                        "TEST.DETECTIONS_PER_IMAGE=1000",
                        "TEST.AUG.FLIP=" + flip,
                        "SOMA.TTA.VERTICAL_FLIP=" + vertical,
                        "SOMA.TTA.ROTATE_90=" + turned);
        List<float[]> actual = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            float[] b = found.boxes();
            actual.add(
                    new float[] {
                        found.scores()[i],
                        found.classes()[i],
                        b[4 * i],
                        b[4 * i + 1],
                        b[4 * i + 2],
                        b[4 * i + 3]
                    });
        }
        Comparator<float[]> order =
                Comparator.comparingDouble((float[] row) -> row[0])
                        .thenComparing(row -> row[2])
                        .thenComparing(row -> row[3]);
        expected.sort(order);
        actual.sort(order);
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), 1e-4f);
        }
    }

    @Test
    void suppressionKeepsTheBestOfEachGroup() {
        String[] variants = {
            "SOMA.TTA.MERGE=nms",
            "TEST.AUG.FLIP=True",
            "SOMA.TTA.ROTATE_90=True",
            "TEST.DETECTIONS_PER_IMAGE=1000",
            "SOMA.ENSEMBLE.IOU=1"
        };
        Instances all = augmented(variants);
        variants[4] = "SOMA.ENSEMBLE.IOU=0.1";
        Instances some = augmented(variants);
        assertTrue(some.size() < all.size(), some.size() + " of " + all.size());
        int[] kept = IntStream.range(0, all.size()).filter(i -> isKept(all, i, 0.1)).toArray();
        Instances expected = all.select(kept);
        assertSame(expected, some, 0);
    }

    /** Whether no better box of the class that is itself kept overlaps box {@code i} too much. */
    private static boolean isKept(Instances all, int i, double limit) {
        for (int j = 0; j < i; j++) {
            if (all.classes()[j] == all.classes()[i]
                    && iou(all.boxes(), j, i) > limit
                    && isKept(all, j, limit)) {
                return false;
            }
        }
        return true;
    }

    private static double iou(float[] b, int i, int j) {
        double w = Math.min(b[4 * i + 2], b[4 * j + 2]) - Math.max(b[4 * i], b[4 * j]);
        double h = Math.min(b[4 * i + 3], b[4 * j + 3]) - Math.max(b[4 * i + 1], b[4 * j + 1]);
        double both = Math.max(0, w) * Math.max(0, h);
        return both / (area(b, i) + area(b, j) - both);
    }

    private static double area(float[] b, int i) {
        return (double) (b[4 * i + 2] - b[4 * i]) * (b[4 * i + 3] - b[4 * i + 1]);
    }

    @Test
    void fusionCountsOnAgreement() {
        Instances plain = augmented("SOMA.TTA.MERGE=wbf");
        Instances fused =
                augmented(
                        "SOMA.TTA.MERGE=wbf",
                        "TEST.AUG.MIN_SIZES=[0, 0]",
                        "SOMA.ENSEMBLE.IOU=0.9",
                        "MODEL.ROI_HEADS.NMS_THRESH_TEST=0.3");
        assertSame(plain, fused, 1e-4f);
    }

    @ParameterizedTest
    @CsvSource({"detectron2, '3,3,2'", "nms, '1,1,1,1,1,1,1,1'", "wbf, '1,1,1,1,1,1,1,1'"})
    void batchesAreAllVariantsInTheirOrder(String merge, String sizes) {
        Config config =
                CONFIG.withOverrides(
                        List.of(
                                "SOMA.TTA.MERGE=" + merge,
                                "TEST.AUG.FLIP=True",
                                "SOMA.TTA.VERTICAL_FLIP=True",
                                "TEST.AUG.MIN_SIZES=[48,64]"));
        Detector detector = new Detector(model, config, DEVICE);
        try (Scope _ = Scope.open("test", DEVICE)) {
            List<List<Tensor>> batches =
                    new TestTimeAugmentation(model, detector, config, DEVICE).batches(IMAGE);
            assertEquals(
                    sizes,
                    batches.stream().map(b -> "" + b.size()).collect(Collectors.joining(",")));
            List<Variant> all =
                    Variant.all(
                            new ImageSize(75, 53),
                            detector.prepare(IMAGE),
                            TestConfig.from(config).augmentation());
            List<Tensor> flat = batches.stream().flatMap(List::stream).toList();
            assertEquals(all.size(), flat.size());
            for (int i = 0; i < all.size(); i++) {
                assertArrayEquals(all.get(i).image().toInts(), flat.get(i).toInts());
            }
        }
    }

    @Test
    void mapsThatAreNotKeptAreComputedToTheSameBits() {
        Config config =
                CONFIG.withOverrides(List.of("TEST.AUG.FLIP=True", "TEST.AUG.MIN_SIZES=[48,64]"));
        Detector detector = new Detector(model, config, DEVICE);
        RoiHeadsConfig heads = RoiHeadsConfig.from(config);
        List<float[]> masks = new ArrayList<>();
        for (long bytes : new long[] {0, 100_000, Long.MAX_VALUE}) {
            try (Scope _ = Scope.open("test", DEVICE);
                    var _ = Autograd.noGrad()) {
                List<Variant> variants =
                        Variant.all(
                                new ImageSize(75, 53),
                                detector.prepare(IMAGE),
                                TestConfig.from(config).augmentation());
                Detections merged =
                        new Detectron2Merge(model, heads, bytes).merge(variants, 75, 53);
                assertTrue(merged.size() > 0);
                masks.add(merged.masks().toFloats());
            }
        }
        assertArrayEquals(masks.get(0), masks.get(1), 0);
        assertArrayEquals(masks.get(0), masks.get(2), 0);
    }
}
