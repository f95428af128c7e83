package soma.nn.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Writes the bytes of tensors, which may be more than an array holds. */
final class SegmentWriter {
    private static final int CHUNK = 1 << 16;

    private SegmentWriter() {}

    /** Writes all bytes, a part at a time. */
    static void write(MemorySegment data, OutputStream out) throws IOException {
        byte[] chunk = new byte[(int) Math.min(CHUNK, data.byteSize())];
        for (long at = 0; at < data.byteSize(); at += chunk.length) {
            int n = (int) Math.min(chunk.length, data.byteSize() - at);
            MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at, chunk, 0, n);
            out.write(chunk, 0, n);
        }
    }
}
