package soma.nn.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.tensor.Shape;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** What is written as {@code .pth} is read back bit for bit. */
class TorchZipTest {
    private static StateDict everyType() {
        Random random = new Random(3);
        StateDict dict = new StateDict("memory");
        for (ElementType type : ElementType.values()) {
            byte[] bytes = new byte[6 * type.bytes()];
            random.nextBytes(bytes);
            MemorySegment data = MemorySegment.ofArray(bytes);
            dict.put("a." + type, new HostTensor(type, Shape.of(2, 3), data));
        }
        dict.put("scalar", HostTensor.of(new long[] {7}));
        dict.put("nothing", HostTensor.of(new float[0], 0, 4));
        return dict;
    }

    @Test
    void readsWhatItWrites(@TempDir Path folder) {
        Path file = folder.resolve("w.pth");
        StateDict dict = everyType();
        Checkpoints.write(file, dict);
        StateDict back = Checkpoints.read(file);
        assertEquals(dict.names(), back.names());
        dict.tensors()
                .forEach(
                        (name, t) -> assertTrue(t.sameBits(back.get(name)), () -> name + ": " + t));
    }

    @Test
    void storagesAreAligned(@TempDir Path folder) {
        Path file = folder.resolve("w.pth");
        Checkpoints.write(file, everyType());
        MemorySegment all = MappedFile.map(file);
        StoredZip zip = new StoredZip(file, all);
        for (String name : zip.names()) {
            assertEquals(0, (zip.read(name).address() - all.address()) % 64, name);
        }
    }

    @Test
    void theSameWeightsMakeTheSameFile(@TempDir Path folder) throws IOException {
        Path a = folder.resolve("a.pth");
        Path b = folder.resolve("b.pth");
        Checkpoints.write(a, everyType());
        Checkpoints.write(b, everyType());
        assertEquals(-1, Files.mismatch(a, b));
    }

    @Test
    void anotherEndingIsRefused(@TempDir Path folder) {
        Path file = folder.resolve("w.onnx");
        CheckpointException e =
                assertThrows(CheckpointException.class, () -> Checkpoints.write(file, everyType()));
        assertTrue(e.getMessage().contains(".safetensors or .pth"), e.getMessage());
    }
}
