package soma.cli.study;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import soma.cli.tune.TunedConfig;
import soma.cli.tune.TuningText;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.tune.Tuning;
import soma.maskrcnn.tune.TuningSet;
import soma.nn.io.AtomicFiles;

import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Post-processing of each image by settings that were searched on the other folds of the scored
 * images, as {@code soma tune} holds them out: no image is scored by settings that have seen it.
 *
 * @param variant its name, for the log
 * @param models whose settings are the start; the first one's hold
 * @param folder gets {@code tuned.yaml}, the settings found on all images, and {@code tuning.json},
 *     the figures of {@code soma tune --json}
 * @param seed of the folds and the search
 */
record HeldOutTuning(String variant, List<StudyPlan.Model> models, Path folder, long seed)
        implements PostProcessing {
    private static final Logger LOG = LoggerFactory.getLogger("soma.cli");

    /** As many as {@code soma tune} has by default, or one for each image. */
    private static final int FOLDS = 5;

    @Override
    public IntFunction<Instances> prepare(Dataset images, List<List<Instances>> found) {
        StudyPlan.Model first = models.getFirst();
        Path yaml = folder.resolve("tuned.yaml");
        TunedConfig start =
                TunedConfig.of(
                        first.run().toString(),
                        first.overrides(),
                        yaml,
                        images.categories().size(),
                        models.size());
        TuningSet set = new TuningSet(images, found);
        int folds = Math.min(FOLDS, images.images().size());
        Tuning tuning = Tuning.of(set, start.start(), folds, seed, (done, total, score) -> {});
        TuningText text = new TuningText(tuning, images.classNames());
        AtomicFiles.writeString(yaml, start.yaml(tuning.best()));
        AtomicFiles.writeString(folder.resolve("tuning.json"), text.json().toPrettyString() + "\n");
        text.warnings().forEach(line -> LOG.warn("{}: {}", variant, line));
        return i -> set.postProcessed(i, tuning.withoutImage(i));
    }
}
