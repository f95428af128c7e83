package soma.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * How often work is repeated.
 *
 * @param runs timed runs
 * @param warmSeconds the warm-up ends after this time, if the work has not become steady before
 * @param budgetSeconds timing ends after about this time, but not before 5 runs
 */
record Repetition(int runs, double warmSeconds, double budgetSeconds) {
    /** Calls shorter than this are timed several at once. */
    private static final double SHORTEST = 1e-3;

    private static final int FEWEST = 5;

    /** Rounds without an improvement of more than 3 % that count as steady. */
    private static final int STEADY = 4;

    private static final double IMPROVED = 0.97;

    /** A round of 0.1 s that takes more from the heap runs vectors that are still objects. */
    private static final long BOXING = 64L << 20;

    /** A single run. */
    static final Repetition ONCE = new Repetition(1, 0, 0);

    /** What a single kernel gets; few runs ask for a quick look, with less of a warm-up. */
    static Repetition ofKernel(int runs) {
        return new Repetition(runs, Math.min(4, 0.2 * runs), 3);
    }

    /** What an inference or a training step gets. */
    static Repetition ofModel(int runs) {
        return new Repetition(runs, 90, 600);
    }

    /** Times a kernel. */
    Sample time(Clock clock, Runnable work) {
        double once = warmUp(clock, work);
        int calls = (int) Math.clamp(Math.ceil(SHORTEST / once), 1, 1_000_000);
        List<Double> seconds = new ArrayList<>();
        long end = System.nanoTime() + (long) (budgetSeconds * 1e9);
        while (goesOn(seconds.size(), end)) {
            seconds.add(clock.seconds(work, calls) / calls);
        }
        return Sample.of(seconds);
    }

    /** Times work that tells of its parts, and each part. */
    Map<String, Sample> timeParts(Laps laps, Consumer<Laps> work) {
        Map<String, List<Double>> seconds = new LinkedHashMap<>();
        long end = System.nanoTime() + (long) (budgetSeconds * 1e9);
        for (int i = 0; goesOn(i, end); i++) {
            laps.begin();
            work.accept(laps);
            laps.end();
            laps.seconds()
                    .forEach((k, v) -> seconds.computeIfAbsent(k, _ -> new ArrayList<>()).add(v));
        }
        Map<String, Sample> samples = new LinkedHashMap<>();
        seconds.forEach((k, v) -> samples.put(k, Sample.of(v)));
        return samples;
    }

    private boolean goesOn(int done, long end) {
        return done < runs && (done < FEWEST || System.nanoTime() < end);
    }

    /** Repeats until the time of a call no longer falls; returns the shortest, in seconds. */
    double warmUp(Clock clock, Runnable work) {
        long end = System.nanoTime() + (long) (warmSeconds * 1e9);
        double best = clock.seconds(work, 1);
        int calls = 1;
        int steady = 0;
        while (steady < STEADY && System.nanoTime() < end) {
            long heap = HeapUse.ofAllThreads();
            double once = clock.seconds(work, calls) / calls;
            boolean boxing = HeapUse.ofAllThreads() - heap > BOXING;
            steady = boxing || once < best * IMPROVED ? 0 : steady + 1;
            best = Math.min(best, once);
            calls = (int) Math.clamp(Math.ceil(0.1 / best), 1, 100_000); // rounds of 0.1 s
        }
        return Math.max(best, 1e-9);
    }
}
