package soma.train;

import soma.nn.io.AtomicFiles;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The files of a run and their names. */
public final class RunDirectory {
    private static final String CHECKPOINT = "checkpoint_";
    private static final List<String> RESULTS =
            List.of("metrics.json", "last_checkpoint", "best.safetensors", "final.safetensors");
    private static final List<String> DESCRIPTIONS =
            List.of("config.yaml", "environment.json", "log.txt");

    private final Path root;

    private RunDirectory(Path root) {
        this.root = root;
    }

    /**
     * Makes a directory, or takes one that exists.
     *
     * @throws SomaException if it holds a run and {@code start} is {@code NEW}, or it can't be
     *     written
     */
    public static RunDirectory open(Path root, TrainingRequest.Start start) {
        RunDirectory run = new RunDirectory(root);
        try {
            Files.createDirectories(root);
            List<Path> old = run.filesOfARun();
            Optional<Path> result = old.stream().filter(RunDirectory::isResult).findFirst();
            if (result.isPresent() && start == TrainingRequest.Start.NEW) {
                throw new SomaException(
                        root
                                + ": output directory: expected one without a run (--force deletes"
                                + " it, --resume continues it), got "
                                + result.get().getFileName());
            }
            if (start != TrainingRequest.Start.RESUME) {
                // Without --force only what a run leaves that failed before its first step.
                for (Path file : old) {
                    Checkpoint.delete(file);
                }
            }
        } catch (IOException e) {
            throw new SomaException(
                    root + ": output directory: cannot write: " + e.getMessage(), e);
        }
        return run;
    }

    private List<Path> filesOfARun() throws IOException {
        try (Stream<Path> files = Files.list(root)) {
            return files.filter(f -> isOfARun(f.getFileName().toString())).sorted().toList();
        }
    }

    /** Whether a file holds what training has computed. */
    private static boolean isResult(Path file) {
        String name = file.getFileName().toString();
        return RESULTS.contains(name) || name.startsWith(CHECKPOINT);
    }

    private static boolean isOfARun(String name) {
        return RESULTS.contains(name)
                || DESCRIPTIONS.contains(name)
                || name.startsWith(CHECKPOINT)
                || name.startsWith("." + CHECKPOINT)
                || name.startsWith("events.out.tfevents.");
    }

    /** The directory. */
    public Path root() {
        return root;
    }

    /** The settings, all of them. */
    public Path config() {
        return root.resolve("config.yaml");
    }

    /** Versions, machine, seed and command. */
    public Path environment() {
        return root.resolve("environment.json");
    }

    /** What happened. */
    public Path log() {
        return root.resolve("log.txt");
    }

    /** Figures, a line a log period and evaluation. */
    public Path metrics() {
        return root.resolve("metrics.json");
    }

    /** Weights of the best evaluation; without any, those at the end. */
    public Path best() {
        return root.resolve("best.safetensors");
    }

    /** Weights at the end. */
    public Path finalWeights() {
        return root.resolve("final.safetensors");
    }

    /** Checkpoint after so many steps. */
    Path checkpoint(long iteration) {
        return root.resolve(CHECKPOINT + "%07d".formatted(iteration));
    }

    /** Names the newest checkpoint. */
    void lastCheckpoint(Path folder) {
        AtomicFiles.writeString(root.resolve("last_checkpoint"), folder.getFileName() + "\n");
    }

    /**
     * The newest checkpoint.
     *
     * @throws SomaException if the one that is named isn't there
     */
    Optional<Path> lastCheckpoint() {
        Path file = root.resolve("last_checkpoint");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            String name = Files.readString(file).strip();
            if (!name.matches(CHECKPOINT + "\\d+") || !Files.isDirectory(root.resolve(name))) {
                throw new SomaException(
                        file + ": expected the name of a checkpoint beside it, got " + name);
            }
            return Optional.of(root.resolve(name));
        } catch (IOException e) {
            throw new SomaException(file + ": cannot read: " + e.getMessage(), e);
        }
    }
}
