package soma.nn.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * A zip file whose members are stored uncompressed, so that each is a part of the mapped file
 * (PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3, with ZIP64). Nothing is ever extracted.
 */
final class StoredZip {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int END = 0x06054b50;
    private static final int END64 = 0x06064b50;
    private static final int LOCATOR64 = 0x07064b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int LOCAL = 0x04034b50;
    private static final int END_SIZE = 22;
    private static final int END64_SIZE = 56;
    private static final int LOCATOR64_SIZE = 20;
    private static final int CENTRAL_SIZE = 46;
    private static final int LOCAL_SIZE = 30;
    private static final long MAX32 = 0xffff_ffffL;

    private final Path file;
    private final MemorySegment all;
    private final Map<String, Member> members = new LinkedHashMap<>();

    /** A member's place, and its checksum as the directory gives it. */
    private record Member(MemorySegment data, int crc) {}

    /** Where the central directory lies, and how many members it lists. */
    private record Directory(long begin, long end, long count) {}

    StoredZip(Path file, MemorySegment all) {
        this.file = file;
        this.all = all;
        Directory directory = directory();
        long at = directory.begin;
        for (long i = 0; i < directory.count; i++) {
            at = readMember(at, directory);
        }
        if (at != directory.end) {
            throw broken("central directory does not end where it should");
        }
    }

    /** Names of the members, in order. */
    Set<String> names() {
        return Collections.unmodifiableSet(members.keySet());
    }

    /**
     * The bytes of a member.
     *
     * @throws CheckpointException if there is none of that name, or its checksum is wrong
     */
    MemorySegment read(String name) {
        Member m = members.get(name);
        if (m == null) {
            throw broken("member " + name + " is not in the zip");
        }
        CRC32 crc = new CRC32();
        long step = 1L << 30;
        for (long at = 0; at < m.data.byteSize(); at += step) {
            long n = Math.min(step, m.data.byteSize() - at);
            crc.update(m.data.asSlice(at, n).asByteBuffer());
        }
        if ((int) crc.getValue() != m.crc) {
            throw CheckpointException.of(
                    file,
                    "checksum of " + name,
                    Integer.toHexString(m.crc),
                    Long.toHexString(crc.getValue()));
        }
        return m.data;
    }

    private Directory directory() {
        long end = findEnd();
        long count = u16(end + 10);
        long size = u32(end + 12);
        long begin = u32(end + 16);
        long limit = end;
        long locator = end - LOCATOR64_SIZE;
        if (locator >= 0 && all.get(INT, locator) == LOCATOR64) {
            long end64 = all.get(LONG, locator + 8);
            if (end64 < 0 || end64 > locator - END64_SIZE || all.get(INT, end64) != END64) {
                throw broken("ZIP64 end record is not where its locator says");
            }
            count = all.get(LONG, end64 + 32);
            size = all.get(LONG, end64 + 40);
            begin = all.get(LONG, end64 + 48);
            limit = end64;
        }
        if (begin < 0 || size < 0 || begin > limit - size) {
            throw broken("central directory lies outside the file");
        }
        if (count < 0 || count > size / CENTRAL_SIZE) {
            throw broken("central directory is too small for " + count + " members");
        }
        return new Directory(begin, begin + size, count);
    }

    /** The end record is last, before a comment of at most 65,535 bytes. */
    private long findEnd() {
        long last = all.byteSize() - END_SIZE;
        for (long at = last; at >= Math.max(0, last - 0xffff); at--) {
            if (all.get(INT, at) == END && at + END_SIZE + u16(at + 20) == all.byteSize()) {
                return at;
            }
        }
        throw broken("no end of central directory: the file is cut short, or no zip");
    }

    private long readMember(long at, Directory directory) {
        if (at > directory.end - CENTRAL_SIZE || all.get(INT, at) != CENTRAL) {
            throw broken("central directory is damaged");
        }
        int nameLength = u16(at + 28);
        int extraLength = u16(at + 30);
        long next = at + CENTRAL_SIZE + nameLength + extraLength + u16(at + 32);
        if (next > directory.end) {
            throw broken("central directory is damaged");
        }
        String name = text(at + CENTRAL_SIZE, nameLength);
        requirePlainName(name);
        int flags = u16(at + 8);
        if ((flags & 1) != 0 || u16(at + 10) != 0) {
            throw broken("member " + name + ": expected stored bytes, got compressed or encrypted");
        }
        long[] sizes = {u32(at + 24), u32(at + 20), u32(at + 42)};
        readZip64(at + CENTRAL_SIZE + nameLength, extraLength, sizes, name);
        if (sizes[0] != sizes[1]) {
            throw broken("member " + name + ": its two sizes differ");
        }
        MemorySegment data = locate(name, sizes[2], sizes[0], directory.begin);
        if (members.putIfAbsent(name, new Member(data, all.get(INT, at + 16))) != null) {
            throw broken("member " + name + " occurs twice");
        }
        return next;
    }

    /** Replaces those of size, stored size and offset that are at their 32-bit maximum. */
    private void readZip64(long at, int length, long[] sizes, String name) {
        long end = at + length;
        while (at <= end - 4) {
            int id = u16(at);
            long fieldEnd = at + 4 + u16(at + 2);
            if (fieldEnd > end) {
                throw broken("member " + name + ": extra field is damaged");
            }
            if (id == 1) {
                long value = at + 4;
                for (int i = 0; i < sizes.length; i++) {
                    if (sizes[i] == MAX32) {
                        if (value > fieldEnd - 8) {
                            throw broken("member " + name + ": ZIP64 field is too short");
                        }
                        sizes[i] = all.get(LONG, value);
                        value += 8;
                    }
                }
            }
            at = fieldEnd;
        }
    }

    private MemorySegment locate(String name, long local, long size, long limit) {
        if (local < 0 || local > limit - LOCAL_SIZE || all.get(INT, local) != LOCAL) {
            throw broken("member " + name + ": no local header where the directory says");
        }
        int nameLength = u16(local + 26);
        long begin = local + LOCAL_SIZE + nameLength + u16(local + 28);
        if (size < 0 || begin > limit - size) {
            throw CheckpointException.of(
                    file,
                    "member " + name,
                    "at most " + Math.max(0, limit - begin) + " bytes",
                    size);
        }
        if (!text(local + LOCAL_SIZE, nameLength).equals(name)) {
            throw broken("member " + name + ": local header has another name");
        }
        return all.asSlice(begin, size);
    }

    /** Names are only looked up, never used as paths; a file with such names is refused anyway. */
    private void requirePlainName(String name) {
        boolean plain = !name.isEmpty() && !name.startsWith("/") && name.indexOf('\\') < 0;
        for (String part : name.split("/", -1)) {
            plain &= !part.equals("..") && !part.equals(".");
        }
        if (!plain) {
            throw broken("member " + name + ": expected a relative path without ..");
        }
    }

    private String text(long at, int length) {
        return new String(
                all.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    private int u16(long at) {
        return all.get(SHORT, at) & 0xffff;
    }

    private long u32(long at) {
        return all.get(INT, at) & MAX32;
    }

    private CheckpointException broken(String what) {
        return new CheckpointException(file + ": zip: " + what);
    }
}
