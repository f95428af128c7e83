package soma.cli;

import soma.maskrcnn.eval.CocoMetrics;
import soma.maskrcnn.eval.CompetitionScore;
import soma.maskrcnn.eval.EvaluationReport;
import soma.maskrcnn.eval.FixedPoint;
import soma.maskrcnn.eval.IouType;

import java.util.Locale;

/** An evaluation as text for people. */
final class EvaluationText {
    /** More images than this are left to the JSON file. */
    private static final int LISTED_IMAGES = 50;

    /** Of the figures that pycocotools doesn't print. */
    private static final int DECIMALS = 4;

    private EvaluationText() {}

    /** Returns all figures: COCO's as pycocotools prints them, then the competition's. */
    static String of(EvaluationReport report) {
        StringBuilder text = new StringBuilder();
        for (CocoMetrics metrics : report.coco()) {
            append(text, metrics);
        }
        report.competition().ifPresent(score -> append(text, score));
        return text.toString();
    }

    private static void append(StringBuilder text, CocoMetrics metrics) {
        text.append(metrics.type() == IouType.BBOX ? "Boxes (bbox)" : "Masks (segm)").append('\n');
        text.append(metrics.toText());
        text.append(" AP per class\n");
        for (int k = 0; k < metrics.perClass().length; k++) {
            line(text, metrics.classNames().get(k), metrics.perClass()[k]);
        }
        text.append('\n');
    }

    private static void append(StringBuilder text, CompetitionScore score) {
        text.append(
                String.format(
                        Locale.ROOT,
                        "Competition score (sartorius) = %s%n",
                        FixedPoint.format(score.score(), DECIMALS)));
        text.append(" at IoU above\n");
        for (int k = 0; k < score.perThreshold().length; k++) {
            String threshold = FixedPoint.format(0.5 + 0.05 * k, 2);
            line(text, threshold, score.perThreshold()[k]);
        }
        text.append(" by the class that most of an image's objects have\n");
        score.perClass().forEach((name, value) -> line(text, name, value));
        int images = score.perImage().size();
        if (images <= LISTED_IMAGES) {
            text.append(" per image\n");
            score.perImage().forEach((id, image) -> line(text, id, image.score()));
        } else {
            text.append(" per image: ").append(images).append(" images, see --json\n");
        }
    }

    private static void line(StringBuilder text, String name, double value) {
        String figure = FixedPoint.format(value, DECIMALS);
        text.append(String.format(Locale.ROOT, "  %-28s %7s%n", name, figure));
    }
}
