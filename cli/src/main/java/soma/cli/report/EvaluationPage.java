package soma.cli.report;

import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;

import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.draw.Outcome;
import soma.maskrcnn.eval.BootstrapInterval;
import soma.maskrcnn.eval.CocoMetrics;
import soma.maskrcnn.eval.CompetitionScore;
import soma.maskrcnn.eval.EvaluationReport;
import soma.maskrcnn.eval.FixedPoint;
import soma.maskrcnn.eval.ImageScore;
import soma.maskrcnn.eval.IouType;
import soma.maskrcnn.eval.MatchedDataset;
import soma.maskrcnn.eval.MatchedImage;
import soma.nn.io.AtomicFiles;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * {@code report.html}: how good predictions are and where they fail, on a page that needs nothing
 * beside itself.
 *
 * @param dataset the annotated data set
 * @param predictions the file of predictions, to be named
 * @param figures what an evaluation says of them, the competition's score included
 * @param matched what is true, false and missed
 * @param run a training's directory whose learning curves are shown
 * @param worst number of pictures, of the worst images
 */
public record EvaluationPage(
        Dataset dataset,
        Path predictions,
        EvaluationReport figures,
        MatchedDataset matched,
        Optional<Path> run,
        int worst) {
    private static final int DECIMALS = 4;

    /** Writes the page, whole or not at all. */
    public void write(Path file) {
        StringBuilder body = new StringBuilder(header());
        body.append(Html.section("Figures", figuresText()));
        body.append(
                Html.section("How much overlap is demanded", new MatchCharts(this).precision()));
        body.append(Html.section("Classes", new ClassTable(this).html()));
        body.append(
                Html.section(
                        "Scores of true and false detections", new MatchCharts(this).scores()));
        body.append(Html.section("Worst images", worstImages()));
        body.append(Html.section("All images, worst first", allImages()));
        run.ifPresent(directory -> body.append(Html.section("How it learned", curves(directory))));
        AtomicFiles.writeString(
                file, Html.page("Soma: predictions against annotations", body.toString()));
    }

    CompetitionScore competition() {
        return figures.competition().orElseThrow();
    }

    /** COCO's figures for masks; none for predictions without classes and scores. */
    Optional<CocoMetrics> coco(IouType type) {
        return figures.coco().stream().filter(metrics -> metrics.type() == type).findFirst();
    }

    private String header() {
        int objects = matched.images().stream().mapToInt(image -> image.truths().size()).sum();
        int found = matched.images().stream().mapToInt(image -> image.predictions().size()).sum();
        return """
        <header>
        <div class="score"><span>competition score</span><b>%s</b><span>0 nothing right, 1 perfect</span></div>
        <div><h1>Predictions against annotations</h1>
        <p>%s: %d predictions for %d objects in %d images of %s.</p></div>
        </header>
        """
                .formatted(
                        number(competition().score()),
                        Html.escaped(predictions.toString()),
                        found,
                        objects,
                        dataset.images().size(),
                        Html.escaped(dataset.source().toString()));
    }

    private String figuresText() {
        String text =
                Html.paragraph(
                        "The score of an image is the mean over ten IoU thresholds, 0.50 to 0.95,"
                                + " of TP / (TP + FP + FN), whatever the classes; the competition"
                                + " score is the mean of the images. COCO's figures depend on"
                                + " classes and scores, too.");
        return text
                + Html.columns(
                        List.of(
                                spread(),
                                coco(),
                                new MatchCharts(this).imageScores(),
                                new MatchCharts(this).classScores()));
    }

    /** The competition's score, and how its images differ. */
    private String spread() {
        double[] scores =
                competition().perImage().values().stream().mapToDouble(ImageScore::score).toArray();
        DescriptiveStatistics images = new DescriptiveStatistics(scores);
        BootstrapInterval interval = BootstrapInterval.ofMean(scores, MatchCharts.SEED);
        return Html.table(
                List.of("Competition score", "Value"),
                List.of(
                        row("mean of the images", competition().score()),
                        List.of(
                                "95 % interval of the mean (bootstrap over images)",
                                number(interval.low()) + " to " + number(interval.high())),
                        row("standard deviation of the images", images.getStandardDeviation()),
                        row("lowest image", images.getMin()),
                        row("lower quartile", images.getPercentile(25)),
                        row("median image", images.getPercentile(50)),
                        row("upper quartile", images.getPercentile(75)),
                        row("highest image", images.getMax())));
    }

    private static List<String> row(String name, double value) {
        return List.of(name, number(value));
    }

    private String coco() {
        if (figures.coco().isEmpty()) {
            return Html.paragraph(
                    "COCO's figures need classes and scores, which these predictions don't have.");
        }
        List<String> head = new ArrayList<>(List.of("COCO"));
        figures.coco()
                .forEach(metrics -> head.add(metrics.type() == IouType.BBOX ? "boxes" : "masks"));
        List<List<String>> rows = new ArrayList<>();
        List<String> names = figures.coco().getFirst().names();
        for (int i = 0; i < names.size(); i++) {
            List<String> row = new ArrayList<>(List.of(names.get(i)));
            for (CocoMetrics metrics : figures.coco()) {
                row.add(fraction(metrics.stats()[i]));
            }
            rows.add(row);
        }
        return Html.table(head, rows);
    }

    private List<MatchedImage> worstFirst() {
        return matched.images().stream()
                .sorted(
                        Comparator.comparingDouble((MatchedImage image) -> image.score().score())
                                .thenComparing(
                                        image -> -image.falsePositives() - image.falseNegatives()))
                .toList();
    }

    private String worstImages() {
        StringBuilder html = new StringBuilder();
        html.append(
                Html.paragraph(
                        "Annotations on the left, predictions on the right, matched one to one"
                                + " where their IoU is above "
                                + matched.iou()
                                + ", whatever their classes."));
        html.append(key());
        html.append("<div class=\"pictures\">\n");
        worstFirst().stream().limit(worst).forEach(image -> html.append(figure(image)));
        return html.append("</div>\n").toString();
    }

    private static String key() {
        return """
        <ul class="key">
        <li><i style="%s"></i>true: annotated and found</li>
        <li><i style="%s"></i>false: predicted, but not annotated</li>
        <li><i style="%s"></i>missed: annotated, but not found</li>
        </ul>
        """
                .formatted(
                        "border-color:%1$s;background:%1$s99".formatted(color(Outcome.TRUE)),
                        "border-color:%1$s;background:repeating-linear-gradient(135deg,%1$s 0 2px,#fff 2px 6px)"
                                .formatted(color(Outcome.FALSE)),
                        "border-color:%s;background:#777".formatted(color(Outcome.MISSED)));
    }

    private static String color(Outcome outcome) {
        return "#%06x".formatted(outcome.rgb());
    }

    private String figure(MatchedImage image) {
        String caption =
                "%s (%s): %d true, %d false, %d missed; score %s"
                        .formatted(
                                image.image().id(),
                                majority(image),
                                image.truePositives(),
                                image.falsePositives(),
                                image.falseNegatives(),
                                number(image.score().score()));
        if (dataset.unusableImages().contains(image.image().id())) {
            return Html.paragraph(caption + ". The image itself can't be read.");
        }
        return Html.figure(Html.image(ComparedPicture.small(dataset, image), caption), caption);
    }

    private String majority(MatchedImage image) {
        int category = image.image().majorityCategory();
        return category < 0 ? "no objects" : dataset.classNames().get(category);
    }

    private String allImages() {
        List<List<String>> rows = new ArrayList<>();
        for (MatchedImage image : worstFirst()) {
            rows.add(
                    List.of(
                            image.image().id(),
                            majority(image),
                            String.valueOf(image.truths().size()),
                            String.valueOf(image.predictions().size()),
                            String.valueOf(image.truePositives()),
                            String.valueOf(image.falsePositives()),
                            String.valueOf(image.falseNegatives()),
                            number(image.score().score())));
        }
        return Html.details(
                "The " + rows.size() + " images, matched at IoU above " + matched.iou(),
                Html.table(
                        List.of(
                                "Image",
                                "Most objects",
                                "Objects",
                                "Predicted",
                                "TP",
                                "FP",
                                "FN",
                                "Score"),
                        rows));
    }

    private static String curves(Path run) {
        return Html.paragraph("The training in " + run + ".")
                + Html.chart(LearningCurves.svg(run.resolve("metrics.json")));
    }

    /** The text of an IoU threshold of the competition. */
    static String threshold(int k) {
        return FixedPoint.format((10 + k) / 20.0, 2);
    }

    /** Counts of all images together at a threshold of the competition, whatever the classes. */
    double pooledPrecision(int k) {
        int matches = 0;
        int all = 0;
        for (MatchedImage image : matched.images()) {
            ImageScore score = image.score();
            matches += score.truePositives()[k];
            all += score.predicted() + score.truths() - score.truePositives()[k];
        }
        return all == 0 ? Double.NaN : (double) matches / all;
    }

    static String number(double value) {
        return Double.isNaN(value) ? "-" : FixedPoint.format(value, DECIMALS);
    }

    /** COCO's figures are -1 where there is nothing to measure. */
    static String fraction(double value) {
        return value < 0 ? "-" : number(value);
    }
}
