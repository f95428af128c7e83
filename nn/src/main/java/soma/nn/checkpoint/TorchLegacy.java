package soma.nn.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Files of {@code torch.save} before PyTorch 1.6 (and since with {@code
 * _use_new_zipfile_serialization=False}): pickles of a magic number, a version, facts about the
 * machine, the structure, and the keys of the storages; then each storage, its number of elements
 * before it.
 */
final class TorchLegacy {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long VERSION = 1001;
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final MemorySegment bytes;
    private final TorchTensors globals;
    private long at;

    private TorchLegacy(Path file, MemorySegment bytes, long at) {
        this.file = file;
        this.bytes = bytes;
        this.globals = new TorchTensors(file);
        this.at = at;
    }

    /** Whether a file's first pickle is the magic number. */
    static boolean isMagic(Object first) {
        return MAGIC.equals(first);
    }

    /**
     * The model's tensors.
     *
     * @param from offset behind the magic number
     * @throws CheckpointException naming the file and what is wrong
     */
    static StateDict read(Path file, MemorySegment bytes, long from) {
        return new TorchLegacy(file, bytes, from).read();
    }

    private StateDict read() {
        Object version = next();
        if (!Long.valueOf(VERSION).equals(version)) {
            throw CheckpointException.of(file, "protocol version", VERSION, version);
        }
        if (!(next() instanceof Map<?, ?> machine
                && Boolean.TRUE.equals(machine.get("little_endian")))) {
            throw CheckpointException.of(file, "byte order", "little-endian", "another");
        }
        Object top = next();
        if (!(next() instanceof List<?> keys)) {
            throw new CheckpointException(file + ": the keys of the storages are not a list");
        }
        Map<String, MemorySegment> storages = locate(keys);
        return new PickledState(file, globals, storage -> require(storages, storage)).ofTorch(top);
    }

    private Object next() {
        Pickle.Result result = Pickle.load(file, bytes, at, globals);
        at = result.end();
        return result.value();
    }

    private Map<String, MemorySegment> locate(List<?> keys) {
        Map<String, MemorySegment> found = new HashMap<>();
        for (Object key : keys) {
            TorchTensors.TypedStorage storage = globals.storages().get(String.valueOf(key));
            if (storage == null) {
                throw new CheckpointException(
                        file + ": storage " + key + " belongs to no tensor of the file");
            }
            long left = bytes.byteSize() - at - Long.BYTES;
            long count = left < 0 ? -1 : bytes.get(LONG, at);
            if (count != storage.count() || storage.bytes() > left) {
                throw CheckpointException.of(
                        file,
                        "storage " + key,
                        storage.count() + " elements of " + storage.type().bytes() + " bytes",
                        left < 0 ? "the end of the file" : count + " and " + left + " bytes");
            }
            found.put(storage.key(), bytes.asSlice(at + Long.BYTES, storage.bytes()));
            at += Long.BYTES + storage.bytes();
        }
        return found;
    }

    private MemorySegment require(
            Map<String, MemorySegment> storages, TorchTensors.TypedStorage storage) {
        MemorySegment data = storages.get(storage.key());
        if (data == null) {
            throw new CheckpointException(
                    file + ": storage " + storage.key() + " is not in the file");
        }
        return data;
    }
}
