package soma.nn.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

class AtomicFoldersTest {
    @TempDir private Path folder;

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void replacesAFolderAsAWhole() throws IOException {
        Path target = folder.resolve("deep/target");
        AtomicFolders.write(target, into -> Files.writeString(into.resolve("old"), "1"));
        assertEquals(List.of("old"), names(target));

        AtomicFolders.write(target, into -> Files.writeString(into.resolve("new"), "2"));

        assertEquals(List.of("new"), names(target));
        assertEquals(List.of("target"), names(folder.resolve("deep")));
    }

    @Test
    void aFailureLeavesTheOlderFolder() throws IOException {
        Path target = folder.resolve("target");
        AtomicFolders.write(target, into -> Files.writeString(into.resolve("old"), "1"));

        SomaException e =
                assertThrows(
                        SomaException.class,
                        () ->
                                AtomicFolders.write(
                                        target,
                                        into -> {
                                            Files.writeString(into.resolve("half"), "2");
                                            throw new IOException("disk full");
                                        }));

        assertEquals(target + ": cannot write: disk full", e.getMessage());
        assertEquals(List.of("old"), names(target));
        assertEquals(List.of("target"), names(folder));
    }

    @Test
    void aLinkLeadsToTheNewFolder() throws IOException {
        Path target = Files.createDirectory(folder.resolve("target"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), target);

        AtomicFolders.write(link, into -> Files.writeString(into.resolve("new"), "1"));

        assertTrue(Files.isSymbolicLink(link));
        assertEquals(List.of("new"), names(target));
    }

    @Test
    void theRootIsNoPlace() {
        assertThrows(SomaException.class, () -> AtomicFolders.write(folder.getRoot(), into -> {}));
    }
}
