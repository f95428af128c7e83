package soma.maskrcnn.structures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;

import soma.maskrcnn.SharedFiles;
import soma.tensor.SomaException;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import javax.imageio.ImageIO;

/** Every case of {@code golden/data/rle.json}, made with pycocotools. */
class RleGoldenTest {
    private static final String FILE = "golden/data/rle.json";

    @Test
    void encodes() throws IOException {
        int cases = 0;
        for (JsonNode c : SharedFiles.json(FILE).get("encode")) {
            int h = c.get("h").asInt();
            int w = c.get("w").asInt();
            String name = c.get("name").asText();
            byte[] bitmap = c.has("png") ? png(c.get("png").asText()) : bitmap(c.get("rows"));
            Rle mask = Rle.encode(bitmap, h, w);
            if (c.has("counts")) {
                assertArrayEquals(ints(c.get("counts")), mask.counts(), name);
            }
            assertEquals(c.get("string").asText(), mask.toCocoString(), name);
            assertEquals(c.get("area").asInt(), mask.area(), name);
            assertArrayEquals(doubles(c.get("bbox")), mask.bbox(), name);
            Rle read = Rle.fromCocoString(h, w, c.get("string").asText());
            assertEquals(mask, read, name);
            assertArrayEquals(bitmap, read.decode(), name);
            cases++;
        }
        assertEquals(43, cases);
    }

    @Test
    void readsAndWritesRowRuns() throws IOException {
        JsonNode golden = SharedFiles.json(FILE);
        for (JsonNode c : golden.get("csv")) {
            int h = c.get("h").asInt();
            int w = c.get("w").asInt();
            byte[] bitmap = c.has("png") ? png(c.get("png").asText()) : bitmap(c.get("rows"));
            Rle mask = Rle.encode(bitmap, h, w);
            assertEquals(c.get("text").asText(), mask.toRowRuns(), c.get("name").asText());
            assertEquals(
                    mask, Rle.fromRowRuns(h, w, c.get("text").asText()), c.get("name").asText());
        }
        for (JsonNode c : golden.get("csv_other_spellings")) {
            Rle mask =
                    Rle.fromRowRuns(c.get("h").asInt(), c.get("w").asInt(), c.get("text").asText());
            assertEquals(c.get("canonical").asText(), mask.toRowRuns(), c.toString());
        }
    }

    @Test
    void readsUncompressedCounts() {
        for (JsonNode c : SharedFiles.json(FILE).get("uncompressed")) {
            Rle mask = Rle.of(c.get("h").asInt(), c.get("w").asInt(), ints(c.get("counts")));
            assertEquals(c.get("string").asText(), mask.toCocoString());
            assertEquals(c.get("area").asInt(), mask.area());
            assertArrayEquals(doubles(c.get("bbox")), mask.bbox());
        }
    }

    @Test
    void fillsPolygons() {
        int cases = 0;
        for (JsonNode c : SharedFiles.json(FILE).get("polygons")) {
            int h = c.get("h").asInt();
            int w = c.get("w").asInt();
            String name = c.get("name").asText();
            List<double[]> rings = new ArrayList<>();
            for (JsonNode ring : c.get("polygons")) {
                rings.add(doubles(ring));
            }
            for (int i = 0; i < rings.size(); i++) {
                String expected = c.get("strings").get(i).asText();
                assertEquals(
                        expected,
                        Polygons.of(List.of(rings.get(i))).toRle(h, w).toCocoString(),
                        name);
            }
            Rle union = Polygons.of(rings).toRle(h, w);
            assertEquals(c.get("union").get("string").asText(), union.toCocoString(), name);
            assertArrayEquals(ints(c.get("union").get("counts")), union.counts(), name);
            assertEquals(c.get("union").get("area").asInt(), union.area(), name);
            assertArrayEquals(doubles(c.get("union").get("bbox")), union.bbox(), name);
            cases++;
        }
        assertEquals(51, cases);
    }

    @Test
    void merges() {
        for (JsonNode c : SharedFiles.json(FILE).get("merge")) {
            List<Rle> masks = masks(c, "masks");
            Rle merged =
                    c.get("intersect").asBoolean()
                            ? masks.stream().reduce(Rle::intersection).orElseThrow()
                            : Rle.union(masks);
            assertEquals(c.get("string").asText(), merged.toCocoString());
        }
    }

    @Test
    void overlaps() {
        JsonNode iou = SharedFiles.json(FILE).get("iou");
        for (JsonNode c : iou.get("masks_dt_by_gt")) {
            List<Rle> detections = masks(c, "dt");
            List<Rle> truths = masks(c, "gt");
            for (int d = 0; d < detections.size(); d++) {
                for (int g = 0; g < truths.size(); g++) {
                    boolean crowd = c.get("iscrowd").get(g).asInt() != 0;
                    double expected = c.get("iou").get(d).get(g).asDouble();
                    assertEquals(expected, detections.get(d).iou(truths.get(g), crowd), 1e-12);
                }
            }
        }
        for (JsonNode c : iou.get("boxes_xywh_dt_by_gt")) {
            for (int d = 0; d < c.get("dt").size(); d++) {
                for (int g = 0; g < c.get("gt").size(); g++) {
                    double[] detection = doubles(c.get("dt").get(d));
                    double[] truth = doubles(c.get("gt").get(g));
                    boolean crowd = c.get("iscrowd").get(g).asInt() != 0;
                    double expected = c.get("iou").get(d).get(g).asDouble();
                    assertEquals(expected, BoxOverlap.iou(detection, truth, crowd), 1e-12);
                }
            }
        }
    }

    @Test
    void errorsWhereTheReferenceCodeGivesGarbage() {
        List<Integer> marked = new ArrayList<>();
        for (JsonNode c : SharedFiles.json(FILE).get("pycocotools_quirks")) {
            if (c.path("wanted").asText().equals("error")) {
                marked.add(marked.size());
            }
        }
        assertTrue(marked.size() >= 3, "quirks that must be errors");
        Rle a = Rle.empty(3, 4);
        Rle b = Rle.empty(4, 3);
        assertThrows(SomaException.class, () -> Rle.union(List.of(a, b)));
        assertThrows(SomaException.class, () -> a.iou(b));
        assertThrows(SomaException.class, () -> Rle.of(3, 4, new int[] {11}));
        assertThrows(SomaException.class, () -> Rle.of(3, 4, new int[] {13}));
        assertArrayEquals(new double[4], Rle.of(3, 4, new int[] {3, 0, 9}).bbox());
    }

    private static List<Rle> masks(JsonNode c, String field) {
        List<Rle> masks = new ArrayList<>();
        for (JsonNode text : c.get(field)) {
            masks.add(Rle.fromCocoString(c.get("h").asInt(), c.get("w").asInt(), text.asText()));
        }
        return masks;
    }

    private static byte[] bitmap(JsonNode rows) {
        List<String> lines = new ArrayList<>();
        rows.forEach(row -> lines.add(row.asText()));
        return NaiveMask.rows(lines.toArray(String[]::new));
    }

    private static byte[] png(String name) throws IOException {
        BufferedImage image = ImageIO.read(SharedFiles.require("golden/data/" + name).toFile());
        byte[] bitmap = new byte[image.getWidth() * image.getHeight()];
        for (int i = 0; i < bitmap.length; i++) {
            int sample = image.getRaster().getSample(i % image.getWidth(), i / image.getWidth(), 0);
            bitmap[i] = (byte) (sample != 0 ? 1 : 0);
        }
        return bitmap;
    }

    private static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    private static double[] doubles(JsonNode array) {
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asDouble();
        }
        return values;
    }
}
