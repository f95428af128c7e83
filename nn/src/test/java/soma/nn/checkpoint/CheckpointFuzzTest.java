package soma.nn.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.nn.SharedFiles;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/** Files with random damage are read or refused by a {@link CheckpointException}, never else. */
class CheckpointFuzzTest {
    private static final int ROUNDS = 1000;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "safetensors/small_types.safetensors",
                "safetensors/valid.safetensors",
                "checkpoints/hand_made.pth",
                "checkpoints/valid_views.pth",
                "checkpoints/valid_checkpoint.pth",
                "checkpoints/valid_legacy_views.pth",
                "checkpoints/valid_legacy_state_dict.pth",
                "checkpoints/valid_caffe2_blobs.pkl",
                "checkpoints/valid_caffe2_blobs_python2.pkl",
                "checkpoints/valid_detectron2_zoo_protocol4.pkl",
                "checkpoints/numpy_big_endian.pkl"
            })
    void damagedFiles(String name, @TempDir Path folder) throws IOException {
        damage(SharedFiles.require("golden/data/hostile/" + name), folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"protocol0.pkl", "protocol1.pkl", "protocol5.pkl", "legacy.pth"})
    void damagedSmallFiles(String name, @TempDir Path folder) throws IOException {
        damage(SmallCheckpointTest.file(name), folder);
    }

    private static void damage(Path original, Path folder) throws IOException {
        byte[] good = Files.readAllBytes(original);
        String name = original.getFileName().toString();
        Path file = folder.resolve(name);
        Random random = new Random(name.hashCode());
        int refused = 0;
        for (int i = 0; i < ROUNDS; i++) {
            Files.write(file, damaged(good, random));
            try {
                Checkpoints.read(file).tensors().values().forEach(HostTensor::doubles);
            } catch (CheckpointException e) {
                refused++;
                assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            }
        }
        assertTrue(refused > ROUNDS / 20, refused + " of " + ROUNDS + " were refused");
    }

    /** The pickle by itself, since a zip's checksum would refuse all damage to it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "valid_views.pth",
                "valid_numpy_values.pth",
                "valid_parameters.pth",
                "valid_module_state_dict.pth"
            })
    void damagedPickles(String name) {
        Path file = SharedFiles.require("golden/data/hostile/checkpoints/" + name);
        StoredZip zip = new StoredZip(file, MappedFile.map(file));
        byte[] good = zip.read("archive/data.pkl").toArray(ValueLayout.JAVA_BYTE);
        MemorySegment bytes = MemorySegment.ofArray(new byte[4096]);
        Random random = new Random(name.hashCode());
        int refused = 0;
        for (int i = 0; i < 4 * ROUNDS; i++) {
            try {
                TorchTensors globals = new TorchTensors(file);
                MemorySegment pickle = MemorySegment.ofArray(damaged(good, random));
                Object top = Pickle.load(file, pickle, globals);
                new PickledState(file, globals, _ -> bytes)
                        .ofTorch(top)
                        .tensors()
                        .values()
                        .forEach(HostTensor::doubles);
            } catch (CheckpointException e) {
                refused++;
                assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
            }
        }
        assertTrue(refused > ROUNDS, refused + " were refused");
    }

    /** A few bytes changed, or cut off, or put in. */
    private static byte[] damaged(byte[] good, Random random) {
        byte[] bytes = good.clone();
        switch (random.nextInt(4)) {
            case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 1 -> {
                int at = random.nextInt(bytes.length);
                bytes = new byte[good.length + 1];
                System.arraycopy(good, 0, bytes, 0, at);
                System.arraycopy(good, at, bytes, at + 1, good.length - at);
            }
            default -> {
                for (int n = 1 + random.nextInt(3); n > 0; n--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
            }
        }
        return bytes;
    }
}
