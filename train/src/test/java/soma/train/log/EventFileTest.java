package soma.train.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

final class EventFileTest {
    @TempDir Path folder;

    /** Records as a reader of TFRecords sees them, checksums verified bit by bit. */
    private static List<byte[]> records(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<byte[]> out = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] length = new byte[8];
            in.get(length);
            assertEquals(naiveMaskedCrc(length), in.getInt());
            byte[] data =
                    new byte
                            [(int)
                                    ByteBuffer.wrap(length)
                                            .order(ByteOrder.LITTLE_ENDIAN)
                                            .getLong()];
            in.get(data);
            assertEquals(naiveMaskedCrc(data), in.getInt());
            out.add(data);
        }
        return out;
    }

    /** The Castagnoli polynomial, reflected, a bit at a time. */
    private static int naiveMaskedCrc(byte[] data) {
        int crc = ~0;
        for (byte b : data) {
            crc ^= b & 0xff;
            for (int i = 0; i < 8; i++) {
                crc = (crc & 1) != 0 ? crc >>> 1 ^ 0x82f63b78 : crc >>> 1;
            }
        }
        crc = ~crc;
        return Integer.rotateRight(crc, 15) + 0xa282ead8;
    }

    @Test
    void scalarsAreEventsInTfRecords() throws IOException {
        EventFile events = new EventFile(folder, 1_700_000_000L);
        Map<String, Double> scalars = new LinkedHashMap<>();
        scalars.put("loss", 0.5);
        scalars.put("lr", 2.0);
        events.scalars(1.5, 300, scalars);
        List<byte[]> records = records(events.file());
        HexFormat hex = HexFormat.of();
        String version = hex.formatHex("brain.Event:2".getBytes(StandardCharsets.UTF_8));
        String second = hex.formatHex(records.get(0));
        // wall_time 1.7e9, step 0, file_version
        assertEquals("09" + "00000040fc54d941" + "1000" + "1a0d" + version, second);
        String loss = "0a0b" + "0a04" + "6c6f7373" + "15" + "0000003f";
        String rate = "0a09" + "0a02" + "6c72" + "15" + "00000040";
        // wall_time 1.5, step 300, summary of 24 bytes
        assertEquals(
                "09" + "000000000000f83f" + "10ac02" + "2a18" + loss + rate,
                hex.formatHex(records.get(1)));
        assertEquals(2, records.size());
    }

    @Test
    void aSecondFileOfTheSameSecondHasAnotherName() {
        Path first = new EventFile(folder, 5).file();
        Path second = new EventFile(folder, 5).file();
        assertNotEquals(first, second);
        assertEquals(
                0x8a9136aa,
                naiveMaskedCrc(new byte[32]) - 0xa282ead8 << 15
                        | naiveMaskedCrc(new byte[32]) - 0xa282ead8 >>> 17,
                "the checksum of 32 zeros, from RFC 3720");
        assertEquals(naiveMaskedCrc(new byte[32]), EventFile.masked(new byte[32]));
    }
}
