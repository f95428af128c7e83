package soma.maskrcnn.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** Finds the known name that a misspelt one most likely means. */
public final class NearestName {
    private NearestName() {}

    /** Returns the nearest of {@code known}: see {@link #of(String, Collection, ToIntFunction)}. */
    public static Optional<String> of(String name, Collection<String> known) {
        return of(name, known, candidate -> 0);
    }

    /**
     * Returns the nearest of {@code known} by edit distance, letter case ignored. A dotted name
     * with the right last part in the wrong section counts as near. Empty only when {@code known}
     * is.
     *
     * @param penalty makes a candidate less likely; 4 is one letter
     */
    static Optional<String> of(
            String name, Collection<String> known, ToIntFunction<String> penalty) {
        String wanted = name.toUpperCase(Locale.ROOT);
        ToIntFunction<String> cost =
                candidate ->
                        cost(wanted, candidate.toUpperCase(Locale.ROOT))
                                + penalty.applyAsInt(candidate);
        return known.stream()
                .min(Comparator.comparingInt(cost).thenComparing(Comparator.naturalOrder()));
    }

    private static int cost(String wanted, String candidate) {
        int whole = distance(wanted, candidate);
        int last = distance(lastPart(wanted), lastPart(candidate));
        // The section is guessed wrong more often than the key itself is misspelt.
        return Math.min(4 * whole, 8 * last + Math.max(whole, 4));
    }

    private static String lastPart(String dotted) {
        return dotted.substring(dotted.lastIndexOf('.') + 1);
    }

    /** Levenshtein's edit distance: insertions, deletions and replacements cost 1 each. */
    static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replace, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
