package soma.parity;

import soma.tensor.Device;
import soma.tensor.SomaException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Finds what a folder holds and compares all of it: a root with {@code ops}, {@code models} and
 * {@code data}, one of these, or the folder of one model.
 */
public final class Parity {
    /** Folders of a root; the images are those that traces use. */
    private static final Set<String> PARTS = Set.of("ops", "models", "data", "images");

    private final Path root;
    private final ParityReport report;
    private final Device device;
    private final UnknownParts unknown;

    private Parity(Path root, ParityReport report, Device device) {
        this.root = root;
        this.report = report;
        this.device = device;
        this.unknown = new UnknownParts(root, report);
    }

    /**
     * Compares everything.
     *
     * @param wanted chooses rows by "group name"
     * @throws SomaException if there is nothing of the layout
     */
    public static ParityReport run(Path folder, Device device, Predicate<String> wanted) {
        ParityReport report = new ParityReport(wanted);
        if (!Files.isDirectory(folder)) {
            throw new SomaException(folder + ": fixtures: expected a folder, got none");
        }
        if (!new Parity(folder, report, device).runAll()) {
            throw new SomaException(
                    folder
                            + ": fixtures: expected ops, models or data (or one of these, or one"
                            + " model), got none of them");
        }
        return report;
    }

    private boolean runAll() {
        boolean any = false;
        for (Path folder : List.of(root, root.resolve("ops"))) {
            if (OpsParity.isHere(folder)) {
                any = true;
                new OpsParity(folder, report, device, unknown).run();
            }
        }
        for (Path folder : models()) {
            any = true;
            report.guarded(
                    folder.getFileName().toString(),
                    () -> new ModelParity(folder, report, device, unknown).run());
        }
        for (Path folder : List.of(root, root.resolve("data"))) {
            any |= new DataParity(folder, report, unknown).run();
        }
        nameUnknownParts();
        return any;
    }

    /** Of the folders that hold parts; the parts name their own. */
    private void nameUnknownParts() {
        Path models = root.resolve("models");
        if (Files.isDirectory(models)) {
            unknown.of(models, name -> isModel(models.resolve(name)));
        }
        boolean isRoot = PARTS.stream().anyMatch(part -> Files.isDirectory(root.resolve(part)));
        if (isRoot && !isModel(root) && !DataParity.isHere(root) && !OpsParity.isHere(root)) {
            unknown.of(root, name -> PARTS.contains(name) || isModel(root.resolve(name)));
        }
    }

    private List<Path> models() {
        if (isModel(root)) {
            return List.of(root);
        }
        List<Path> out = new ArrayList<>();
        for (Path folder : List.of(root, root.resolve("models"))) {
            if (Files.isDirectory(folder)) {
                UnknownParts.entries(folder).stream().filter(Parity::isModel).forEach(out::add);
            }
        }
        return out;
    }

    private static boolean isModel(Path folder) {
        Path manifest = folder.resolve("manifest.json");
        return Files.exists(manifest) && Json.read(manifest).has("model");
    }
}
