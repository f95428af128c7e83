package soma.cli.study;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import soma.cli.ClassCount;
import soma.cli.ClassNames;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetReader;
import soma.maskrcnn.ensemble.PredictionChain;
import soma.nn.checkpoint.Checkpoints;
import soma.nn.io.AtomicFiles;
import soma.tensor.Device;
import soma.tensor.SomaException;
import soma.train.Trainer;
import soma.train.TrainingRequest;
import soma.train.TrainingRequest.Start;
import soma.train.TrainingResult;
import soma.train.log.ProgressListener;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Runs the variants of a study one after the other. What is finished stays finished: started again
 * on the same folder, a study goes on where it stopped, in the middle of a training too.
 *
 * <p>The folder has for each variant {@code settings.txt}, {@code run/} (a trained one's), {@code
 * training.json}, {@code results.json}, {@code submission.csv}, {@code result.json}, and of a tuned
 * one {@code tuned.yaml} and {@code tuning.json}; beside these the tables, which are written anew
 * after each variant.
 */
public final class StudyRun {
    private static final Logger LOG = LoggerFactory.getLogger("soma.cli");

    private final Study study;
    private final StudyPlan plan;
    private final Path out;
    private final Device device;
    private final List<String> command;
    private final boolean anew;

    /**
     * A run of a study file.
     *
     * @param out folder of the results
     * @param command what the user typed
     * @param anew whether what the folder has is done again
     * @throws SomaException naming what is wrong in the file
     */
    public StudyRun(Path file, Path out, Device device, List<String> command, boolean anew) {
        this.study = StudyFile.read(file);
        this.out = out;
        this.plan = new StudyPlan(study, out);
        this.device = device;
        this.command = List.copyOf(command);
        this.anew = anew;
    }

    /**
     * Runs to the end, or until {@code stop} says so.
     *
     * @return the table as Markdown; nothing when it was stopped
     * @throws SomaException when a variant's settings can't be used, or the folder has results of
     *     other settings
     */
    public Optional<String> run(ProgressListener progress, BooleanSupplier stop) {
        // All settings are looked at before anything is computed.
        Map<Variant, String> descriptions = new LinkedHashMap<>();
        study.inOrder().forEach(v -> descriptions.put(v, plan.description(v)));
        if (anew) {
            descriptions.keySet().forEach(this::forget);
        }
        descriptions.forEach(this::requireSame);
        descriptions.keySet().forEach(this::requireWeights);
        StudyData.Images images = study.data().open(out.resolve("data"), study.seed());
        requireFolds(images.test());
        Map<String, VariantResult> results = new LinkedHashMap<>();
        String table = "";
        int done = 0;
        for (Variant v : study.inOrder()) {
            LOG.info("study: {} ({} of {})", v.name(), ++done, study.variants().size());
            AtomicFiles.writeString(plan.folder(v).resolve("settings.txt"), descriptions.get(v));
            Optional<VariantResult> result = result(v, images, progress, stop);
            if (result.isEmpty()) {
                return Optional.empty();
            }
            results.put(v.name(), result.get());
            table = new StudyReport(study, plan, results).write(out);
        }
        return Optional.of(table);
    }

    private void forget(Variant v) {
        try {
            for (String mark : List.of("settings.txt", "training.json", "result.json")) {
                Files.deleteIfExists(plan.folder(v).resolve(mark));
            }
        } catch (IOException e) {
            throw new SomaException(plan.folder(v) + ": cannot delete: " + e.getMessage(), e);
        }
    }

    private void requireSame(Variant v, String description) {
        Path file = plan.folder(v).resolve("settings.txt");
        try {
            if (Files.exists(file) && !Files.readString(file).equals(description)) {
                throw new SomaException(
                        plan.folder(v)
                                + ": settings: expected those of variant "
                                + v.name()
                                + " in "
                                + study.source()
                                + ", got others; remove the folder, or --force starts anew");
            }
        } catch (IOException e) {
            throw new SomaException(file + ": cannot read: " + e.getMessage(), e);
        }
    }

    private void requireWeights(Variant v) {
        Optional<String> name = plan.training(v).weights();
        if (name.isPresent()
                && study.variant(name.get()).isEmpty()
                && !Files.exists(file(name.get()))) {
            throw new SomaException(
                    "%s: variant %s: weights: expected a variant or a file, got %s"
                            .formatted(study.source(), v.name(), name.get()));
        }
    }

    private void requireFolds(Dataset scored) {
        int n = scored.withUsableImages().images().size();
        for (Variant v : study.variants()) {
            if (v.tune() && n < 2) {
                throw new SomaException(
                        "%s: variant %s: tune: expected at least 2 images to score, got %d"
                                .formatted(study.source(), v.name(), n));
            }
        }
    }

    private Optional<VariantResult> result(
            Variant v, StudyData.Images images, ProgressListener progress, BooleanSupplier stop) {
        Path folder = plan.folder(v);
        Path file = folder.resolve("result.json");
        if (Files.exists(file)) {
            return Optional.of(VariantResult.read(file));
        }
        Effort training = Effort.NONE;
        if (v.training().isPresent()) {
            training = train(v, images, progress, stop);
            if (!training.finished()) {
                return Optional.empty();
            }
        }
        ResidentMemory memory = ResidentMemory.watch();
        List<StudyPlan.Model> models = plan.models(v);
        List<Category> classes = ClassNames.read(models.getFirst().run());
        for (StudyPlan.Model model : models) {
            if (!ClassNames.read(model.run()).equals(classes)) {
                throw new SomaException(
                        "%s: variant %s: ensemble: expected models of the same classes, got others"
                                .formatted(study.source(), v.name()));
            }
        }
        VariantScoring scoring = new VariantScoring(images.test(), classes, device, stop);
        Optional<VariantScoring.Scored> scored =
                scoring.run(models, v.tune() ? tuned(v, models) : chain(models), folder);
        if (scored.isEmpty()) {
            return Optional.empty();
        }
        double peak = memory.peakMb().isPresent() ? memory.peakMb().getAsLong() : Double.NaN;
        VariantResult result =
                new VariantResult(
                        scored.get().perImage(),
                        scored.get().maskAp(),
                        v.training().isPresent() ? training.seconds() : Double.NaN,
                        scored.get().seconds(),
                        Math.max(peak, training.peakMb()));
        result.write(file);
        return Optional.of(result);
    }

    private static PostProcessing chain(List<StudyPlan.Model> models) {
        PredictionChain chain = PredictionChain.from(models.getFirst().config(), models.size());
        return (images, found) -> i -> chain.apply(found.get(i));
    }

    private PostProcessing tuned(Variant v, List<StudyPlan.Model> models) {
        return new HeldOutTuning(v.name(), models, plan.folder(v), study.seed());
    }

    private Effort train(
            Variant v, StudyData.Images images, ProgressListener progress, BooleanSupplier stop) {
        Path file = plan.folder(v).resolve("training.json");
        Effort before = Effort.read(file);
        if (before.finished()) {
            return before;
        }
        Variant.Training settings = plan.training(v);
        Dataset training = settings.data().map(StudyRun::read).orElse(images.training());
        Config config = ClassCount.of(training, plan.config(v));
        TrainingRequest request =
                TrainingRequest.of(config, training, plan.run(v), device)
                        .withStart(anew ? Start.OVERWRITE : Start.RESUME)
                        .withCommand(command)
                        .withProgress(progress)
                        .withStop(stop);
        if (settings.data().isEmpty()) {
            request = request.withValidation(images.validation());
        }
        Optional<Path> weights = settings.weights().map(name -> weights(v, name));
        if (weights.isPresent()) {
            request = request.withWeights(Checkpoints.read(weights.get()));
        }
        ResidentMemory memory = ResidentMemory.watch();
        TrainingResult result = Trainer.train(request);
        ClassNames.write(plan.run(v), training.categories());
        double peak = memory.peakMb().isPresent() ? memory.peakMb().getAsLong() : Double.NaN;
        Effort effort = before.plus(!result.interrupted(), result.seconds(), peak);
        effort.write(file);
        return effort;
    }

    private static Dataset read(Path data) {
        return DatasetReader.read(data).requireSound();
    }

    private Path file(String name) {
        return Path.of(study.source()).toAbsolutePath().getParent().resolve(name).normalize();
    }

    /** The best weights of a variant, else its last ones; or a file. */
    private Path weights(Variant v, String name) {
        Optional<Variant> other = study.variant(name);
        if (other.isEmpty()) {
            return file(name);
        }
        List<StudyPlan.Model> models = plan.models(other.get());
        if (models.size() > 1) {
            throw new SomaException(
                    "%s: variant %s: weights: expected those of one model, got the ensemble %s"
                            .formatted(study.source(), v.name(), name));
        }
        Path run = models.getFirst().run();
        Path best = run.resolve("best.safetensors");
        return Files.exists(best) ? best : run.resolve("final.safetensors");
    }
}
