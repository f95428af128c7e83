package soma.nn.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Files as read-only memory, whose pages are read when touched and freed by the collector. */
final class MappedFile {
    private MappedFile() {}

    /**
     * The bytes of a file.
     *
     * @throws CheckpointException if it can't be read
     */
    static MemorySegment map(Path file) {
        if (Files.isDirectory(file)) {
            throw CheckpointException.of(file, "kind", "a file", "a directory");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        } catch (NoSuchFileException e) {
            throw new CheckpointException(file + ": no such file", e);
        } catch (IOException e) {
            throw new CheckpointException(file + ": cannot read: " + e.getMessage(), e);
        }
    }
}
