package soma.nn.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Locale;

/** Reads weight files of any supported kind, which is told by their content, and writes them. */
public final class Checkpoints {
    private static final String SAFETENSORS = ".safetensors";
    private static final String PTH = ".pth";
    private static final String PKL = ".pkl";

    /** Where a tar file says that it is one. */
    private static final int USTAR = 257;

    private Checkpoints() {}

    /**
     * The tensors of a {@code .safetensors} file, a {@code .pth} of any PyTorch since 0.4, or a
     * {@code .pkl} of detectron2's model zoo, under their names in the file; {@link
     * StateDict#naming} tells how those are to be understood.
     *
     * @throws CheckpointException naming the file and what is wrong with it
     */
    public static StateDict read(Path file) {
        MemorySegment bytes = MappedFile.map(file);
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(SAFETENSORS) || looksLikeSafetensors(bytes)) {
            return Safetensors.read(file);
        }
        if (startsWith(bytes, 'P', 'K')) {
            return TorchZip.read(file, bytes);
        }
        // Pickles of protocols 0 and 1 begin with no mark of their own.
        if (startsWith(bytes, 0x80) || name.endsWith(PKL)) {
            return pickles(file, bytes);
        }
        if (isTar(bytes)) {
            throw new CheckpointException(
                    file
                            + ": expected a .pth of PyTorch 0.4 or later, got the tar format of"
                            + " before; load it and save it again with a newer PyTorch");
        }
        throw new CheckpointException(
                file + ": expected safetensors, a .pth of PyTorch or a .pkl, got none of them");
    }

    /**
     * Writes tensors under their names, whole or not at all, in the format that the file's ending
     * says: {@code .safetensors}, or {@code .pth} as {@code {'model': tensors}}.
     *
     * @throws CheckpointException for another ending
     */
    public static void write(Path file, StateDict dict) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(SAFETENSORS)) {
            Safetensors.write(file, dict);
        } else if (name.endsWith(PTH)) {
            TorchZipWriter.write(file, dict);
        } else {
            throw CheckpointException.of(
                    file, "file ending", SAFETENSORS + " or " + PTH, file.getFileName());
        }
    }

    private static StateDict pickles(Path file, MemorySegment bytes) {
        TorchTensors globals = new TorchTensors(file);
        Pickle.Result first = Pickle.load(file, bytes, 0, globals);
        if (TorchLegacy.isMagic(first.value())) {
            return TorchLegacy.read(file, bytes, first.end());
        }
        return new PickledState(file, globals, storage -> noStorages(file)).ofZoo(first.value());
    }

    private static MemorySegment noStorages(Path file) {
        throw new CheckpointException(file + ": a bare pickle has no storages of tensors");
    }

    private static boolean looksLikeSafetensors(MemorySegment bytes) {
        return bytes.byteSize() > 8
                && bytes.get(ValueLayout.JAVA_BYTE, 8) == '{'
                && !startsWith(bytes, 'P', 'K');
    }

    private static boolean isTar(MemorySegment bytes) {
        return bytes.byteSize() > USTAR
                && startsWith(bytes.asSlice(USTAR), 'u', 's', 't', 'a', 'r');
    }

    private static boolean startsWith(MemorySegment bytes, int... values) {
        boolean same = bytes.byteSize() >= values.length;
        for (int i = 0; same && i < values.length; i++) {
            same = (bytes.get(ValueLayout.JAVA_BYTE, i) & 0xff) == values[i];
        }
        return same;
    }
}
