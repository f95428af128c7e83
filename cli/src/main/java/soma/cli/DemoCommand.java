package soma.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import soma.cli.demo.Demo;
import soma.cli.demo.DemoResult;
import soma.cli.demo.DemoSettings;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.eval.FixedPoint;
import soma.tensor.SomaException;
import soma.train.log.BarProgress;
import soma.train.log.LineProgress;
import soma.train.log.ProgressListener;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code soma demo}: shows everything on drawn cells. */
@Command(
        name = "demo",
        description = {
            "Draw images of cells, train the preset tiny on some, find the cells in others, and"
                    + " explain the result in report.html. Needs no data; takes a few minutes."
        },
        footer = {
            "",
            "Writes into DIR: report.html, summary.json, results.json, submission.csv, overlays/,",
            "curves.svg, scores.json, run/ (the trained model), data/ (the drawn images).",
            "Example:",
            "  soma demo --out my-demo"
        })
final class DemoCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger("soma.cli");
    private static final long SEED = 1;

    /** No cell that is drawn is smaller, but what is left of covered detections is. */
    private static final List<String> POST =
            List.of("SOMA.POST.REMOVE_OVERLAPS=true", "SOMA.POST.MIN_PIXELS=[80,80,80]");

    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "soma-demo",
            description = "Where to write (default: ./${DEFAULT-VALUE}).")
    private Path out;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "90",
            description =
                    "Images to train on (default: ${DEFAULT-VALUE}); up to 9 more are drawn to"
                            + " choose the best weights by, and up to 18 to score.")
    private int images;

    @Option(
            names = "--iterations",
            paramLabel = "N",
            description = "Steps of the training (default: those of the preset).")
    private Integer iterations;

    @Option(names = "--force", description = "Replace the demo that DIR holds.")
    private boolean force;

    @Parameters(paramLabel = "KEY=VALUE", description = "Values that replace those of the preset.")
    private List<String> overrides = new ArrayList<>();

    @Override
    public Integer call() {
        if (images < 3) {
            throw new SomaException("--images: expected at least 3, got " + images);
        }
        Config config = config();
        OutputDirectory.prepare(out, "summary.json", force);
        DemoSettings settings =
                new DemoSettings(
                        out,
                        config,
                        images,
                        Math.clamp(images / 6, 3, 9),
                        Math.clamp(images / 3, 3, 18),
                        common.seed().orElse(SEED),
                        common.openDevice(),
                        spec.commandLine().getParent().getParseResult().originalArgs());
        try (StopSignal stop = new StopSignal();
                ProgressListener progress =
                        common.progressBar() ? new BarProgress() : new LineProgress()) {
            Optional<DemoResult> result = new Demo(settings).run(progress, stop::requested);
            if (result.isEmpty()) {
                return ExitStatus.INTERRUPTED;
            }
            report(result.get());
            return ExitStatus.DONE;
        }
    }

    private Config config() {
        List<String> all = new ArrayList<>(POST);
        if (iterations != null) {
            if (iterations < 1) {
                throw new SomaException("--iterations: expected at least 1, got " + iterations);
            }
            all.addAll(schedule(iterations));
        }
        all.addAll(overrides);
        Config config = Config.load("tiny", all);
        config.notices().forEach(LOG::info);
        return config.with("SEED", common.seed().orElse(SEED), "the demo");
    }

    /** The preset's course of the learning rate on another number of steps. */
    private static List<String> schedule(int iterations) {
        Config preset = Config.load("tiny");
        double factor = iterations / (double) preset.getInt("SOLVER.MAX_ITER");
        List<Integer> steps = new ArrayList<>();
        for (int step : preset.getInts("SOLVER.STEPS")) {
            int scaled = (int) Math.round(step * factor);
            if (scaled > (steps.isEmpty() ? 0 : steps.getLast()) && scaled < iterations) {
                steps.add(scaled);
            }
        }
        return List.of(
                "SOLVER.MAX_ITER=" + iterations,
                "SOLVER.STEPS=" + steps,
                "SOLVER.WARMUP_ITERS="
                        + (int) Math.round(preset.getInt("SOLVER.WARMUP_ITERS") * factor));
    }

    private void report(DemoResult result) {
        PrintWriter text = spec.commandLine().getOut();
        text.printf(
                Locale.ROOT,
                "Drew %d images of cells, trained a Mask R-CNN on %d of them in %d steps, and"
                        + " found %d cells in %d unseen ones; %.0f s.%n",
                result.data().images(),
                result.data().training().images().size(),
                result.training().iterations(),
                result.detections(),
                result.data().test().images().size(),
                result.seconds());
        text.printf(
                Locale.ROOT,
                "Score on the unseen images %s (1 is perfect; mask AP %s, box AP %s): open"
                        + " %s%n",
                FixedPoint.format(result.competition().score(), 2),
                FixedPoint.format(result.masks().ap(), 2),
                FixedPoint.format(result.boxes().ap(), 2),
                out.resolve("report.html"));
        text.println(
                "Your own images: ./soma train --config tiny --data DATA --val-fraction 0.2 --out"
                        + " run; then ./soma infer --config run --images DIR --out results");
    }
}
