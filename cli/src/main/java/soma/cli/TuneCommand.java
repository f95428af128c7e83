package soma.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import soma.cli.tune.TunedConfig;
import soma.cli.tune.TuningText;
import soma.infer.StoredDetections;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.StoredPredictions;
import soma.maskrcnn.tune.Settings;
import soma.maskrcnn.tune.Tuning;
import soma.maskrcnn.tune.TuningSet;
import soma.nn.io.AtomicFiles;
import soma.tensor.cpu.Workers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** {@code soma tune}: searches post-processing settings. */
@Command(
        name = "tune",
        description = {
            "Search the post-processing (SOMA.POST: score thresholds and fewest pixels of each"
                + " class, majority class, overlaps, holes, parts; and the IoU of NMS) for the best"
                + " score of the Sartorius competition, and write the settings as a configuration.",
            "",
            "The predictions must be raw, as soma infer --formats raw stores them before SOMA.POST,"
                + " made with a low MODEL.ROI_HEADS.SCORE_THRESH_TEST on images that the model was"
                + " not trained on. A results.json serves where SOMA.POST was off. The score is"
                + " cross-validated by image."
        },
        footer = {
            "",
            "Example:",
            "  soma infer --config run --images val --out found --formats raw"
                    + " MODEL.ROI_HEADS.SCORE_THRESH_TEST=0.01",
            "  soma tune --gt val.json --pred found/raw.safetensors --config run --out tuned.yaml",
            "  soma infer --config tuned.yaml --weights run/best.safetensors --images new --out out"
        })
final class TuneCommand implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger("soma.cli");

    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;
    @Mixin private DataOptions data;

    @Option(
            names = "--gt",
            required = true,
            paramLabel = "DATA",
            description = "The annotated data set: a file or a folder.")
    private Path truth;

    @Option(
            names = "--pred",
            required = true,
            paramLabel = "FILE",
            description =
                    "A model's raw predictions: raw.safetensors, results.json, or the folder of"
                        + " soma infer with one of them (raw.safetensors first); those of several"
                        + " models are fused by NMS.")
    private List<Path> predictions = new ArrayList<>();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "Where to write the settings, as YAML.")
    private Path out;

    @Option(
            names = "--config",
            paramLabel = "CONFIG",
            description =
                    "Where the search starts, and what the settings are to be laid over: a preset's"
                            + " name, a YAML file, or the directory of a training run (default: no"
                            + " post-processing, and the settings alone).")
    private String config;

    @Option(
            names = "--folds",
            paramLabel = "K",
            defaultValue = "5",
            description = "Folds of the cross-validation (default: ${DEFAULT-VALUE}).")
    private int folds;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there, too.")
    private Path json;

    @Parameters(
            paramLabel = "KEY=VALUE",
            description =
                    "Values that replace those of the configuration; the settings written have"
                            + " them, too.")
    private List<String> overrides = new ArrayList<>();

    @Override
    public void run() {
        Dataset dataset = data.read(truth);
        TunedConfig configuration =
                TunedConfig.of(
                        config, overrides, out, dataset.categories().size(), predictions.size());
        TuningSet set = TuningSet.of(dataset, stored(dataset));
        long seed = common.seed().orElse(0);
        Settings start = configuration.start();
        Workers.setThreads(common.threads());
        Tuning tuning = Tuning.of(set, start, folds, seed, TuneCommand::progress);
        TuningText text = new TuningText(tuning, dataset.classNames());
        AtomicFiles.writeString(out, configuration.yaml(tuning.best()));
        if (json != null) {
            AtomicFiles.writeString(json, text.json().toPrettyString() + "\n");
        }
        spec.commandLine().getOut().print(text);
        text.warnings().forEach(LOG::warn);
        spec.commandLine().getOut().println(configuration.advice(tuning.best()));
    }

    private List<StoredPredictions> stored(Dataset dataset) {
        List<StoredPredictions> sources = StoredDetections.open(predictions);
        StoredDetections.categories(sources, Optional.of(dataset));
        StoredDetections.images(sources, Optional.of(dataset));
        return sources;
    }

    private static void progress(int done, int total, double score) {
        LOG.info("search {}/{}: {}", done, total, String.format(Locale.ROOT, "%.4f", score));
    }
}
