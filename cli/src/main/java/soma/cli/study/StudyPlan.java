package soma.cli.study;

import soma.maskrcnn.config.Config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the variants of a study mean once they have taken over from their bases. */
final class StudyPlan {
    private final Study study;
    private final Path out;

    /**
     * The plan of a study.
     *
     * @param out folder of its results
     */
    StudyPlan(Study study, Path out) {
        this.study = study;
        this.out = out;
    }

    /**
     * A trained model and how it infers.
     *
     * @param run its run directory
     * @param overrides {@code KEY=VALUE}
     */
    record Model(Path run, List<String> overrides) {
        /** The settings that it infers by. */
        Config config() {
            return Config.load(run.toString(), overrides);
        }
    }

    /** The folder of a variant's results. */
    Path folder(Variant v) {
        return out.resolve(v.folder());
    }

    /** The run directory of a variant with a training. */
    Path run(Variant v) {
        return folder(v).resolve("run");
    }

    /**
     * The models that a variant infers with: more than one are fused, by the settings of the first.
     */
    List<Model> models(Variant v) {
        if (v.training().isPresent()) {
            return List.of(new Model(run(v), inference(v)));
        }
        List<String> from = v.ensemble().isEmpty() ? List.of(v.base().get()) : v.ensemble();
        List<Model> models = new ArrayList<>();
        for (String name : from) {
            for (Model model : models(named(name))) {
                List<String> overrides = new ArrayList<>(model.overrides());
                overrides.addAll(v.inference());
                models.add(new Model(model.run(), overrides));
            }
        }
        return models;
    }

    private Variant named(String name) {
        return study.variant(name).orElseThrow();
    }

    private List<String> inference(Variant v) {
        List<String> all = new ArrayList<>();
        v.base().ifPresent(base -> all.addAll(inference(named(base))));
        all.addAll(v.inference());
        return all;
    }

    /** The whole training of a variant that has one, with what its bases say. */
    Variant.Training training(Variant v) {
        Variant.Training own = v.training().orElse(EMPTY);
        Variant.Training base = v.base().map(this::named).map(this::training).orElse(EMPTY);
        List<String> overrides = new ArrayList<>(base.overrides());
        overrides.addAll(own.overrides());
        return new Variant.Training(
                own.config().or(base::config),
                overrides,
                own.data().or(base::data),
                own.weights().or(base::weights));
    }

    private static final Variant.Training EMPTY =
            new Variant.Training(Optional.empty(), List.of(), Optional.empty(), Optional.empty());

    /**
     * The settings of a variant's training.
     *
     * @throws soma.tensor.SomaException when a base is an ensemble, which has no training, or a
     *     setting can't be used
     */
    Config config(Variant v) {
        Variant.Training training = training(v);
        String config =
                training.config()
                        .orElseThrow(
                                () ->
                                        new soma.tensor.SomaException(
                                                "%s: variant %s: train: expected a config, its own"
                                                                .formatted(study.source(), v.name())
                                                        + " or its base's, got none"));
        List<String> overrides = new ArrayList<>(List.of("SEED=" + study.seed()));
        overrides.addAll(training.overrides());
        return Config.load(config, overrides);
    }

    /** All that a variant's result depends on, as text: another text is another result. */
    String description(Variant v) {
        StringBuilder text = new StringBuilder();
        text.append("data: ").append(study.data()).append("\nseed: ").append(study.seed());
        text.append("\ninference: ").append(inference(v)).append('\n');
        if (v.tune()) {
            text.append("tuned: each image on the others\n");
        }
        if (v.training().isPresent()) {
            Variant.Training training = training(v);
            text.append("training data: ").append(training.data()).append('\n');
            text.append("weights: ").append(training.weights()).append('\n');
            training.weights()
                    .flatMap(study::variant)
                    .ifPresent(other -> text.append(description(other)));
            text.append(config(v).toYaml());
        } else {
            List<String> from = v.ensemble().isEmpty() ? List.of(v.base().get()) : v.ensemble();
            from.forEach(
                    name ->
                            text.append("of ")
                                    .append(name)
                                    .append(":\n")
                                    .append(description(named(name))));
        }
        return text.toString();
    }
}
