package soma.parity;

import soma.tensor.Device;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Finds what a folder holds and compares all of it: a root with {@code ops}, {@code models} and
 * {@code data}, one of these, or the folder of one model.
 */
public final class Parity {
    private final Path root;
    private final ParityReport report;
    private final Device device;

    private Parity(Path root, ParityReport report, Device device) {
        this.root = root;
        this.report = report;
        this.device = device;
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
            if (Files.exists(folder.resolve("conv.safetensors"))
                    || Files.exists(folder.resolve("schedules.json"))) {
                any = true;
                new OpsParity(folder, report, device).run();
            }
        }
        for (Path folder : models()) {
            any = true;
            guarded(folder, () -> new ModelParity(folder, report, device).run());
        }
        for (Path folder : List.of(root, root.resolve("data"))) {
            any |= new DataParity(folder, report).run();
        }
        return any;
    }

    /** What breaks in one model is a failed row, and the others go on. */
    private void guarded(Path folder, Runnable check) {
        try {
            check.run();
        } catch (RuntimeException failure) {
            report.fails(folder.getFileName().toString(), "", String.valueOf(failure.getMessage()));
        }
    }

    private List<Path> models() {
        if (isModel(root)) {
            return List.of(root);
        }
        List<Path> out = new ArrayList<>();
        for (Path folder : List.of(root, root.resolve("models"))) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> children = Files.list(folder)) {
                    children.filter(Parity::isModel).sorted().forEach(out::add);
                } catch (IOException e) {
                    throw new SomaException(folder + ": cannot list: " + e.getMessage(), e);
                }
            }
        }
        return out;
    }

    private static boolean isModel(Path folder) {
        return Files.exists(folder.resolve("manifest.json"))
                && (Files.exists(folder.resolve("weights.pth"))
                        || Files.exists(folder.resolve("weights.safetensors")));
    }
}
