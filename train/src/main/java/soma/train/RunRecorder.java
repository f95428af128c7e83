package soma.train;

import soma.train.log.EventFile;
import soma.train.log.MetricHistory;
import soma.train.log.MetricsFile;
import soma.train.log.Progress;
import soma.train.log.ProgressListener;
import soma.train.log.RunLog;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Collects the figures of the steps, and writes them once a log period: to {@code metrics.json},
 * the event file, the log and the progress listener.
 */
final class RunRecorder {
    private static final double NANOS = 1e9;

    private final MetricsFile metrics;
    private final EventFile events;
    private final RunLog log;
    private final ProgressListener progress;
    private final MetricHistory history;
    private final int batchSize;
    private final long maxIterations;

    /**
     * A recorder of a run.
     *
     * @param logPeriod iterations between lines, and values that a median is taken of
     */
    RunRecorder(
            RunDirectory run,
            RunLog log,
            ProgressListener progress,
            int logPeriod,
            int batchSize,
            long maxIterations) {
        this.metrics = new MetricsFile(run.metrics());
        this.events = new EventFile(run.root(), System.currentTimeMillis() / 1000);
        this.log = log;
        this.progress = progress;
        this.history = new MetricHistory(logPeriod);
        this.batchSize = batchSize;
        this.maxIterations = maxIterations;
    }

    /** Values that were not written yet, for a checkpoint. */
    Map<String, List<Double>> state() {
        return history.state();
    }

    /** Goes back, or on, to a checkpoint: what came after it is dropped. */
    void restore(TrainingState state) {
        history.restore(state.history());
        metrics.truncateFrom(state.iteration());
    }

    /** Adds a step's figures. */
    void step(long iteration, Map<String, Double> figures, long dataNanos, long nanos) {
        figures.forEach(history::add);
        history.add("time", nanos / NANOS);
        history.add("data_time", dataNanos / NANOS);
        Map<String, Double> medians = history.medians();
        double seconds = medians.get("time");
        progress.stepped(
                new Progress(
                        iteration + 1,
                        maxIterations,
                        figures.get("total_loss"),
                        batchSize / seconds,
                        medians.get("data_time") / seconds,
                        remaining(iteration, seconds)));
    }

    private Duration remaining(long iteration, double seconds) {
        return Duration.ofMillis((long) (1000 * seconds * (maxIterations - 1 - iteration)));
    }

    /**
     * Writes a line.
     *
     * @param withSteps whether the medians of the steps are due
     * @param lr rate of this iteration
     * @param evaluation figures of an evaluation after this iteration, or none
     */
    void write(long iteration, boolean withSteps, double lr, Map<String, Double> evaluation) {
        Map<String, Double> line = new LinkedHashMap<>();
        if (withSteps) {
            line.put("lr", lr);
            line.putAll(history.medians());
        }
        line.putAll(evaluation);
        metrics.append(iteration, line);
        events.scalars(System.currentTimeMillis() / 1000.0, iteration, line);
        if (withSteps) {
            String text = text(iteration, line);
            log.note(text);
            progress.line(text);
        }
    }

    private String text(long iteration, Map<String, Double> line) {
        double seconds = line.get("time");
        Duration eta = remaining(iteration, seconds);
        StringBuilder text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "eta: %d:%02d:%02d  iter: %d",
                        eta.toHours(),
                        eta.toMinutesPart(),
                        eta.toSecondsPart(),
                        iteration));
        line.forEach(
                (name, value) -> {
                    if (name.contains("loss")) {
                        text.append(String.format(Locale.ROOT, "  %s: %.4g", name, value));
                    }
                });
        text.append(
                String.format(
                        Locale.ROOT,
                        "  time: %.4f  data_time: %.4f  lr: %.4g  images/s: %.2f",
                        seconds,
                        line.get("data_time"),
                        line.get("lr"),
                        batchSize / seconds));
        return text.toString();
    }
}
