package soma.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

import soma.nn.checkpoint.CheckpointException;
import soma.nn.checkpoint.Safetensors;
import soma.nn.checkpoint.StateDict;
import soma.nn.io.AtomicFiles;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A folder with everything that continues a run: {@code weights.safetensors}, {@code
 * optimizer.safetensors}, where an average of the weights is kept {@code ema.safetensors}, and
 * {@code state.json}.
 */
record Checkpoint(
        StateDict weights, StateDict optimizer, Optional<StateDict> average, TrainingState state) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static Path weightsOf(Path folder) {
        return folder.resolve("weights.safetensors");
    }

    private static Path optimizerOf(Path folder) {
        return folder.resolve("optimizer.safetensors");
    }

    private static Path averageOf(Path folder) {
        return folder.resolve("ema.safetensors");
    }

    private static Path stateOf(Path folder) {
        return folder.resolve("state.json");
    }

    /**
     * Writes a folder, which appears whole or not at all; replaces an older one. Weights and
     * optimiser are copied from the device one after the other, to hold only one copy at a time.
     */
    static void write(
            Path folder,
            Supplier<StateDict> weights,
            Supplier<StateDict> optimizer,
            Optional<Supplier<StateDict>> average,
            TrainingState state) {
        Path temporary = folder.resolveSibling("." + folder.getFileName() + ".tmp");
        try {
            delete(temporary);
            Files.createDirectories(temporary);
            Safetensors.write(weightsOf(temporary), weights.get());
            Safetensors.write(optimizerOf(temporary), optimizer.get());
            average.ifPresent(a -> Safetensors.write(averageOf(temporary), a.get()));
            AtomicFiles.writeString(
                    stateOf(temporary),
                    JSON.writerWithDefaultPrettyPrinter().writeValueAsString(state) + "\n");
            delete(folder);
            Files.move(temporary, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failed(folder, temporary, e);
        } catch (SomaException e) {
            throw failed(folder, temporary, e);
        }
    }

    private static SomaException failed(Path folder, Path temporary, Exception e) {
        try {
            delete(temporary);
        } catch (IOException left) {
            e.addSuppressed(left);
        }
        return new SomaException(folder + ": cannot write the checkpoint: " + e.getMessage(), e);
    }

    /**
     * Reads a folder; tensors are mapped, not loaded.
     *
     * @throws CheckpointException naming the file that is missing or damaged
     */
    static Checkpoint read(Path folder) {
        Path file = stateOf(folder);
        try {
            TrainingState state = JSON.readValue(file.toFile(), TrainingState.class);
            if (state.iteration() < 0 || state.streams() == null || state.history() == null) {
                throw new CheckpointException(
                        file + ": expected iteration, streams and history, got less");
            }
            return new Checkpoint(
                    Safetensors.read(weightsOf(folder)),
                    Safetensors.read(optimizerOf(folder)),
                    Optional.of(averageOf(folder)).filter(Files::exists).map(Safetensors::read),
                    state);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(
                    file + ": expected the state of a run, got " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CheckpointException(file + ": cannot read: " + e.getMessage(), e);
        }
    }

    /**
     * The average of the weights.
     *
     * @throws CheckpointException if the run kept none
     */
    StateDict requireAverage(Path folder) {
        return average.orElseThrow(
                () ->
                        new CheckpointException(
                                averageOf(folder)
                                        + ": expected the average of a run with SOMA.EMA.ENABLED,"
                                        + " got no such file"));
    }

    /** Deletes a file or a folder with all in it, if there is one. */
    static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> walk = Files.walk(path)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path p : all) {
            Files.delete(p);
        }
    }
}
