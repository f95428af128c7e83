package soma.nn.checkpoint;

import soma.nn.io.AtomicFiles;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes {@code .pth} files as {@code torch.save} does since PyTorch 1.6: {@code torch.load} with
 * {@code weights_only=True} and detectron2's {@code DetectionCheckpointer} read them.
 */
final class TorchZipWriter {
    private static final String ROOT = "archive/";

    /** Storages begin at multiples of this, so that a mapped file can be used as it is. */
    private static final int ALIGNMENT = 64;

    private static final int LOCAL_HEADER = 30;
    private static final int EXTRA_HEADER = 4;

    /** Whoever pads (PyTorch does, with the same) marks the field so. */
    private static final int PADDING_ID = 0x4246;

    /** Any that needs no field of its own, which those before 1980-01-02 do. */
    private static final LocalDateTime TIME = LocalDateTime.of(2000, 1, 1, 0, 0);

    private final CountingStream counted;
    private final ZipOutputStream zip;

    private TorchZipWriter(OutputStream out) {
        counted = new CountingStream(out);
        zip = new ZipOutputStream(counted, StandardCharsets.UTF_8);
        zip.setMethod(ZipOutputStream.STORED);
    }

    /** Writes a file, whole or not at all. */
    static void write(Path file, StateDict dict) {
        AtomicFiles.write(file, out -> new TorchZipWriter(out).write(dict));
    }

    private void write(StateDict dict) throws IOException {
        member("data.pkl", TorchPickleWriter.write(dict));
        member("byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        int key = 0;
        for (HostTensor tensor : dict.tensors().values()) {
            member("data/" + key++, tensor.data());
        }
        member("version", "3\n".getBytes(StandardCharsets.US_ASCII));
        zip.finish();
        counted.flush();
    }

    private void member(String name, byte[] data) throws IOException {
        member(name, MemorySegment.ofArray(data));
    }

    private void member(String name, MemorySegment data) throws IOException {
        ZipEntry entry = new ZipEntry(ROOT + name);
        entry.setTimeLocal(TIME);
        entry.setSize(data.byteSize());
        entry.setCompressedSize(data.byteSize());
        entry.setCrc(checksum(data));
        entry.setExtra(padding(counted.count + LOCAL_HEADER + ROOT.length() + name.length()));
        zip.putNextEntry(entry);
        SegmentWriter.write(data, zip);
        zip.closeEntry();
        zip.flush();
    }

    private static long checksum(MemorySegment data) {
        CRC32 crc = new CRC32();
        long step = 1L << 30;
        for (long at = 0; at < data.byteSize(); at += step) {
            crc.update(data.asSlice(at, Math.min(step, data.byteSize() - at)).asByteBuffer());
        }
        return crc.getValue();
    }

    /** An extra field after which the data begin at a multiple of the alignment. */
    private static byte[] padding(long fieldBegin) {
        long unpadded = fieldBegin + EXTRA_HEADER;
        int zeros = (int) ((ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT);
        byte[] field = new byte[EXTRA_HEADER + zeros];
        field[0] = (byte) PADDING_ID;
        field[1] = (byte) (PADDING_ID >> 8);
        field[2] = (byte) zeros;
        return field;
    }

    /** Knows how many bytes have gone through it. */
    private static final class CountingStream extends OutputStream {
        private final OutputStream out;
        private long count;

        CountingStream(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            count += length;
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}
