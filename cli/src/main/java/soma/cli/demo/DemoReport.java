package soma.cli.demo;

import soma.cli.report.DrawnObjects;
import soma.cli.report.Html;
import soma.maskrcnn.data.DatasetStatistics;
import soma.maskrcnn.data.DatasetStatistics.ClassStatistics;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.draw.DrawnInstance;
import soma.maskrcnn.draw.Overlay;
import soma.maskrcnn.draw.OverlayStyle;
import soma.maskrcnn.draw.SideBySide;
import soma.maskrcnn.eval.CompetitionScore;
import soma.maskrcnn.eval.FixedPoint;
import soma.maskrcnn.eval.ImageScore;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.image.PngWriter;
import soma.nn.io.AtomicFiles;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code report.html} of the demo: one page for a reader who is no programmer. */
final class DemoReport {
    private static final OverlayStyle STYLE = new OverlayStyle(2, 0.3, 0, 0);

    private final DemoResult result;
    private final Path out;
    private final Map<String, List<DrawnInstance>> found;

    private DemoReport(DemoResult result) {
        this.result = result;
        this.out = result.settings().out();
        this.found = DrawnObjects.read(out.resolve("results.json"), result.data().test());
    }

    /**
     * Writes the page, and the pictures in it as {@code examples/<id>.png}.
     *
     * @param curves the learning curves as SVG
     */
    static void write(DemoResult result, String curves) {
        new DemoReport(result).write(curves);
    }

    private void write(String curves) {
        CompetitionScore score = result.competition();
        int steps = (int) result.training().iterations();
        Map<String, String> values = new HashMap<>();
        values.put("score", number(score.score(), 2));
        values.put("verdict", verdict(score.score()));
        values.put("train-images", String.valueOf(result.data().training().images().size()));
        values.put("train-cells", String.valueOf(result.data().training().instanceCount()));
        values.put("val-images", String.valueOf(result.data().validation().images().size()));
        values.put("test-images", String.valueOf(result.data().test().images().size()));
        values.put("test-cells", String.valueOf(result.data().test().instanceCount()));
        values.put("steps", String.valueOf(steps));
        values.put("duration", duration(result.seconds()));
        values.put("half", number(100 * score.perThreshold()[0], 0));
        values.put("strict", number(100 * score.perThreshold()[5], 0));
        values.put("detections", String.valueOf(result.detections()));
        values.put("thresholds", thresholds(score));
        values.put("classes", classes());
        values.put("examples", examples());
        values.put("curves", curves);
        values.put("ap", number(result.masks().ap(), 3));
        values.put("ap50", number(result.masks().stats()[1], 3));
        values.put("box-ap", number(result.boxes().ap(), 3));
        values.put("out", Html.escaped(out.toString()));
        values.put("seed", String.valueOf(result.settings().seed()));
        values.put("machine", Html.escaped(machine()));
        String body = Html.filled(DemoReport.class, "report.html", values);
        AtomicFiles.writeString(
                out.resolve("report.html"), Html.page("Soma: finding cells in images", body));
    }

    private static String verdict(double score) {
        if (score >= 0.6) {
            return "Most cells are found, and their outlines are close to the true ones.";
        }
        if (score >= 0.4) {
            return "Most cells are found; the outlines follow the true ones, not exactly.";
        }
        return "The model has begun to find cells; it needs longer training.";
    }

    private String thresholds(CompetitionScore score) {
        List<List<String>> rows = new ArrayList<>();
        for (int k = 0; k < ImageScore.THRESHOLDS; k++) {
            rows.add(
                    List.of(
                            number(50 + 5 * k, 0) + " %",
                            number(100 * score.perThreshold()[k], 0) + " %"));
        }
        return Html.table(List.of("Overlap demanded", "Right"), rows);
    }

    private String classes() {
        List<List<String>> rows = new ArrayList<>();
        List<ClassStatistics> numbers = DatasetStatistics.of(result.data().test()).classes();
        Map<String, Integer> counts = new LinkedHashMap<>();
        found.values().forEach(list -> list.forEach(o -> counts.merge(o.label(), 1, Integer::sum)));
        for (int k = 0; k < numbers.size(); k++) {
            String name = numbers.get(k).name();
            Double score = result.competition().perClass().get(name);
            rows.add(
                    List.of(
                            name,
                            String.valueOf(numbers.get(k).instances()),
                            String.valueOf(counts.getOrDefault(name, 0)),
                            number(numbers.get(k).area().median(), 0),
                            score == null ? "-" : number(score, 2),
                            fraction(result.masks().perClass()[k])));
        }
        return Html.table(
                List.of(
                        "Kind of cell",
                        "Cells in the test images",
                        "Found",
                        "Typical size (pixels)",
                        "Score of its images",
                        "Mask AP"),
                rows);
    }

    /** The first test image of each kind. */
    private String examples() {
        Map<Integer, ImageRecord> ofKind = new LinkedHashMap<>();
        for (ImageRecord image : result.data().test().images()) {
            ofKind.putIfAbsent(image.majorityCategory(), image);
        }
        StringBuilder html = new StringBuilder();
        ofKind.forEach((kind, image) -> html.append(example(kind, image)));
        return html.toString();
    }

    private String example(int kind, ImageRecord image) {
        Image8 pixels = ImageReader.readBgr(image.file());
        List<DrawnInstance> truth = DrawnObjects.annotated(result.data().test(), image);
        List<DrawnInstance> predicted = found.getOrDefault(image.id(), List.of());
        Path picture = out.resolve("examples").resolve(image.id() + ".png");
        PngWriter.write(
                picture,
                SideBySide.of(
                        List.of(
                                Overlay.draw(pixels, List.of(), STYLE),
                                Overlay.draw(pixels, truth, STYLE),
                                Overlay.draw(pixels, predicted, STYLE))));
        String caption =
                "%s, %s: %d cells in truth, %d found, score %s"
                        .formatted(
                                image.id(),
                                kind < 0 ? "no cells" : name(kind),
                                truth.size(),
                                predicted.size(),
                                number(result.competition().perImage().get(image.id()).score(), 2));
        return Html.figure(Html.image(picture, caption), caption);
    }

    private String name(int kind) {
        return result.data().test().classNames().get(kind);
    }

    private static String machine() {
        return "%d processor cores, Java %s, %s"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        Runtime.version().feature(),
                        System.getProperty("os.name"));
    }

    private static String fraction(double value) {
        return value < 0 ? "-" : number(value, 2);
    }

    private static String number(double value, int digits) {
        return FixedPoint.format(value, digits);
    }

    /** Minutes and seconds. */
    static String duration(double seconds) {
        long whole = Math.round(seconds);
        return whole < 60
                ? whole + " s"
                : String.format(Locale.ROOT, "%d:%02d min", whole / 60, whole % 60);
    }
}
