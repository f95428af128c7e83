package soma.cli.report;

import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.DatasetStatistics;
import soma.maskrcnn.data.DatasetStatistics.ClassStatistics;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.eval.ClassMatches;
import soma.maskrcnn.eval.FixedPoint;
import soma.maskrcnn.eval.IouType;
import soma.maskrcnn.eval.MatchedImage;

import java.util.ArrayList;
import java.util.List;

/** What an evaluation says of each class. */
final class ClassTable {
    private static final List<String> HEAD =
            List.of(
                    "Class",
                    "Images",
                    "Objects",
                    "Predicted",
                    "TP",
                    "FP",
                    "FN",
                    "TP/(TP+FP+FN)",
                    "Mask AP",
                    "Box AP",
                    "Image score",
                    "Mean size",
                    "Predicted size");

    private final EvaluationPage page;

    ClassTable(EvaluationPage page) {
        this.page = page;
    }

    String html() {
        List<ClassStatistics> statistics = DatasetStatistics.of(page.dataset()).classes();
        List<List<String>> rows = new ArrayList<>();
        for (int c = 0; c < statistics.size(); c++) {
            rows.add(row(c, statistics.get(c)));
        }
        String matching =
                page.matched().classes().isEmpty()
                        ? "These predictions have no classes: an object counts as found by any. "
                        : "Only predictions of its class count for a class. ";
        return Html.paragraph(
                        matching
                                + "Matched at IoU above "
                                + page.matched().iou()
                                + "; sizes are means in pixels; the image score is the mean of the"
                                + " images in which most objects are of the class.")
                + Html.table(HEAD, rows);
    }

    private List<String> row(int c, ClassStatistics statistics) {
        List<String> row = new ArrayList<>();
        row.add(statistics.name());
        row.add(String.valueOf(statistics.images()));
        row.addAll(counts(c));
        row.add(ap(IouType.SEGM, c));
        row.add(ap(IouType.BBOX, c));
        Double score = page.competition().perClass().get(statistics.name());
        row.add(score == null ? "-" : EvaluationPage.number(score));
        row.add(statistics.instances() == 0 ? "-" : size(statistics.area().mean()));
        row.add(size(meanPredicted(c)));
        return row;
    }

    private List<String> counts(int c) {
        if (page.matched().classes().isEmpty()) {
            int found = 0;
            int truths = 0;
            for (MatchedImage image : page.matched().images()) {
                for (int g = 0; g < image.truths().size(); g++) {
                    Annotation truth = image.truths().get(g);
                    if (truth.category() == c) {
                        truths++;
                        found += image.matches().isFound(g) ? 1 : 0;
                    }
                }
            }
            return List.of(text(truths), "-", text(found), "-", text(truths - found), "-");
        }
        ClassMatches matches = page.matched().classes().get(c);
        int all = matches.truths() + matches.falsePositives();
        return List.of(
                text(matches.truths()),
                text(matches.predictions()),
                text(matches.truePositives()),
                text(matches.falsePositives()),
                text(matches.falseNegatives()),
                EvaluationPage.number(
                        all == 0 ? Double.NaN : (double) matches.truePositives() / all));
    }

    private String ap(IouType type, int c) {
        return page.coco(type)
                .map(metrics -> EvaluationPage.fraction(metrics.perClass()[c]))
                .orElse("-");
    }

    private double meanPredicted(int c) {
        long id = page.dataset().categories().get(c).id();
        return page.matched().images().stream()
                .flatMap(image -> image.predictions().stream())
                .filter(prediction -> prediction.categoryId() == id)
                .map(Prediction::mask)
                .mapToInt(mask -> mask.area())
                .average()
                .orElse(Double.NaN);
    }

    private static String text(int count) {
        return String.valueOf(count);
    }

    private static String size(double pixels) {
        return Double.isNaN(pixels) ? "-" : FixedPoint.format(pixels, 0);
    }
}
