package soma.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import soma.infer.ClassLists;
import soma.infer.DetectionSource;
import soma.infer.InferenceRun;
import soma.infer.InferenceSummary;
import soma.infer.ModelEnsemble;
import soma.infer.OutputFormat;
import soma.infer.Predictor;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.Dataset;
import soma.tensor.Device;
import soma.tensor.SomaException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.Callable;

/** {@code soma infer}: predicts. */
@Command(
        name = "infer",
        description = {"Find the objects of images with a trained model."},
        footer = {
            "",
            "Writes results.json (COCO), submission.csv (competition), overlays/<id>.png.",
            "Several models are fused by SOMA.ENSEMBLE; SOMA.ENSEMBLE.IN_MEMORY says whether all"
                    + " are held at once or one after another.",
            "Examples:",
            "  soma infer --config run --images new-images --out predictions",
            "  soma infer --config r50-run --config x101-run --images new-images --out predictions"
                    + " SOMA.ENSEMBLE.METHOD=wbf"
        })
final class InferCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;

    @Option(
            names = "--config",
            paramLabel = "CONFIG",
            required = true,
            description =
                    "A preset's name, a YAML file (detectron2's load as they are), or the directory"
                            + " of a training run. One for all models of an ensemble, or one each;"
                            + " the first one's SOMA.ENSEMBLE and SOMA.POST hold.")
    private List<String> configs = new ArrayList<>();

    @Parameters(
            paramLabel = "KEY=VALUE",
            description = "Values that replace those of each configuration.")
    private List<String> overrides = new ArrayList<>();

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description =
                    "Weights (default: the best or else the last of the run directory). Several"
                            + " make an ensemble.")
    private List<Path> weights = new ArrayList<>();

    @Option(
            names = "--images",
            required = true,
            arity = "1..*",
            paramLabel = "PATH",
            description = "Image files, folders of images, or a data set.")
    private List<String> images = new ArrayList<>();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Where to write the results.")
    private Path out;

    @Option(
            names = "--formats",
            paramLabel = "LIST",
            defaultValue = "coco,csv,overlay",
            description =
                    "Some of coco, csv, overlay, labels, raw (default: ${DEFAULT-VALUE}). raw is"
                            + " what the model finds before SOMA.POST, for soma ensemble.")
    private String formats;

    @Option(names = "--tta", description = "Test-time augmentation, as TEST.AUG and SOMA.TTA say.")
    private boolean tta;

    @Option(names = "--force", description = "Replace the results that DIR holds.")
    private boolean force;

    @Override
    public Integer call() {
        List<Path> paths = paths();
        var wanted = OutputFormat.parse(formats);
        List<Config> loaded = configs.stream().map(this::withTta).toList();
        int models = models();
        Dataset dataset = InferenceRun.images(paths);
        try (StopSignal stop = new StopSignal();
                DetectionSource source = open(loaded, models, common.openDevice())) {
            InferenceRun.Settings settings =
                    new InferenceRun.Settings(out, wanted, force, trainedClasses(models));
            InferenceSummary summary =
                    new InferenceRun(source, settings)
                            .run(dataset, stop::requested, InferenceReport::progress);
            return InferenceReport.print(summary, spec.commandLine().getOut());
        }
    }

    /** The images; what has the form KEY=VALUE and is no file is an override. */
    private List<Path> paths() {
        List<Path> paths = new ArrayList<>();
        for (String argument : images) {
            if (ConfigOptions.isOverride(argument) && !Files.exists(Path.of(argument))) {
                overrides.add(argument);
            } else {
                paths.add(Path.of(argument));
            }
        }
        if (paths.isEmpty()) {
            throw new SomaException("--images: expected at least one file or folder, got none");
        }
        return paths;
    }

    /** Number of models: a configuration each or one for all, and weights each or their own. */
    private int models() {
        int models = Math.max(configs.size(), weights.size());
        if (configs.size() != 1 && configs.size() != models) {
            throw new SomaException(
                    "--config: expected one or %d, as --weights, got %d"
                            .formatted(models, configs.size()));
        }
        if (!weights.isEmpty() && weights.size() != models) {
            throw new SomaException(
                    "--weights: expected none or %d, as --config, got %d"
                            .formatted(models, weights.size()));
        }
        return models;
    }

    private Config withTta(String name) {
        Config config = ConfigOptions.load(name, overrides, common);
        return tta ? config.with("TEST.AUG.ENABLED", true, "--tta") : config;
    }

    private DetectionSource open(List<Config> loaded, int models, Device device) {
        if (models == 1) {
            return Predictor.open(loaded.getFirst(), weights, device);
        }
        List<ModelEnsemble.Member> members = new ArrayList<>();
        for (int i = 0; i < models; i++) {
            Config config = loaded.get(loaded.size() == 1 ? 0 : i);
            members.add(ModelEnsemble.Member.of(config, weightsOf(i)));
        }
        return ModelEnsemble.open(members, device);
    }

    private List<Path> weightsOf(int model) {
        return weights.isEmpty() ? List.of() : List.of(weights.get(model));
    }

    /** The classes of the runs that the configurations or the weights belong to. */
    private List<Category> trainedClasses(int models) {
        SequencedMap<String, List<Category>> lists = new LinkedHashMap<>();
        for (int i = 0; i < models; i++) {
            Path named = Path.of(configs.get(configs.size() == 1 ? 0 : i));
            List<Category> classes =
                    Files.isDirectory(named) ? ClassNames.read(named) : besideFile(named);
            Path whose = named;
            if (!weights.isEmpty() && (classes.isEmpty() || configs.size() < models)) {
                // One configuration for several models: each has its classes beside its weights.
                List<Category> beside = besideFile(weights.get(i));
                classes = beside.isEmpty() ? classes : beside;
                whose = weights.get(i);
            }
            lists.put("model " + (i + 1) + ", " + whose, classes);
        }
        return ClassLists.agreed(lists);
    }

    private static List<Category> besideFile(Path file) {
        return Files.isRegularFile(file)
                ? ClassNames.read(file.toAbsolutePath().getParent())
                : List.of();
    }
}
