package soma.train.log;

import soma.tensor.SomaException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Scalars for TensorBoard: TFRecords (length, masked CRC32C of it, data, masked CRC32C of it) of
 * {@code tensorflow.Event} messages. Each record is written at once.
 */
public final class EventFile {
    private static final int MASK_DELTA = 0xa282ead8;

    private final Path file;

    /**
     * Begins a file in a folder.
     *
     * @param seconds since 1970, part of the name by which TensorBoard orders files
     */
    public EventFile(Path folder, long seconds) {
        Path name = folder.resolve("events.out.tfevents.%010d.soma".formatted(seconds));
        for (int i = 1; Files.exists(name); i++) {
            name = folder.resolve("events.out.tfevents.%010d.soma.%d".formatted(seconds, i));
        }
        file = name;
        ByteArrayOutputStream version = new ByteArrayOutputStream();
        bytesField(version, 3, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
        append(event(seconds, 0, version));
    }

    /** Adds scalars of one iteration. */
    public void scalars(double seconds, long iteration, Map<String, Double> values) {
        ByteArrayOutputStream summary = new ByteArrayOutputStream();
        values.forEach(
                (tag, value) -> {
                    ByteArrayOutputStream one = new ByteArrayOutputStream();
                    bytesField(one, 1, tag.getBytes(StandardCharsets.UTF_8));
                    floatField(one, 2, value.floatValue());
                    bytesField(summary, 1, one.toByteArray());
                });
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        bytesField(body, 5, summary.toByteArray());
        append(event(seconds, iteration, body));
    }

    /** Where the events are. */
    public Path file() {
        return file;
    }

    private static byte[] event(double seconds, long step, ByteArrayOutputStream body) {
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        event.write(1 << 3 | 1); // wall_time, fixed 64 bits
        event.writeBytes(little(8).putDouble(seconds).array());
        event.write(2 << 3); // step, varint
        varint(event, step);
        event.writeBytes(body.toByteArray());
        return event.toByteArray();
    }

    private static void bytesField(ByteArrayOutputStream out, int number, byte[] value) {
        out.write(number << 3 | 2);
        varint(out, value.length);
        out.writeBytes(value);
    }

    private static void floatField(ByteArrayOutputStream out, int number, float value) {
        out.write(number << 3 | 5);
        out.writeBytes(little(4).putFloat(value).array());
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long left = value;
        while ((left & ~0x7fL) != 0) {
            out.write((int) (left & 0x7f | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
    }

    private void append(byte[] data) {
        byte[] length = little(8).putLong(data.length).array();
        ByteBuffer record = little(data.length + 16);
        record.put(length).putInt(masked(length)).put(data).putInt(masked(data));
        try {
            Files.write(file, record.array(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new SomaException(file + ": cannot write: " + e.getMessage(), e);
        }
    }

    /** TFRecord's checksum, masked because checksums of checksums are weak. */
    static int masked(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        int value = (int) crc.getValue();
        return (value >>> 15 | value << 17) + MASK_DELTA;
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
