package soma.cli.study;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a study: {@code seed}, {@code data} and {@code variants}. Paths are relative to the file's
 * folder.
 */
public final class StudyFile {
    private static final List<String> TOP = List.of("seed", "data", "variants");
    private static final List<String> DATA =
            List.of("drawn", "train", "images", "val", "fold", "test");
    private static final List<String> DRAWN = List.of("train", "val", "test");
    private static final List<String> VARIANT =
            List.of("name", "base", "train", "infer", "ensemble", "tune");
    private static final List<String> TRAIN = List.of("config", "set", "data", "weights");
    private static final List<String> INFER = List.of("set", "tta");
    private static final Pattern FOLD = Pattern.compile("(\\d{1,4})/(\\d{1,4})");

    private final Path file;

    private StudyFile(Path file) {
        this.file = file;
    }

    /**
     * Reads and checks a file.
     *
     * @throws SomaException naming what is wrong in it
     */
    static Study read(Path file) {
        try {
            return new StudyFile(file).parse(Files.readString(file));
        } catch (IOException e) {
            throw new SomaException(file + ": study: expected a text file, got none to read", e);
        }
    }

    private Study parse(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        Object root;
        try {
            root = new Yaml(new SafeConstructor(options)).load(text);
        } catch (YAMLException e) {
            String first = e.getMessage().lines().findFirst().orElse("unreadable");
            throw new SomaException(file + ": not valid YAML: " + first, e);
        }
        StudyNode top = StudyNode.of(file.toString(), root, TOP);
        StudyNode data =
                top.node("data", DATA)
                        .orElseThrow(() -> top.invalid("data", "where the images come from"));
        List<Variant> variants = new ArrayList<>();
        for (Object one : top.list("variants")) {
            variants.add(variant(one, variants.isEmpty()));
        }
        if (variants.isEmpty()) {
            throw top.invalid("variants", "at least one");
        }
        int seed = top.has("seed") ? top.number("seed", 0) : 1;
        return new Study(file.toString(), seed, data(data), variants);
    }

    private Path path(String text) {
        return file.toAbsolutePath().getParent().resolve(text).normalize();
    }

    private StudyData data(StudyNode data) {
        Optional<StudyNode> drawn = data.node("drawn", DRAWN);
        if (drawn.isPresent()) {
            StudyNode n = drawn.get();
            return new StudyData.Drawn(
                    n.number("train", 1), n.number("val", 1), n.number("test", 1));
        }
        Path training =
                path(data.text("train").orElseThrow(() -> data.invalid("train", "a data set")));
        Optional<Path> validation = data.text("val").map(this::path);
        if (validation.isPresent() == data.has("fold")) {
            throw data.invalid("fold", "K/N such as 1/5, or val instead");
        }
        Matcher fold = FOLD.matcher(data.text("fold").orElse("1/2"));
        if (!fold.matches()) {
            throw data.invalid("fold", "K/N such as 1/5");
        }
        return new StudyData.Files(
                training,
                data.text("images").map(this::path),
                validation,
                Integer.parseInt(fold.group(1)),
                Integer.parseInt(fold.group(2)),
                data.text("test").map(this::path));
    }

    private Variant variant(Object value, boolean first) {
        StudyNode unnamed = StudyNode.of(file + ": variant", value, VARIANT);
        String name = unnamed.text("name").orElseThrow(() -> unnamed.invalid("name", "a text"));
        StudyNode node = StudyNode.of(file + ": variant " + name, value, VARIANT);
        Optional<Variant.Training> training = node.node("train", TRAIN).map(this::training);
        Optional<String> base = node.text("base");
        List<String> ensemble = node.texts("ensemble");
        if (!ensemble.isEmpty() && (training.isPresent() || base.isPresent())) {
            throw node.invalid("ensemble", "neither base nor train beside it");
        }
        if (ensemble.isEmpty() && node.has("ensemble")) {
            throw node.invalid("ensemble", "names of variants");
        }
        boolean trained = training.flatMap(Variant.Training::config).isPresent();
        if (ensemble.isEmpty() && base.isEmpty() && !trained) {
            throw new SomaException(
                    node.where()
                            + ": base: expected a variant's name"
                            + (first ? " (not for the first), " : ", ")
                            + "train with a config, or ensemble, got none of them");
        }
        List<String> inference = new ArrayList<>();
        node.node("infer", INFER)
                .ifPresent(
                        infer -> {
                            if (infer.flag("tta")) {
                                inference.add("TEST.AUG.ENABLED=True");
                            }
                            inference.addAll(infer.texts("set"));
                        });
        return new Variant(name, base, training, inference, ensemble, node.flag("tune"));
    }

    private Variant.Training training(StudyNode train) {
        return new Variant.Training(
                train.text("config").map(this::config),
                train.texts("set"),
                train.text("data").map(this::path),
                train.text("weights"));
    }

    /** A preset's name, or a path. */
    private String config(String text) {
        Path path = path(text);
        return Files.exists(path) ? path.toString() : text;
    }
}
