package soma.cli.tune;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import soma.maskrcnn.config.PostConfig;
import soma.maskrcnn.eval.BootstrapInterval;
import soma.maskrcnn.eval.FixedPoint;
import soma.maskrcnn.tune.Settings;
import soma.maskrcnn.tune.Tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * A search's result for people and, as JSON, for programs.
 *
 * @param tuning the result
 * @param classNames of the data set
 */
public record TuningText(Tuning tuning, List<String> classNames) {
    private static final int DECIMALS = 4;

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "Competition score, mean of %d images [95 %% interval]%n",
                        tuning.heldOut().length));
        interval(text, "before", tuning.scoreBefore());
        interval(text, "after", tuning.scoreAfter());
        interval(text, "held out, " + tuning.folds().size() + " folds", tuning.scoreHeldOut());
        interval(text, "gain", tuning.gain());
        interval(text, "gain, held out", tuning.gainHeldOut());
        row(text, "at IoU above", "before", "after");
        for (int k = 0; k < tuning.before().perThreshold().length; k++) {
            figures(
                    text,
                    FixedPoint.format(0.5 + 0.05 * k, 2),
                    tuning.before().perThreshold()[k],
                    tuning.after().perThreshold()[k]);
        }
        row(text, "by the class of an image", "before", "after");
        tuning.before()
                .perClass()
                .forEach(
                        (name, before) ->
                                figures(text, name, before, tuning.after().perClass().get(name)));
        row(text, "settings", "before", "after");
        for (int c = 0; c < classNames.size(); c++) {
            int k = c;
            setting(text, "lowest score, " + classNames.get(c), s -> threshold(s, k));
            setting(text, "fewest pixels, " + classNames.get(c), s -> s.post().minPixels().get(k));
        }
        setting(text, "NMS IoU", s -> s.nms() == Settings.NO_NMS ? "off" : s.nms());
        setting(text, "majority class", s -> s.post().majorityClass());
        setting(text, "remove overlaps", s -> s.post().removeOverlaps());
        setting(text, "fill holes", s -> s.post().fillHoles());
        setting(text, "largest part", s -> s.post().largestPart());
        return text.toString();
    }

    private static Object threshold(Settings settings, int c) {
        return settings.post().scoreThresholds().get(c);
    }

    private static void interval(StringBuilder text, String name, BootstrapInterval interval) {
        text.append(String.format(Locale.ROOT, "  %-28s %s%n", name, interval));
    }

    private static void figures(StringBuilder text, String name, double before, double after) {
        row(
                text,
                " " + name,
                FixedPoint.format(before, DECIMALS),
                FixedPoint.format(after, DECIMALS));
    }

    private void setting(StringBuilder text, String name, Function<Settings, Object> value) {
        row(
                text,
                " " + name,
                value.apply(tuning.start()).toString(),
                value.apply(tuning.best()).toString());
    }

    private static void row(StringBuilder text, String name, String before, String after) {
        text.append(String.format(Locale.ROOT, " %-29s %10s %10s%n", name, before, after));
    }

    /** What speaks against the settings, a line each. */
    public List<String> warnings() {
        List<String> lines = new ArrayList<>();
        if (tuning.mayBeChance()) {
            lines.add(
                    "the gain of held-out images, %s, may be chance: more images, or the settings before"
                            .formatted(tuning.gainHeldOut()));
        }
        if (tuning.overfits()) {
            lines.add(
                    "overfitting: held-out images gain %s, the images searched on %s"
                            .formatted(
                                    FixedPoint.format(tuning.gainHeldOut().mean(), DECIMALS),
                                    FixedPoint.format(tuning.gain().mean(), DECIMALS)));
        }
        return lines;
    }

    /**
     * Returns {@code before}, {@code after} (as {@code eval} writes them), {@code held_out}, the
     * intervals, {@code settings} and {@code warnings}.
     */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("before", tuning.before().toJson());
        json.set("after", tuning.after().toJson());
        ObjectNode heldOut = json.putObject("held_out");
        heldOut.put("folds", tuning.folds().size());
        heldOut.put("score", tuning.scoreHeldOut().mean());
        ObjectNode perImage = heldOut.putObject("per_image");
        int i = 0;
        for (String id : tuning.before().perImage().keySet()) {
            perImage.put(id, tuning.heldOut()[i++]);
        }
        ObjectNode intervals = json.putObject("intervals");
        interval(intervals, "before", tuning.scoreBefore());
        interval(intervals, "after", tuning.scoreAfter());
        interval(intervals, "held_out", tuning.scoreHeldOut());
        interval(intervals, "gain", tuning.gain());
        interval(intervals, "gain_held_out", tuning.gainHeldOut());
        json.set("settings", settings(tuning.best()));
        ArrayNode ofFolds = json.putArray("settings_of_folds");
        tuning.folds().forEach(s -> ofFolds.add(settings(s)));
        ArrayNode warnings = json.putArray("warnings");
        warnings().forEach(warnings::add);
        return json;
    }

    private static void interval(ObjectNode json, String name, BootstrapInterval interval) {
        json.putArray(name).add(interval.mean()).add(interval.low()).add(interval.high());
    }

    private static ObjectNode settings(Settings settings) {
        PostConfig post = settings.post();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode thresholds = json.putArray("score_thresholds");
        post.scoreThresholds().forEach(thresholds::add);
        ArrayNode pixels = json.putArray("min_pixels");
        post.minPixels().forEach(pixels::add);
        json.put("nms", settings.nms());
        json.put("majority_class", post.majorityClass());
        json.put("remove_overlaps", post.removeOverlaps());
        json.put("fill_holes", post.fillHoles());
        json.put("largest_part", post.largestPart());
        return json;
    }
}
