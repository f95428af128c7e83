package soma.cli.study;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A row of a study, as the file says it.
 *
 * @param name of the row
 * @param base name of the variant whose settings it takes over, and without {@code training} also
 *     its trained model
 * @param training what is trained
 * @param inference changes to the settings of inference, {@code KEY=VALUE}
 * @param ensemble names of the variants whose models are fused; empty: one model
 * @param tune whether each scored image has settings that were searched on the others
 */
record Variant(
        String name,
        Optional<String> base,
        Optional<Training> training,
        List<String> inference,
        List<String> ensemble,
        boolean tune) {
    /**
     * A training.
     *
     * @param config preset, file or run directory; none: the base's
     * @param overrides {@code KEY=VALUE}, after the base's
     * @param data images to learn from in place of the study's
     * @param weights a variant's name, or a file
     */
    record Training(
            Optional<String> config,
            List<String> overrides,
            Optional<Path> data,
            Optional<String> weights) {
        Training {
            overrides = List.copyOf(overrides);
        }
    }

    Variant {
        inference = List.copyOf(inference);
        ensemble = List.copyOf(ensemble);
    }

    /** Name of its folder. */
    String folder() {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    }
}
