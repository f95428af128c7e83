package soma.nn.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.TreeSet;

/** Files that Python wrote ({@code make_checkpoints.py}) hold what it says they hold. */
class SmallCheckpointTest {
    /** A file beside this class. */
    static Path file(String name) {
        try {
            return Path.of(SmallCheckpointTest.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertSame(StateDict expected, StateDict actual) {
        assertEquals(new TreeSet<>(expected.names()), new TreeSet<>(actual.names()));
        expected.tensors()
                .forEach(
                        (name, t) ->
                                assertTrue(
                                        t.sameBits(actual.get(name)),
                                        () -> name + ": " + t + ", got " + actual.get(name)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5})
    void arraysOfEveryPickleProtocol(int protocol) {
        StateDict read = Checkpoints.read(file("protocol" + protocol + ".pkl"));
        assertEquals(StateDict.Naming.CAFFE2, read.naming());
        assertSame(Checkpoints.read(file("arrays.safetensors")), read);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zip.pth", "legacy.pth"})
    void tensorsOfBothTorchFormats(String name) {
        StateDict read = Checkpoints.read(file(name));
        assertEquals("41", read.metadata().get("iteration"));
        assertSame(Checkpoints.read(file("tensors.safetensors")), read);
    }

    @ParameterizedTest
    @ValueSource(strings = {".pth", ".safetensors"})
    void namesThatAreEndingsStayMarked(String ending, @TempDir Path folder) {
        StateDict read = Checkpoints.read(file("zip.pth"));
        assertEquals(StateDict.Naming.SUFFIXES, read.naming());
        Path copy = folder.resolve("copy" + ending);
        Checkpoints.write(copy, read);
        StateDict back = Checkpoints.read(copy);
        assertEquals(StateDict.Naming.SUFFIXES, back.naming());
        assertSame(read, back);
        Checkpoints.write(copy, back.naming(StateDict.Naming.FULL));
        assertEquals(StateDict.Naming.FULL, Checkpoints.read(copy).naming());
    }

    @Test
    void theTarFormatIsNamed() {
        CheckpointException e =
                assertThrows(CheckpointException.class, () -> Checkpoints.read(file("tar.pth")));
        assertTrue(e.getMessage().contains("tar format"), e.getMessage());
    }

    @Test
    void textOfPython2IsUnescaped() {
        Path file = Path.of("x.pkl");
        assertEquals("a\n\\'\u00e9\\q", PickleText.string(file, "'a\\n\\\\\\'\\xe9\\q'"));
        assertEquals("\u20ac\\n", PickleText.unicode(file, "\\u20ac\\n"));
        for (String broken : new String[] {"'a", "a'", "'", "'\\x4'", "'\\xzz'"}) {
            assertThrows(CheckpointException.class, () -> PickleText.string(file, broken));
        }
        assertThrows(CheckpointException.class, () -> PickleText.unicode(file, "\\Uffffffff"));
    }
}
