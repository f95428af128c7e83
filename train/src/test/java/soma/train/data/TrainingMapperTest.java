package soma.train.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
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
import soma.maskrcnn.structures.Polygons;
import soma.maskrcnn.structures.Rle;
import soma.nn.RandomStreams;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

final class TrainingMapperTest {
    private static final int HEIGHT = 6;
    private static final int WIDTH = 10;

    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void drawImage() {
        file = folder.resolve("a.png");
        byte[] pixels = new byte[HEIGHT * WIDTH * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i * 7);
        }
        PngWriter.write(file, new Image8(HEIGHT, WIDTH, 3, pixels));
    }

    private static TrainingMapper mapper(long seed, String... overrides) {
        List<String> base = new java.util.ArrayList<>(List.of("INPUT.RANDOM_FLIP=none"));
        base.addAll(List.of(overrides));
        Config config = Config.load("tiny", base);
        return new TrainingMapper(
                InputConfig.from(config),
                AugmentationConfig.from(config),
                List.of(),
                new ImageCache(1 << 20),
                new RandomStreams(seed));
    }

    private static Annotation rleObject(int category, double[] bbox, Rle mask, boolean crowd) {
        return new Annotation(1, category, bbox, crowd, new Segmentation.OfRle(mask), mask.area());
    }

    private ImageRecord record(Annotation... annotations) {
        return new ImageRecord("a", file, HEIGHT, WIDTH, List.of(annotations));
    }

    private static final Rle MASK = Rle.box(HEIGHT, WIDTH, 1, 2, 4, 5);
    private static final double[] BOX = {1, 2, 3, 3};

    @Test
    void withoutAugmentationAllStaysAsAnnotated() {
        TrainingExample e = mapper(0).map(record(rleObject(2, BOX, MASK, false)), 0);
        GroundTruth t = e.truth();
        assertArrayEquals(new float[] {1, 2, 4, 5}, t.boxes());
        assertArrayEquals(new int[] {2}, t.classes());
        assertEquals(new Segmentation.OfRle(MASK), t.masks().getFirst());
        assertEquals(7 * (3 * (2 * WIDTH + 4) + 1) & 255, e.image().sample(2, 4, 1));
    }

    @Test
    void channelsFollowTheFormat() {
        Image8 bgr = mapper(0).map(record(), 0).image();
        Image8 rgb = mapper(0, "INPUT.FORMAT=RGB").map(record(), 0).image();
        for (int c = 0; c < 3; c++) {
            assertEquals(bgr.sample(3, 5, c), rgb.sample(3, 5, 2 - c));
        }
    }

    @Test
    void whatCannotBeLearnedFromIsDropped() {
        GroundTruth t =
                mapper(0)
                        .map(
                                record(
                                        rleObject(0, BOX, MASK, true),
                                        rleObject(0, new double[] {1, 2, 0, 3}, MASK, false),
                                        rleObject(0, new double[] {50, 2, 3, 3}, MASK, false),
                                        rleObject(0, BOX, Rle.empty(HEIGHT, WIDTH), false),
                                        rleObject(1, BOX, MASK, false)),
                                0)
                        .truth();
        assertArrayEquals(new int[] {1}, t.classes());
        assertEquals(1, t.size());
        GroundTruth none = mapper(0).map(record(), 0).truth();
        assertEquals(0, none.size());
    }

    @Test
    void resizeAndFlipMoveImageBoxAndMaskAlike() {
        TrainingMapper mapper =
                mapper(
                        4,
                        "INPUT.RANDOM_FLIP=horizontal",
                        "INPUT.MIN_SIZE_TRAIN=[12,18]",
                        "INPUT.MAX_SIZE_TRAIN=1000");
        ImageRecord record = record(rleObject(0, BOX, MASK, false));
        Set<String> seen = new HashSet<>();
        for (int position = 0; position < 40; position++) {
            TrainingExample e = mapper.map(record, position);
            int scale = e.image().height() / HEIGHT;
            assertEquals(e.image().width(), e.truth().width());
            float[] box = e.truth().boxes();
            boolean flipped = box[0] != 1 * scale;
            float left = flipped ? (WIDTH - 4) * scale : scale;
            assertArrayEquals(
                    new float[] {left, 2 * scale, left + 3 * scale, 5 * scale}, box, 1e-5f);
            Rle mask = ((Segmentation.OfRle) e.truth().masks().getFirst()).rle();
            assertArrayEquals(
                    new double[] {left, 2 * scale, 3 * scale, 3 * scale}, mask.bbox(), 1e-9);
            seen.add(scale + " " + flipped);
        }
        assertEquals(Set.of("2 false", "2 true", "3 false", "3 true"), seen);
    }

    @Test
    void whatIsDrawnDependsOnSeedAndPositionAlone() {
        String[] random = {"INPUT.RANDOM_FLIP=horizontal", "INPUT.MIN_SIZE_TRAIN=[6,12,18,24]"};
        ImageRecord record = record(rleObject(0, BOX, MASK, false));
        TrainingMapper first = mapper(1, random);
        TrainingMapper second = mapper(1, random);
        second.map(record, 99);
        int different = 0;
        for (int position = 20; position >= 0; position--) {
            GroundTruth a = first.map(record, position).truth();
            assertArrayEquals(a.boxes(), second.map(record, position).truth().boxes());
            GroundTruth other = mapper(2, random).map(record, position).truth();
            different += java.util.Arrays.equals(a.boxes(), other.boxes()) ? 0 : 1;
        }
        assertTrue(different > 5, "another seed draws otherwise");
    }

    @Test
    void polygonsStayOrAreFilledAsTheMaskFormatSays() {
        double[] ring = {1, 1, 7, 1, 7, 5, 1, 5};
        Annotation a =
                new Annotation(
                        1,
                        0,
                        new double[] {1, 1, 6, 4},
                        false,
                        new Segmentation.OfPolygons(Polygons.of(List.of(ring))),
                        24);
        String[] twice = {"INPUT.MIN_SIZE_TRAIN=[12]", "INPUT.MAX_SIZE_TRAIN=100"};
        Segmentation kept =
                mapper(0, twice[0], twice[1], "INPUT.MASK_FORMAT=polygon")
                        .map(record(a), 0)
                        .truth()
                        .masks()
                        .getFirst();
        double[] moved =
                assertInstanceOf(Segmentation.OfPolygons.class, kept).polygons().rings().getFirst();
        assertArrayEquals(new double[] {2, 2, 14, 2, 14, 10, 2, 10}, moved);
        Segmentation filled = mapper(0, twice).map(record(a), 0).truth().masks().getFirst();
        Rle expected = Polygons.of(List.of(moved)).toRle(12, 20);
        assertEquals(new Segmentation.OfRle(expected), filled);
    }

    @Test
    void errorsNameTheFile() throws IOException {
        ImageRecord wrong = new ImageRecord("a", file, HEIGHT + 1, WIDTH, List.of());
        SomaException size = assertThrows(SomaException.class, () -> mapper(0).map(wrong, 0));
        assertEquals(
                file + ": image size: expected 7x10 as annotated, got 6x10", size.getMessage());
        Path broken = folder.resolve("broken.png");
        Files.write(broken, new byte[] {1, 2, 3});
        ImageRecord bad = new ImageRecord("b", broken, HEIGHT, WIDTH, List.of());
        SomaException read = assertThrows(SomaException.class, () -> mapper(0).map(bad, 0));
        assertTrue(read.getMessage().startsWith(broken.toString()), read.getMessage());
    }

    @Test
    void theCacheKeepsToItsBudgetAndGivesTheSamePixels() throws IOException {
        Path gray = folder.resolve("gray.png");
        PngWriter.write(gray, new Image8(4, 5, 1, new byte[20]));
        ImageCache cache = new ImageCache(20 + HEIGHT * WIDTH * 3 - 1);
        Image8 first = cache.read(gray);
        assertEquals(20, cache.bytes(), "one channel of a gray image is kept");
        Image8 colour = cache.read(file);
        assertEquals(20, cache.bytes(), "what doesn't fit isn't kept");
        Files.delete(gray);
        assertArrayEquals(first.pixels(), cache.read(gray).pixels());
        assertArrayEquals(colour.pixels(), new ImageCache(0).read(file).pixels());
        assertNotEquals(0, colour.pixels()[1]);
    }

    @Test
    void theLoaderGivesBatchesInOrderAndFailsWhenTheBadOneIsDue() {
        List<ImageRecord> images =
                List.of(
                        record(rleObject(0, BOX, MASK, false)),
                        new ImageRecord("gone", folder.resolve("gone.png"), 6, 10, List.of()));
        RandomStreams streams = new RandomStreams(3);
        BatchSampler expected = new BatchSampler(images, new TrainingSampler(2, streams), 1, true);
        try (BatchLoader loader =
                new BatchLoader(
                        new BatchSampler(
                                images, new TrainingSampler(2, new RandomStreams(3)), 1, true),
                        mapper(3),
                        2,
                        3)) {
            for (int i = 0; i < 12; i++) {
                String id = expected.next().getFirst().image().id();
                if (id.equals("gone")) {
                    SomaException e = assertThrows(SomaException.class, loader::next);
                    assertTrue(e.getMessage().contains("gone.png"), e.getMessage());
                } else {
                    assertEquals(id, loader.next().getFirst().imageId());
                }
            }
        }
    }
}
