package soma.cli.report;

import soma.cli.report.chart.BarChart;
import soma.cli.report.chart.BarChart.Bar;
import soma.cli.report.chart.Histogram;
import soma.cli.report.chart.LineChart;
import soma.cli.report.chart.LineChart.Series;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.eval.BootstrapInterval;
import soma.maskrcnn.eval.ClassMatches;
import soma.maskrcnn.eval.ImageScore;
import soma.maskrcnn.eval.MatchedImage;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** The charts of an evaluation's page, and the tables of their figures. */
final class MatchCharts {
    private static final int WIDTH = 480;
    private static final int WIDE = 800;
    private static final int HEIGHT = 300;
    private static final int BINS = 20;

    /** Classes beyond so many are left to the tables. */
    private static final int DRAWN_CLASSES = 6;

    /** Of the bootstrap: a page is the same each time it is made. */
    static final long SEED = 1;

    private final EvaluationPage page;

    MatchCharts(EvaluationPage page) {
        this.page = page;
    }

    /** TP / (TP + FP + FN) against IoU, over all and by class. */
    String precision() {
        Map<String, IntToDoubleFunction> lines = new LinkedHashMap<>();
        lines.put("mean of the images", k -> page.competition().perThreshold()[k]);
        lines.put("all objects", page::pooledPrecision);
        List<ClassMatches> classes = page.matched().classes();
        if (classes.size() > 1) {
            classes.forEach(c -> lines.put("class " + c.name(), c::precision));
        }
        double[] iou =
                IntStream.range(0, ImageScore.THRESHOLDS)
                        .mapToDouble(k -> (10 + k) / 20.0)
                        .toArray();
        List<Series> series = new ArrayList<>();
        lines.forEach(
                (name, value) ->
                        series.add(
                                new Series(
                                        name,
                                        iou,
                                        IntStream.range(0, iou.length)
                                                .mapToDouble(value)
                                                .toArray())));
        LineChart chart =
                new LineChart(
                        "Right at an overlap",
                        "IoU that a match must exceed",
                        "TP / (TP + FP + FN)",
                        series.subList(0, Math.min(series.size(), 2 + DRAWN_CLASSES)));
        return Html.paragraph(
                        "The share that is right of all that is annotated or predicted. Over the"
                                + " images classes don't matter, as in the competition; a class's"
                                + " line takes its objects and its predictions in all images"
                                + " together, and a wrong class is an error.")
                + Html.chart(chart.toSvg(WIDE, HEIGHT + 40))
                + Html.details("The figures", table(lines));
    }

    private static String table(Map<String, IntToDoubleFunction> lines) {
        List<String> head = new ArrayList<>(List.of("IoU above"));
        head.addAll(lines.keySet());
        List<List<String>> rows = new ArrayList<>();
        for (int k = 0; k < ImageScore.THRESHOLDS; k++) {
            List<String> row = new ArrayList<>(List.of(EvaluationPage.threshold(k)));
            for (IntToDoubleFunction value : lines.values()) {
                row.add(EvaluationPage.number(value.applyAsDouble(k)));
            }
            rows.add(row);
        }
        return Html.table(head, rows);
    }

    /** Scores of true and of false detections, over all and by class. */
    String scores() {
        List<Prediction> all = new ArrayList<>();
        page.matched().images().forEach(image -> all.addAll(image.predictions()));
        if (all.isEmpty()) {
            return Html.paragraph("There are no predictions.");
        }
        if (all.stream().allMatch(p -> Double.isNaN(p.score()))) {
            return Html.paragraph("These predictions have no scores.");
        }
        List<String> charts = new ArrayList<>();
        charts.add(scores("All classes", p -> true));
        List<ClassMatches> classes = page.matched().classes();
        if (classes.size() > 1) {
            List<Integer> drawn =
                    IntStream.range(0, classes.size())
                            .boxed()
                            .sorted(Comparator.comparing(c -> -classes.get(c).predictions()))
                            .limit(DRAWN_CLASSES)
                            .sorted()
                            .toList();
            for (int c : drawn) {
                long id = page.dataset().categories().get(c).id();
                charts.add(scores(classes.get(c).name(), p -> p.categoryId() == id));
            }
        }
        return Html.paragraph(
                        "Detections by their score: true where a mask is matched at IoU above "
                                + page.matched().iou()
                                + ", whatever the class. Where false ones prevail a higher score"
                                + " threshold helps.")
                + Html.columns(charts);
    }

    private String scores(String title, Predicate<Prediction> chosen) {
        List<Double> trueScores = new ArrayList<>();
        List<Double> falseScores = new ArrayList<>();
        for (MatchedImage image : page.matched().images()) {
            for (int p = 0; p < image.predictions().size(); p++) {
                Prediction prediction = image.predictions().get(p);
                if (chosen.test(prediction)) {
                    (image.matches().isTrue(p) ? trueScores : falseScores).add(prediction.score());
                }
            }
        }
        return new Histogram(
                        title,
                        "score",
                        "detections",
                        0,
                        1,
                        BINS,
                        List.of(group("true", trueScores), group("false", falseScores)))
                .toSvg(WIDTH, HEIGHT);
    }

    /** How the images' scores are spread. */
    String imageScores() {
        List<Double> scores =
                page.matched().images().stream().map(image -> image.score().score()).toList();
        return new Histogram(
                        "Images by their score",
                        "competition score of an image",
                        "images",
                        0,
                        1,
                        BINS,
                        List.of(group("images", scores)))
                .toSvg(WIDTH, HEIGHT);
    }

    private static Histogram.Group group(String name, List<Double> values) {
        return new Histogram.Group(
                name + ": " + values.size(),
                values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** The mean of the images of each class, and how far chance may move it. */
    String classScores() {
        Map<String, List<Double>> scores = new LinkedHashMap<>();
        scores.put("all images", new ArrayList<>());
        page.dataset().classNames().forEach(name -> scores.put(name, new ArrayList<>()));
        for (MatchedImage image : page.matched().images()) {
            double score = image.score().score();
            scores.get("all images").add(score);
            int category = image.image().majorityCategory();
            if (category >= 0) {
                scores.get(page.dataset().classNames().get(category)).add(score);
            }
        }
        List<Bar> bars = new ArrayList<>();
        scores.forEach((name, values) -> bars.add(bar(name, values)));
        return new BarChart(
                        "By the class of most objects of an image",
                        "competition score, and its 95 % interval",
                        bars)
                .toSvg(WIDTH);
    }

    private static Bar bar(String name, List<Double> values) {
        if (values.isEmpty()) {
            return Bar.of(name, Double.NaN);
        }
        BootstrapInterval interval =
                BootstrapInterval.ofMean(
                        values.stream().mapToDouble(Double::doubleValue).toArray(), SEED);
        return new Bar(name, interval.mean(), interval.low(), interval.high());
    }
}
