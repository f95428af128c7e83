package soma.maskrcnn.data;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts what a data set loses in a conversion, with the first different names of each kind. */
public final class Losses {
    private static final int NAMES = 3;

    private final Map<Loss, Integer> counts = new EnumMap<>(Loss.class);
    private final Map<Loss, List<String>> names = new EnumMap<>(Loss.class);

    void add(Loss loss, String name) {
        counts.merge(loss, 1, Integer::sum);
        List<String> first = names.computeIfAbsent(loss, key -> new ArrayList<>());
        String printable = name.replaceAll("\\p{Cntrl}", " ");
        if (first.size() < NAMES && !first.contains(printable)) {
            first.add(printable);
        }
    }

    void add(Loss loss, ImageRecord image, Annotation annotation) {
        add(loss, "annotation " + annotation.id() + " of image " + image.id());
    }

    /** Returns how often {@code loss} occurred. */
    public int count(Loss loss) {
        return counts.getOrDefault(loss, 0);
    }

    /** Returns one line per kind: count, description, first names. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        counts.forEach(
                (loss, count) ->
                        lines.add(DatasetReport.line(count, loss.description(), names.get(loss))));
        return lines;
    }
}
