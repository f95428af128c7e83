package soma.train.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.maskrcnn.config.AugmentationConfig;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.InputConfig;
import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.GroundTruth;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.PngWriter;
import soma.maskrcnn.structures.MaskBounds;
import soma.maskrcnn.structures.Polygons;
import soma.maskrcnn.structures.Rle;
import soma.nn.RandomStreams;
import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * Objects are drawn into the image in colours of their own, so that where they are after
 * augmentation can be read from the pixels.
 */
final class AugmentedMappingTest {
    private static final int HEIGHT = 48;
    private static final int WIDTH = 64;
    private static final int SHADE = 7;
    private static final String SAME_CLASS = "SOMA.AUG.COPY_PASTE.SAME_CLASS=True";
    private static final List<Rle> MASKS =
            List.of(
                    Rle.box(HEIGHT, WIDTH, 2, 3, 14, 12),
                    Rle.box(HEIGHT, WIDTH, 30, 20, 44, 28)
                            .union(Rle.box(HEIGHT, WIDTH, 36, 28, 40, 40)),
                    Rle.box(HEIGHT, WIDTH, 50, 5, 62, 17));

    @TempDir static Path folder;
    private static ImageRecord record;
    private static ImageRecord second;

    @BeforeAll
    static void drawImages() {
        record = record("a", 0);
        second = record("b", SHADE);
    }

    /** Object {@code i} has the gray value {@code 50 * (i + 1) + shade}. */
    private static ImageRecord record(String id, int shade) {
        int[] labels = new int[HEIGHT * WIDTH];
        List<Annotation> annotations = new ArrayList<>();
        for (int i = 0; i < MASKS.size(); i++) {
            Rle mask = MASKS.get(i);
            mask.paint(labels, 50 * (i + 1) + shade);
            annotations.add(
                    new Annotation(
                            i + 1,
                            i,
                            mask.bbox(),
                            false,
                            new Segmentation.OfRle(mask),
                            mask.area()));
        }
        byte[] pixels = new byte[labels.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) labels[i];
        }
        Path file = folder.resolve(id + ".png");
        PngWriter.write(file, new Image8(HEIGHT, WIDTH, 1, pixels));
        return new ImageRecord(id, file, HEIGHT, WIDTH, annotations);
    }

    private static TrainingMapper mapper(long seed, String... overrides) {
        return mapper(List.of(second), seed, overrides);
    }

    private static TrainingMapper mapper(
            List<ImageRecord> sources, long seed, String... overrides) {
        List<String> all = new ArrayList<>(List.of("INPUT.RANDOM_FLIP=none", "SOMA.AUG.FILL=0"));
        all.addAll(List.of(overrides));
        Config config = Config.load("tiny", all);
        return new TrainingMapper(
                InputConfig.from(config),
                AugmentationConfig.from(config),
                sources,
                new ImageCache(1 << 20),
                new RandomStreams(seed));
    }

    private static Rle mask(GroundTruth truth, int i) {
        return assertInstanceOf(Segmentation.OfRle.class, truth.masks().get(i)).rle();
    }

    /**
     * Checks each mask against the pixels of its object's colour, and each box against its mask.
     *
     * @param tolerance pixels that may differ where colours are blended along the outline; then a
     *     pixel is the object's from half its colour on
     */
    private static void assertMasksFitTheImage(TrainingExample example, int tolerance) {
        GroundTruth truth = example.truth();
        Image8 image = example.image();
        assertEquals(image.height(), truth.height());
        assertEquals(image.width(), truth.width());
        for (int i = 0; i < truth.size(); i++) {
            Rle mask = mask(truth, i);
            int colour = 50 * (truth.classes()[i] + 1);
            int least = tolerance == 0 ? colour : colour / 2;
            byte[] drawn = new byte[image.height() * image.width()];
            for (int p = 0; p < drawn.length; p++) {
                int gray = image.pixels()[3 * p] & 0xff;
                drawn[p] = (byte) (gray >= least && gray <= colour ? 1 : 0);
            }
            MaskBounds near = mask.bounds();
            Rle seen =
                    Rle.encode(drawn, image.height(), image.width())
                            .intersection(
                                    Rle.box(
                                            image.height(),
                                            image.width(),
                                            near.x0() - 2,
                                            near.y0() - 2,
                                            near.x1() + 2,
                                            near.y1() + 2));
            int different = seen.union(mask).area() - seen.intersectionArea(mask);
            assertTrue(different <= tolerance, () -> seen + " and " + mask);
            double[] b = mask.bbox();
            float[] expected = {
                (float) b[0], (float) b[1], (float) (b[0] + b[2]), (float) (b[1] + b[3])
            };
            float[] box = Arrays.copyOfRange(truth.boxes(), 4 * i, 4 * i + 4);
            assertArrayEquals(expected, box);
        }
    }

    @Test
    void flipsAndQuarterTurnsMoveAllAlike() {
        TrainingMapper mapper =
                mapper(
                        1,
                        "SOMA.AUG.HORIZONTAL_FLIP=0.5",
                        "SOMA.AUG.VERTICAL_FLIP=0.5",
                        "SOMA.AUG.ROTATE90=0.7");
        Set<String> places = new TreeSet<>();
        for (int position = 0; position < 120; position++) {
            TrainingExample example = mapper.map(record, position);
            assertEquals(3, example.truth().size());
            assertMasksFitTheImage(example, 0);
            places.add(
                    example.image().width()
                            + " "
                            + example.truth().boxes()[0]
                            + " "
                            + example.truth().boxes()[1]);
        }
        assertEquals(8, places.size(), "all the symmetries of a rectangle's grid: " + places);
    }

    @Test
    void cropsCutMasksAndFindBoxesAnew() {
        TrainingMapper mapper =
                mapper(
                        2,
                        "INPUT.CROP.ENABLED=True",
                        "INPUT.CROP.TYPE=absolute",
                        "INPUT.CROP.SIZE=[24,30]");
        int cut = 0;
        Set<Integer> counts = new TreeSet<>();
        for (int position = 0; position < 60; position++) {
            TrainingExample example = mapper.map(record, position);
            assertEquals(24, example.image().height());
            assertEquals(30, example.image().width());
            assertMasksFitTheImage(example, 0);
            counts.add(example.truth().size());
            for (int i = 0; i < example.truth().size(); i++) {
                int whole = MASKS.get(example.truth().classes()[i]).area();
                cut += mask(example.truth(), i).area() < whole ? 1 : 0;
            }
        }
        assertTrue(cut > 20, "objects cut: " + cut);
        assertTrue(counts.contains(0) && counts.contains(2), "objects seen: " + counts);
    }

    @Test
    void theCropComesBeforeTheResize() {
        TrainingMapper mapper =
                mapper(
                        2,
                        "INPUT.CROP.ENABLED=True",
                        "INPUT.CROP.TYPE=absolute",
                        "INPUT.CROP.SIZE=[24,30]",
                        "INPUT.MIN_SIZE_TRAIN=[48]");
        for (int position = 0; position < 20; position++) {
            TrainingExample example = mapper.map(record, position);
            assertEquals(48, example.image().height());
            assertEquals(60, example.image().width());
        }
    }

    @Test
    void objectsOfWhichTooLittleIsLeftAreDropped() {
        String[] crop = {
            "INPUT.CROP.ENABLED=True", "INPUT.CROP.TYPE=relative", "INPUT.CROP.SIZE=[0.5,0.5]"
        };
        List<String> strict = new ArrayList<>(List.of(crop));
        strict.add("SOMA.AUG.MIN_VISIBLE=0.4");
        TrainingMapper all = mapper(3, crop);
        TrainingMapper most = mapper(3, strict.toArray(new String[0]));
        int dropped = 0;
        for (int position = 0; position < 80; position++) {
            GroundTruth whole = all.map(record, position).truth();
            GroundTruth kept = most.map(record, position).truth();
            List<Rle> expected = new ArrayList<>();
            for (int i = 0; i < whole.size(); i++) {
                Rle mask = mask(whole, i);
                if (mask.area() >= 0.4 * MASKS.get(whole.classes()[i]).area()) {
                    expected.add(mask);
                }
            }
            assertEquals(expected.size(), kept.size());
            for (int i = 0; i < expected.size(); i++) {
                assertEquals(expected.get(i), mask(kept, i));
            }
            dropped += whole.size() - kept.size();
        }
        assertTrue(dropped > 10, "dropped " + dropped);
    }

    @Test
    void smallTurnsKeepMasksOnTheirObjects() {
        TrainingMapper mapper =
                mapper(4, "SOMA.AUG.ROTATION.PROB=1", "SOMA.AUG.ROTATION.DEGREES=20");
        for (int position = 0; position < 30; position++) {
            TrainingExample example = mapper.map(record, position);
            assertEquals(HEIGHT, example.image().height());
            assertMasksFitTheImage(example, 12);
        }
    }

    @Test
    void jitterGivesOneSize() {
        TrainingMapper mapper =
                mapper(
                        5,
                        "SOMA.AUG.LSJ.ENABLED=True",
                        "SOMA.AUG.LSJ.SCALE=[0.3,2.0]",
                        "SOMA.AUG.LSJ.SIZE=[40,56]",
                        "INPUT.MIN_SIZE_TRAIN=[999]");
        double smallest = 9;
        double largest = 0;
        for (int position = 0; position < 60; position++) {
            TrainingExample example = mapper.map(record, position);
            assertEquals(40, example.image().height());
            assertEquals(56, example.image().width());
            // A row of a scaled object may lie at half its colour.
            assertMasksFitTheImage(example, 30);
            for (int i = 0; i < example.truth().size(); i++) {
                double ratio =
                        (double) mask(example.truth(), i).area()
                                / MASKS.get(example.truth().classes()[i]).area();
                smallest = Math.min(smallest, ratio);
                largest = Math.max(largest, ratio);
            }
        }
        assertTrue(smallest < 0.2 && largest > 1.5, smallest + " to " + largest);
    }

    /** The pixels of one gray value. */
    private static Rle pixels(Image8 image, int gray) {
        byte[] drawn = new byte[image.height() * image.width()];
        for (int p = 0; p < drawn.length; p++) {
            drawn[p] = (byte) ((image.pixels()[3 * p] & 0xff) == gray ? 1 : 0);
        }
        return Rle.encode(drawn, image.height(), image.width());
    }

    @Test
    void pastedObjectsCoverAndAreWhatIsSeen() {
        double least = 0.6;
        TrainingMapper mapper =
                mapper(
                        7,
                        "SOMA.AUG.HORIZONTAL_FLIP=0.5",
                        "SOMA.AUG.VERTICAL_FLIP=0.5",
                        "SOMA.AUG.COPY_PASTE.PROB=0.8",
                        "SOMA.AUG.MIN_VISIBLE=" + least);
        int plain = 0;
        int pasted = 0;
        int cut = 0;
        int vanished = 0;
        for (int position = 0; position < 150; position++) {
            TrainingExample example = mapper.map(record, position);
            GroundTruth truth = example.truth();
            int next = 0;
            int before = pasted;
            for (int shade : new int[] {0, SHADE}) {
                for (int c = 0; c < MASKS.size(); c++) {
                    Rle seen = pixels(example.image(), 50 * (c + 1) + shade);
                    double part = (double) seen.area() / MASKS.get(c).area();
                    if (shade == 0 && part < least) {
                        vanished++;
                        continue;
                    }
                    if (seen.isEmpty()) {
                        continue;
                    }
                    assertEquals(c, truth.classes()[next]);
                    assertEquals(seen, mask(truth, next));
                    double[] b = seen.bbox();
                    assertArrayEquals(
                            new float[] {
                                (float) b[0],
                                (float) b[1],
                                (float) (b[0] + b[2]),
                                (float) (b[1] + b[3])
                            },
                            Arrays.copyOfRange(truth.boxes(), 4 * next, 4 * next + 4));
                    pasted += shade == 0 ? 0 : 1;
                    cut += part < 1 ? 1 : 0;
                    next++;
                }
            }
            assertEquals(next, truth.size());
            plain += pasted == before ? 1 : 0;
        }
        // 0.2 without a paste, and of the others an eighth from which no object is drawn.
        assertEquals(150 * 0.3, plain, 20);
        assertEquals(150 * 0.8 * 1.5, pasted, 40);
        assertTrue(cut > 5 && vanished > 20, cut + " cut, " + vanished + " vanished");
    }

    @Test
    void objectsArePastedFromImagesOfTheSameKind() {
        List<ImageRecord> sources = new ArrayList<>();
        for (int kind = 0; kind < 3; kind++) {
            ImageRecord source = record("kind" + kind, 10 + kind);
            Annotation a = source.annotations().get(1);
            sources.add(
                    source.withAnnotations(
                            List.of(
                                    new Annotation(
                                            1, kind, a.bbox(), false, a.segmentation(), 1))));
        }
        String[] always = {"SOMA.AUG.COPY_PASTE.PROB=1", "SOMA.AUG.COPY_PASTE.PART=1"};
        TrainingMapper any = mapper(sources, 8, always);
        TrainingMapper same = mapper(sources, 8, always[0], always[1], SAME_CLASS);
        ImageRecord target = record.withAnnotations(List.of(record.annotations().get(2)));
        Set<Integer> kinds = new TreeSet<>();
        for (int position = 0; position < 30; position++) {
            kinds.add(any.map(target, position).truth().classes()[1]);
            assertEquals(2, same.map(target, position).truth().classes()[1]);
        }
        assertEquals(Set.of(0, 1, 2), kinds);
    }

    @Test
    void whatIsPastedFromALargerImageIsCutAtTheBorder() {
        String[] settings = {
            "SOMA.AUG.COPY_PASTE.PROB=1",
            "SOMA.AUG.COPY_PASTE.PART=1",
            "INPUT.CROP.ENABLED=True",
            "INPUT.CROP.TYPE=absolute_range",
            "INPUT.CROP.SIZE=[20,64]"
        };
        TrainingMapper mapper = mapper(10, settings);
        int pasted = 0;
        for (int position = 0; position < 60; position++) {
            TrainingExample example = mapper.map(record, position);
            for (int i = 0; i < example.truth().size(); i++) {
                Rle mask = mask(example.truth(), i);
                int colour = 50 * (example.truth().classes()[i] + 1);
                Rle own = pixels(example.image(), colour);
                Rle other = pixels(example.image(), colour + SHADE);
                assertTrue(mask.equals(own) || mask.equals(other));
                pasted += mask.equals(other) ? 1 : 0;
            }
        }
        assertTrue(pasted > 40, "pasted " + pasted);
    }

    @Test
    void colorsChangeAndNothingMoves() {
        TrainingMapper plain = mapper(11);
        for (String change :
                List.of("BRIGHTNESS", "CONTRAST", "HUE", "GAMMA", "CLAHE", "BLUR", "NOISE")) {
            TrainingMapper mapper = mapper(11, "SOMA.AUG." + change + ".PROB=1");
            int changed = 0;
            for (int position = 0; position < 5; position++) {
                TrainingExample before = plain.map(record, position);
                TrainingExample after = mapper.map(record, position);
                assertArrayEquals(before.truth().boxes(), after.truth().boxes());
                assertEquals(before.truth().masks(), after.truth().masks());
                changed += Arrays.equals(before.image().pixels(), after.image().pixels()) ? 0 : 1;
            }
            assertEquals(!change.equals("HUE"), changed > 0, change + ": gray has no hue");
        }
    }

    @Test
    void everythingTogetherDependsOnSeedAndPositionAlone() {
        Config config = Config.load("sartorius_augmented", List.of("INPUT.MIN_SIZE_TRAIN=[40,50]"));
        TrainingExample[] found = new TrainingExample[40];
        for (boolean forwards : new boolean[] {true, false}) {
            TrainingMapper mapper =
                    new TrainingMapper(
                            InputConfig.from(config),
                            AugmentationConfig.from(config),
                            List.of(record, second),
                            new ImageCache(1 << 20),
                            new RandomStreams(12));
            for (int i = 0; i < found.length; i++) {
                int position = forwards ? i : found.length - 1 - i;
                TrainingExample example = mapper.map(record, position);
                if (forwards) {
                    found[position] = example;
                } else {
                    assertArrayEquals(found[position].image().pixels(), example.image().pixels());
                    assertArrayEquals(found[position].truth().boxes(), example.truth().boxes());
                    assertEquals(found[position].truth().masks(), example.truth().masks());
                }
            }
        }
    }

    @Test
    void polygonsAreCutToo() {
        Polygons outline = Polygons.of(List.of(new double[] {5, 5, 60, 5, 60, 40, 5, 40}));
        Annotation object =
                new Annotation(
                        1,
                        0,
                        new double[] {5, 5, 55, 35},
                        false,
                        new Segmentation.OfPolygons(outline),
                        55 * 35);
        ImageRecord one = record.withAnnotations(List.of(object));
        TrainingMapper mapper =
                mapper(
                        6,
                        "INPUT.MASK_FORMAT=polygon",
                        "INPUT.CROP.ENABLED=True",
                        "INPUT.CROP.SIZE=[0.5,0.5]");
        for (int position = 0; position < 20; position++) {
            TrainingExample example = mapper.map(one, position);
            Segmentation.OfPolygons mask =
                    assertInstanceOf(
                            Segmentation.OfPolygons.class, example.truth().masks().getFirst());
            double[] b = mask.polygons().bbox();
            float[] box = {
                (float) b[0], (float) b[1], (float) (b[0] + b[2]), (float) (b[1] + b[3])
            };
            assertArrayEquals(box, example.truth().boxes());
            assertTrue(b[0] >= 0 && b[0] + b[2] <= example.image().width());
            assertTrue(b[1] >= 0 && b[1] + b[3] <= example.image().height());
        }
    }

    @Test
    void whatIsOffDrawsNothing() {
        String[] base = {"INPUT.RANDOM_FLIP=horizontal", "INPUT.MIN_SIZE_TRAIN=[30,40,50]"};
        Config config = Config.load("tiny", List.of(base));
        TrainingMapper plain =
                new TrainingMapper(
                        InputConfig.from(config), new ImageCache(0), new RandomStreams(9));
        TrainingMapper off = mapper(9, base);
        Random positions = new Random(1);
        for (int i = 0; i < 20; i++) {
            int position = positions.nextInt(1000);
            TrainingExample a = plain.map(record, position);
            TrainingExample b = off.map(record, position);
            assertArrayEquals(a.image().pixels(), b.image().pixels());
            assertArrayEquals(a.truth().boxes(), b.truth().boxes());
        }
    }

    @Test
    void badSettingsNameTheirKey() {
        String[][] bad = {
            {"SOMA.AUG.ROTATE90=1.5", "a number from 0.0 to 1.0"},
            {"SOMA.AUG.LSJ.SCALE=[2,1]", "[lowest, highest] above 0"},
            {"SOMA.AUG.LSJ.SIZE=[0,10]", "[height, width] in pixels"},
            {"SOMA.AUG.COPY_PASTE.PART=2", "a number from 0.0 to 1.0"},
            {"SOMA.AUG.BRIGHTNESS.RANGE=[1,0.5]", "[lowest, highest] of 0 or more"},
            {"SOMA.AUG.GAMMA.RANGE=[0,1]", "[lowest, highest] above 0"},
            {"SOMA.AUG.CLAHE.TILES=[8,0]", "[rows, columns] of at least 1"},
            {"SOMA.AUG.HUE.DEGREES=200", "a number from 0.0 to 180.0"},
            {"SOMA.AUG.FILL=256", "a whole number from 0 to 255"},
            {"SOMA.AUG.MIN_VISIBLE=-1", "a number from 0.0 to 1.0"},
        };
        for (String[] pair : bad) {
            Config config = Config.load("tiny", List.of(pair[0]));
            SomaException e =
                    assertThrows(SomaException.class, () -> AugmentationConfig.from(config));
            String key = pair[0].substring(0, pair[0].indexOf('='));
            assertTrue(e.getMessage().contains(key + ": expected " + pair[1]), e::getMessage);
        }
    }
}
