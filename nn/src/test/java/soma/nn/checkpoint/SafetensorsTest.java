package soma.nn.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.tensor.Shape;
import soma.tensor.SomaException;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Whatever is written comes back bit by bit. */
class SafetensorsTest {
    @Property(tries = 100)
    void roundTripIsExact(@ForAll("dicts") StateDict dict) throws IOException {
        Path file = Files.createTempFile("soma", ".safetensors");
        try {
            Safetensors.write(file, dict);
            StateDict back = Checkpoints.read(file);
            assertEquals(dict.names(), back.names());
            assertEquals(dict.metadata(), back.metadata());
            dict.tensors().forEach((n, t) -> assertTrue(t.sameBits(back.get(n)), n));
            assertEquals(0, headerLength(file) % 8);
        } finally {
            Files.delete(file);
        }
    }

    private static long headerLength(Path file) throws IOException {
        byte[] all = Files.readAllBytes(file);
        return (all[0] & 0xff) | (all[1] & 0xff) << 8 | (all[2] & 0xff) << 16;
    }

    @Provide
    Arbitrary<StateDict> dicts() {
        Arbitrary<HostTensor> tensor =
                Combinators.combine(
                                Arbitraries.of(ElementType.class),
                                Arbitraries.integers().between(0, 5).list().ofMaxSize(4),
                                Arbitraries.longs())
                        .as(SafetensorsTest::randomTensor);
        Arbitrary<Map<String, HostTensor>> tensors =
                Arbitraries.maps(text(12), tensor).ofMaxSize(6);
        Arbitrary<Map<String, String>> metadata = Arbitraries.maps(text(5), text(5)).ofMaxSize(2);
        return Combinators.combine(tensors, metadata)
                .as(
                        (t, m) -> {
                            StateDict dict = new StateDict("test");
                            t.forEach(dict::put);
                            dict.metadata().putAll(m);
                            return dict;
                        });
    }

    /** Any text but half surrogate pairs, which UTF-8 can't hold. */
    private static Arbitrary<String> text(int length) {
        return Arbitraries.strings()
                .withCharRange('\0', '\uD7FF')
                .withCharRange('\uE000', '\uFFFF')
                .ofMaxLength(length);
    }

    private static HostTensor randomTensor(ElementType type, List<Integer> dims, long seed) {
        Shape shape = Shape.of(dims.stream().mapToInt(i -> i).toArray());
        byte[] bytes = new byte[shape.size() * type.bytes()];
        new Random(seed).nextBytes(bytes);
        return new HostTensor(type, shape, MemorySegment.ofArray(bytes));
    }

    @Test
    void readsValuesOfEveryType(@TempDir Path folder) {
        Path file = folder.resolve("t.safetensors");
        StateDict dict = new StateDict("test");
        for (ElementType type : ElementType.values()) {
            dict.put(type.name(), randomTensor(type, List.of(3), 7));
        }
        dict.put("f", HostTensor.of(new float[] {1.5f, -0f, Float.NaN}, 3));
        dict.put("d", HostTensor.of(new double[] {1e-300, 2}, 2));
        dict.put("l", HostTensor.of(new long[] {Long.MIN_VALUE, 3}, 1, 2));
        dict.put("half", new HostTensor(ElementType.F16, Shape.of(), bytes(0x00, 0xC2)));
        dict.put("brain", new HostTensor(ElementType.BF16, Shape.of(), bytes(0x40, 0xC0)));
        dict.put("byte", new HostTensor(ElementType.U8, Shape.of(2), bytes(0xff, 1)));
        dict.put("truth", new HostTensor(ElementType.BOOL, Shape.of(2), bytes(0, 2)));
        Safetensors.write(file, dict);
        StateDict back = Safetensors.read(file);
        assertEquals(dict.size(), back.size());
        assertArrayEquals(new float[] {1.5f, -0f, Float.NaN}, back.get("f").floats());
        assertArrayEquals(new double[] {1e-300, 2}, back.get("d").doubles());
        assertArrayEquals(new long[] {Long.MIN_VALUE, 3}, back.get("l").longs());
        assertArrayEquals(new float[] {-3}, back.get("half").floats());
        assertArrayEquals(new double[] {-3}, back.get("brain").doubles());
        assertArrayEquals(new long[] {255, 1}, back.get("byte").longs());
        assertArrayEquals(new float[] {0, 1}, back.get("truth").floats());
    }

    private static MemorySegment bytes(int... values) {
        byte[] out = new byte[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) values[i];
        }
        return MemorySegment.ofArray(out);
    }

    @Test
    void failureToWriteLeavesNothingBehind(@TempDir Path folder) throws IOException {
        Path occupied = Files.createDirectory(folder.resolve("x.safetensors"));
        Files.createFile(occupied.resolve("inside"));
        StateDict dict = new StateDict("test").put("w", HostTensor.of(new float[] {1}, 1));
        assertThrows(SomaException.class, () -> Safetensors.write(occupied, dict));
        try (var files = Files.list(folder)) {
            assertEquals(List.of(occupied), files.toList());
        }
    }

    @Test
    void namesTheFileThatIsNotThere(@TempDir Path folder) {
        for (Path file : List.of(folder.resolve("none.pth"), folder)) {
            CheckpointException e =
                    assertThrows(CheckpointException.class, () -> Checkpoints.read(file));
            assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
        }
    }
}
