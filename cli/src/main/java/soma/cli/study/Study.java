package soma.cli.study;

import soma.maskrcnn.config.NearestName;
import soma.tensor.SomaException;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Variants of one method and the images that they are compared on.
 *
 * @param source the file's name for messages
 * @param seed of training, drawn images and folds
 * @param data where images come from
 * @param variants rows of the table; the first is the base line
 */
record Study(String source, long seed, StudyData data, List<Variant> variants) {
    /**
     * Checks the names.
     *
     * @throws SomaException when names double, are missing or go round in a circle
     */
    Study {
        variants = List.copyOf(variants);
        Map<String, Variant> byName = new LinkedHashMap<>();
        Set<String> folders = new HashSet<>();
        for (Variant v : variants) {
            if (byName.put(v.name(), v) != null || !folders.add(v.folder())) {
                throw new SomaException(
                        source
                                + ": variants: expected names that differ, got "
                                + v.name()
                                + " twice");
            }
        }
        for (Variant v : variants) {
            for (String needed : needs(v, byName)) {
                if (!byName.containsKey(needed)) {
                    throw new SomaException(
                            "%s: variant %s: expected a variant of this study, got %s: did you"
                                            .formatted(source, v.name(), needed)
                                    + " mean "
                                    + NearestName.of(needed, byName.keySet()).orElse("")
                                    + "?");
                }
            }
        }
        for (Variant v : variants) {
            requireNoCircle(source, v, byName, new ArrayList<>());
        }
    }

    /** Variants that have to be ready before this one. */
    private static List<String> needs(Variant v, Map<String, Variant> byName) {
        List<String> names = new ArrayList<>(v.ensemble());
        v.base().ifPresent(names::add);
        v.training()
                .flatMap(Variant.Training::weights)
                .filter(byName::containsKey)
                .ifPresent(names::add);
        return names;
    }

    private static void requireNoCircle(
            String source, Variant v, Map<String, Variant> byName, List<String> path) {
        if (path.contains(v.name())) {
            throw new SomaException(
                    source
                            + ": variants: expected none that needs itself, got "
                            + String.join(" -> ", path)
                            + " -> "
                            + v.name());
        }
        path.add(v.name());
        for (String needed : needs(v, byName)) {
            requireNoCircle(source, byName.get(needed), byName, path);
        }
        path.removeLast();
    }

    /** The variant of a name, if there is one. */
    Optional<Variant> variant(String name) {
        return variants.stream().filter(v -> v.name().equals(name)).findFirst();
    }

    /** The variants in an order in which each finds ready what it needs. */
    List<Variant> inOrder() {
        Map<String, Variant> byName = new LinkedHashMap<>();
        variants.forEach(v -> byName.put(v.name(), v));
        List<Variant> ordered = new ArrayList<>();
        variants.forEach(v -> append(v, byName, ordered));
        return ordered;
    }

    private static void append(Variant v, Map<String, Variant> byName, List<Variant> ordered) {
        if (!ordered.contains(v)) {
            needs(v, byName).forEach(name -> append(byName.get(name), byName, ordered));
            ordered.add(v);
        }
    }
}
