package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.structures.BoxOverlap;
import soma.maskrcnn.structures.Polygons;
import soma.maskrcnn.structures.Rle;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Run lengths, polygons and overlaps against pycocotools: exact, overlaps within 1e-12. */
final class RleParity {
    private static final double IOU = 1e-12;

    private final Path folder;
    private final ParityReport report;
    private final JsonNode golden;

    RleParity(Path folder, ParityReport report) {
        this.folder = folder;
        this.report = report;
        this.golden = Json.read(folder.resolve("rle.json"));
    }

    void run() {
        encodings();
        rowRuns();
        uncompressed();
        polygons();
        merges();
        overlaps();
    }

    private void encodings() {
        for (JsonNode c : golden.required("encode")) {
            Rle mask = mask(c);
            String string = c.get("string").asText();
            Rle read = Rle.fromCocoString(mask.height(), mask.width(), string);
            boolean same =
                    string.equals(mask.toCocoString())
                            && mask.equals(read)
                            && c.get("area").asInt() == mask.area()
                            && Arrays.equals(Json.doubles(c.get("bbox")), mask.bbox())
                            && (!c.has("counts")
                                    || Arrays.equals(Json.ints(c.get("counts")), mask.counts()));
            holds("encode " + c.get("name").asText(), mask, same);
        }
    }

    private void holds(String name, Rle mask, boolean same) {
        String size = mask.height() + "x" + mask.width();
        report.holds(name, size, same, "counts, string, area or box differ");
    }

    private Rle mask(JsonNode c) {
        int h = c.get("h").asInt();
        int w = c.get("w").asInt();
        byte[] bits = new byte[h * w];
        if (c.has("png")) {
            Image8 image = ImageReader.readGray(folder.resolve(c.get("png").asText()));
            for (int i = 0; i < bits.length; i++) {
                bits[i] = (byte) (image.pixels()[i] != 0 ? 1 : 0);
            }
        } else {
            String rows = String.join("", Json.names(c.get("rows")));
            for (int i = 0; i < bits.length; i++) {
                bits[i] = (byte) (rows.charAt(i) == '0' || rows.charAt(i) == '.' ? 0 : 1);
            }
        }
        return Rle.encode(bits, h, w);
    }

    private void rowRuns() {
        for (JsonNode c : golden.required("csv")) {
            Rle mask = mask(c);
            String text = c.get("text").asText();
            boolean same =
                    text.equals(mask.toRowRuns())
                            && mask.equals(Rle.fromRowRuns(mask.height(), mask.width(), text));
            holds("row runs " + c.get("name").asText(), mask, same);
        }
        int i = 0;
        for (JsonNode c : golden.required("csv_other_spellings")) {
            Rle mask =
                    Rle.fromRowRuns(c.get("h").asInt(), c.get("w").asInt(), c.get("text").asText());
            holds("spelling " + i++, mask, c.get("canonical").asText().equals(mask.toRowRuns()));
        }
    }

    private void uncompressed() {
        int i = 0;
        for (JsonNode c : golden.required("uncompressed")) {
            int[] counts = Json.ints(c.get("counts"));
            Rle mask = Rle.of(c.get("h").asInt(), c.get("w").asInt(), counts);
            boolean same =
                    c.get("string").asText().equals(mask.toCocoString())
                            && c.get("area").asInt() == mask.area()
                            && Arrays.equals(Json.doubles(c.get("bbox")), mask.bbox());
            holds("uncompressed " + i++, mask, same);
        }
    }

    private void polygons() {
        for (JsonNode c : golden.required("polygons")) {
            int h = c.get("h").asInt();
            int w = c.get("w").asInt();
            List<double[]> rings = new ArrayList<>();
            c.get("polygons").forEach(ring -> rings.add(Json.doubles(ring)));
            boolean same = true;
            for (int i = 0; i < rings.size(); i++) {
                String alone = Polygons.of(List.of(rings.get(i))).toRle(h, w).toCocoString();
                same &= c.get("strings").get(i).asText().equals(alone);
            }
            Rle union = Polygons.of(rings).toRle(h, w);
            JsonNode expected = c.get("union");
            same &=
                    expected.get("string").asText().equals(union.toCocoString())
                            && expected.get("area").asInt() == union.area()
                            && Arrays.equals(Json.doubles(expected.get("bbox")), union.bbox());
            holds("polygon " + c.get("name").asText(), union, same);
        }
    }

    private void merges() {
        int i = 0;
        for (JsonNode c : golden.required("merge")) {
            List<Rle> masks = FixtureMasks.ofCase(c, "masks");
            Rle merged =
                    c.get("intersect").asBoolean()
                            ? masks.stream().reduce(Rle::intersection).orElseThrow()
                            : Rle.union(masks);
            holds("merge " + i++, merged, c.get("string").asText().equals(merged.toCocoString()));
        }
    }

    private void overlaps() {
        JsonNode iou = golden.required("iou");
        int i = 0;
        for (JsonNode c : iou.required("masks_dt_by_gt")) {
            List<Rle> detections = FixtureMasks.ofCase(c, "dt");
            List<Rle> truths = FixtureMasks.ofCase(c, "gt");
            overlaps(
                    "mask overlaps " + i++,
                    c,
                    detections.size(),
                    truths.size(),
                    (d, g, crowd) -> detections.get(d).iou(truths.get(g), crowd));
        }
        i = 0;
        for (JsonNode c : iou.required("boxes_xywh_dt_by_gt")) {
            overlaps(
                    "box overlaps " + i++,
                    c,
                    c.get("dt").size(),
                    c.get("gt").size(),
                    (d, g, crowd) ->
                            BoxOverlap.iou(
                                    Json.doubles(c.get("dt").get(d)),
                                    Json.doubles(c.get("gt").get(g)),
                                    crowd));
        }
    }

    @FunctionalInterface
    private interface Overlap {
        double of(int detection, int truth, boolean crowd);
    }

    private void overlaps(String name, JsonNode c, int detections, int truths, Overlap overlap) {
        double[] expected = new double[detections * truths];
        double[] actual = new double[expected.length];
        for (int d = 0; d < detections; d++) {
            for (int g = 0; g < truths; g++) {
                boolean crowd = c.get("iscrowd").get(g).asInt() != 0;
                expected[d * truths + g] = c.get("iou").get(d).get(g).asDouble();
                actual[d * truths + g] = overlap.of(d, g, crowd);
            }
        }
        report.absolute(name, "[" + detections + ", " + truths + "]", expected, actual, IOU);
    }
}
