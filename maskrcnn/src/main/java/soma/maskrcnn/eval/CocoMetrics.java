package soma.maskrcnn.eval;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Locale;

/**
 * The twelve figures of a COCO evaluation, fractions from 0 to 1, -1 where there is nothing to
 * measure.
 *
 * @param type what was compared
 * @param settings how
 * @param classNames names of the classes, by index
 * @param stats pycocotools' {@code stats}: AP, AP50, AP75, APs, APm, APl, then AR at the three
 *     numbers of detections, ARs, ARm, ARl
 * @param perClass AP of each class, over all thresholds, all areas, at the last number of
 *     detections
 * @param curves what the figures are averages of
 */
public record CocoMetrics(
        IouType type,
        CocoSettings settings,
        List<String> classNames,
        double[] stats,
        double[] perClass,
        CocoCurves curves) {
    private static final int LAST = 2;

    /** Of the figures that pycocotools prints. */
    private static final int DECIMALS = 3;

    static CocoMetrics of(
            IouType type, CocoSettings settings, List<String> classNames, CocoCurves curves) {
        int ap = settings.apAtLast() ? LAST : settings.indexOf100();
        double[] stats = {
            ap < 0 ? -1 : curves.meanPrecision(-1, -1, 0, ap),
            curves.meanPrecision(CocoGrid.IOU_50, -1, 0, LAST),
            curves.meanPrecision(CocoGrid.IOU_75, -1, 0, LAST),
            curves.meanPrecision(-1, -1, 1, LAST),
            curves.meanPrecision(-1, -1, 2, LAST),
            curves.meanPrecision(-1, -1, 3, LAST),
            curves.meanRecall(-1, 0, 0),
            curves.meanRecall(-1, 0, 1),
            curves.meanRecall(-1, 0, 2),
            curves.meanRecall(-1, 1, LAST),
            curves.meanRecall(-1, 2, LAST),
            curves.meanRecall(-1, 3, LAST),
        };
        double[] perClass = new double[classNames.size()];
        for (int k = 0; k < perClass.length; k++) {
            perClass[k] = curves.meanPrecision(-1, k, 0, LAST);
        }
        return new CocoMetrics(type, settings, classNames, stats, perClass, curves);
    }

    /** Returns AP, averaged over IoU 0.50 to 0.95. */
    public double ap() {
        return stats[0];
    }

    /** Returns the names of {@link #stats()}: AP, AP50 .. ARl. */
    public List<String> names() {
        int[] m = settings.maxDets();
        return List.of(
                "AP",
                "AP50",
                "AP75",
                "APs",
                "APm",
                "APl",
                "AR" + m[0],
                "AR" + m[1],
                "AR" + m[2],
                "ARs",
                "ARm",
                "ARl");
    }

    /** Returns the twelve lines that pycocotools prints, character for character. */
    public String toText() {
        int[] m = settings.maxDets();
        StringBuilder text = new StringBuilder();
        String[] ious = {"0.50:0.95", "0.50", "0.75"};
        for (int i = 0; i < stats.length; i++) {
            boolean precision = i < 6;
            String iou = precision && i < 3 ? ious[i] : ious[0];
            int area = i < 3 ? 0 : precision ? i - 2 : Math.max(0, i - 8);
            int limit =
                    precision
                            ? (i == 0 && !settings.apAtLast() ? 100 : m[LAST])
                            : m[Math.min(i - 6, LAST)];
            text.append(
                    String.format(
                            Locale.ROOT,
                            " %-18s %s @[ IoU=%-9s | area=%6s | maxDets=%3d ] = %s\n",
                            precision ? "Average Precision" : "Average Recall",
                            precision ? "(AP)" : "(AR)",
                            iou,
                            CocoGrid.AREA_NAMES[area],
                            limit,
                            FixedPoint.format(stats[i], DECIMALS)));
        }
        return text.toString();
    }

    /** Returns the figures by name, and {@code per_class} with the AP of each class by its name. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < stats.length; i++) {
            json.put(names().get(i), stats[i]);
        }
        ObjectNode classes = json.putObject("per_class");
        for (int k = 0; k < perClass.length; k++) {
            classes.put(classNames.get(k), perClass[k]);
        }
        return json;
    }
}
