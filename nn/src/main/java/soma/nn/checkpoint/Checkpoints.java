package soma.nn.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Locale;

/** Reads weight files of any supported kind, which is told by their content. */
public final class Checkpoints {
    private Checkpoints() {}

    /**
     * The tensors of a {@code .safetensors} file or a {@code .pth} of PyTorch 1.6 or later, under
     * their names in the file.
     *
     * @throws CheckpointException naming the file and what is wrong with it
     */
    public static StateDict read(Path file) {
        MemorySegment bytes = MappedFile.map(file);
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".safetensors") || looksLikeSafetensors(bytes)) {
            return Safetensors.read(file);
        }
        if (startsWith(bytes, 'P', 'K')) {
            return TorchZip.read(file, bytes);
        }
        if (startsWith(bytes, 0x80)) {
            throw new CheckpointException(
                    file
                            + ": expected safetensors or a .pth of PyTorch 1.6 or later, got a bare"
                            + " pickle; load it and save it again with a newer PyTorch");
        }
        throw new CheckpointException(
                file + ": expected safetensors or a .pth of PyTorch 1.6 or later, got neither");
    }

    private static boolean looksLikeSafetensors(MemorySegment bytes) {
        return bytes.byteSize() > 8
                && bytes.get(ValueLayout.JAVA_BYTE, 8) == '{'
                && !startsWith(bytes, 'P', 'K');
    }

    private static boolean startsWith(MemorySegment bytes, int... values) {
        boolean same = bytes.byteSize() >= values.length;
        for (int i = 0; same && i < values.length; i++) {
            same = (bytes.get(ValueLayout.JAVA_BYTE, i) & 0xff) == values[i];
        }
        return same;
    }
}
