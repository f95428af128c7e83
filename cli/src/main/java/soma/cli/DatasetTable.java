package soma.cli;

import soma.maskrcnn.data.ChannelStatistics;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetStatistics;
import soma.maskrcnn.data.DatasetStatistics.ClassStatistics;
import soma.maskrcnn.data.DatasetStatistics.Spread;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a data set holds, as text for people. */
final class DatasetTable {
    private static final int LISTED_SIZES = 6;

    private DatasetTable() {}

    /** Counts a data set and reads its images once for the channels. */
    static String of(Dataset dataset) {
        DatasetStatistics numbers = DatasetStatistics.of(dataset);
        StringBuilder text = new StringBuilder();
        row(
                text,
                "data set",
                dataset.source() + " (" + dataset.format().name().toLowerCase(Locale.ROOT) + ")");
        row(text, "images", numbers.images() + ", width x height: " + sizes(numbers.imageSizes()));
        row(
                text,
                "instances",
                numbers.instances()
                        + (numbers.crowds() > 0 ? ", of which crowds " + numbers.crowds() : ""));
        row(text, "per image", "min / median / mean / max " + spread(numbers.perImage()));
        channels(text, dataset);
        classes(text, numbers.classes());
        List<String> defects = dataset.report().lines();
        row(text, "defects", defects.isEmpty() ? "none" : String.valueOf(defects.size()));
        defects.forEach(line -> text.append("  ").append(line).append('\n'));
        return text.toString();
    }

    private static String sizes(Map<String, Integer> sizes) {
        String listed =
                sizes.entrySet().stream()
                        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                        .limit(LISTED_SIZES)
                        .map(e -> e.getKey() + " (" + e.getValue() + ")")
                        .collect(Collectors.joining(", "));
        int more = sizes.size() - LISTED_SIZES;
        return more > 0 ? listed + " and " + more + " other sizes" : listed;
    }

    private static void channels(StringBuilder text, Dataset dataset) {
        if (dataset.withUsableImages().images().isEmpty()) {
            row(text, "channels", "no image can be read");
            return;
        }
        ChannelStatistics pixels = ChannelStatistics.of(dataset);
        String mean = numbers(pixels.mean());
        String std = numbers(pixels.std());
        row(text, "mean", "blue, green, red " + mean);
        row(text, "std", "blue, green, red " + std);
        // As arguments of a command: without spaces.
        row(
                text,
                "settings",
                "MODEL.PIXEL_MEAN="
                        + mean.replace(" ", "")
                        + " MODEL.PIXEL_STD="
                        + std.replace(" ", "")
                        + " (INPUT.FORMAT=BGR)");
    }

    private static String numbers(double[] values) {
        return Arrays.stream(values)
                .mapToObj(v -> String.format(Locale.ROOT, "%.3f", v))
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static void classes(StringBuilder text, List<ClassStatistics> classes) {
        if (classes.isEmpty()) {
            return;
        }
        text.append(
                String.format(
                        Locale.ROOT,
                        "%-16s %7s %10s   %-35s %s%n",
                        "class",
                        "images",
                        "instances",
                        "mask pixels (min/median/mean/max)",
                        "box side (min/median/mean/max)"));
        for (ClassStatistics one : classes) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "%-16s %7d %10d   %-35s %s%n",
                            one.name(),
                            one.images(),
                            one.instances(),
                            spread(one.area()),
                            spread(one.side())));
        }
    }

    private static String spread(Spread s) {
        return String.format(
                Locale.ROOT, "%.0f / %.0f / %.1f / %.0f", s.min(), s.median(), s.mean(), s.max());
    }

    private static void row(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "%-10s %s%n", name, value));
    }
}
