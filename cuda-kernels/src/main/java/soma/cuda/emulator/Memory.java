package soma.cuda.emulator;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A piece of memory that kernels address: an allocation, a block's shared memory, a thread's local
 * arrays.
 */
final class Memory {
    /** What memory holds before it is written: a signalling NaN as float32, a huge index. */
    private static final byte POISON = (byte) 0xFB;

    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final String name;
    private final long base;
    private final byte[] bytes;

    /** Which bytes were written, as 1 or 0; null where that isn't watched. */
    private final byte[] written;

    /** Who accessed which bytes; null where that isn't watched. */
    private final AccessLog log;

    private boolean freed;

    Memory(String name, long base, int size, boolean watched, AccessLog log) {
        this.name = name;
        this.base = base;
        this.bytes = new byte[size];
        this.written = watched ? new byte[size] : null;
        this.log = log;
        Arrays.fill(bytes, POISON);
    }

    /** For messages. */
    String name() {
        return name;
    }

    long base() {
        return base;
    }

    int size() {
        return bytes.length;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Whether it is known which bytes were written, or by whom. */
    boolean isWatched() {
        return written != null || log != null;
    }

    AccessLog log() {
        return log;
    }

    boolean isFreed() {
        return freed;
    }

    void free() {
        freed = true;
    }

    /** Forgets all content, for the next block. */
    void reset() {
        Arrays.fill(bytes, POISON);
        if (written != null) {
            Arrays.fill(written, (byte) 0);
        }
        if (log != null) {
            log.reset();
        }
    }

    /** Whether a range lies inside. */
    boolean holds(long address, int width) {
        long offset = address - base;
        return offset >= 0 && offset + width <= bytes.length && !freed;
    }

    /** Notes that a range was written from outside of kernels. */
    void written(int offset, int length) {
        if (written != null) {
            Arrays.fill(written, offset, offset + length, (byte) 1);
        }
    }

    /** A write that takes a while begins: what was there is gone, and nobody else may look. */
    void startWrite(Warp warp, int lane, int offset, int length) {
        if (log != null) {
            log.write(warp, lane, offset, length, false, this);
        }
        if (written != null) {
            Arrays.fill(written, offset, offset + length, (byte) 0);
        }
    }

    /** Copies which bytes were written along with the bytes. */
    void copyTo(int from, Memory to, int at, int length) {
        System.arraycopy(bytes, from, to.bytes, at, length);
        if (written != null) {
            System.arraycopy(written, from, to.written, at, length);
        }
    }

    /**
     * Checks that a range was written.
     *
     * @throws Fault if a byte was not
     */
    void requireWritten(int lane, int offset, int width) {
        if (written == null) {
            return;
        }
        if (width == 4 && (int) INTS.get(written, offset) == 0x01010101) {
            return;
        }
        for (int i = offset; i < offset + width; i++) {
            if (written[i] == 0) {
                throw new Fault(
                        lane, "reads memory that was never written, " + describe(base + offset));
            }
        }
    }

    /** Where an address is. */
    String describe(long address) {
        return "byte " + (address - base) + " of " + name + " (" + bytes.length + " bytes)";
    }

    int getByte(int offset) {
        return bytes[offset] & 0xff;
    }

    int getShort(int offset) {
        return (short) SHORTS.get(bytes, offset) & 0xffff;
    }

    int getInt(int offset) {
        return (int) INTS.get(bytes, offset);
    }

    long getLong(int offset) {
        return (long) LONGS.get(bytes, offset);
    }

    void putByte(int offset, int value) {
        bytes[offset] = (byte) value;
    }

    void putShort(int offset, int value) {
        SHORTS.set(bytes, offset, (short) value);
    }

    void putInt(int offset, int value) {
        INTS.set(bytes, offset, value);
    }

    void putLong(int offset, long value) {
        LONGS.set(bytes, offset, value);
    }

    /** Bits of a value of 1, 2, 4 or 8 bytes. */
    long get(int offset, int width) {
        return switch (width) {
            case 1 -> getByte(offset);
            case 2 -> getShort(offset);
            case 4 -> getInt(offset) & 0xffffffffL;
            default -> getLong(offset);
        };
    }

    /** Sets a value of 1, 2, 4 or 8 bytes. */
    void put(int offset, int width, long value) {
        switch (width) {
            case 1 -> putByte(offset, (int) value);
            case 2 -> putShort(offset, (int) value);
            case 4 -> putInt(offset, (int) value);
            default -> putLong(offset, value);
        }
        if (written != null && width == 4) {
            INTS.set(written, offset, 0x01010101);
        } else {
            written(offset, width);
        }
    }
}
