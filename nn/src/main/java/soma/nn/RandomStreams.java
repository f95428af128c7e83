package soma.nn;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Named random streams of one seed, so that what one part draws never shifts the numbers of
 * another. Their states are saved with a checkpoint.
 */
public final class RandomStreams {
    private final long seed;
    private final Map<String, SeededRandom> streams = new TreeMap<>();

    /** The streams of a seed. */
    public RandomStreams(long seed) {
        this.seed = seed;
    }

    /** The seed. */
    public long seed() {
        return seed;
    }

    /** The stream of a name; the same object each time, going on where it was left. */
    public SeededRandom stream(String name) {
        return streams.computeIfAbsent(name, n -> new SeededRandom(seed, n));
    }

    /** A new stream at its beginning, which is not remembered. */
    public SeededRandom fresh(String name) {
        return new SeededRandom(seed, name);
    }

    /** The states of all streams that were used, by name. */
    public Map<String, long[]> state() {
        Map<String, long[]> out = new LinkedHashMap<>();
        streams.forEach((name, stream) -> out.put(name, stream.state()));
        return out;
    }

    /** Continues all streams from saved states; streams that are not named start anew. */
    public void restore(Map<String, long[]> states) {
        streams.clear();
        states.forEach((name, words) -> stream(name).state(words));
    }
}
