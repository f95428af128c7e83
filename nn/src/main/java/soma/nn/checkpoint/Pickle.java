package soma.nn.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A pickle interpreter (protocols 0 to 5) that builds data only. What a pickle may name and call is
 * decided by {@link Globals}, a closed list; no class is ever loaded. Results are {@link String},
 * {@link Long} ({@link BigInteger} beyond 64 bits), {@link Double}, {@link Boolean}, null, {@link
 * MemorySegment} (bytes, a part of the input), {@link Map}, {@link List} (for lists and,
 * unmodifiable, tuples), and what {@link Globals} makes. They may contain themselves.
 */
final class Pickle {
    /** What a pickle may refer to. Each method throws {@link CheckpointException} to refuse. */
    interface Globals {
        /** What {@code module.name} stands for. */
        Object global(String module, String name);

        /** The result of a call. */
        Object call(Object callable, List<?> arguments);

        /** Applies {@code state} to an object that was called into being. */
        void build(Object target, Object state);

        /** The object of a persistent id. */
        Object persistent(Object id);
    }

    private static final Object MARK = new Object();

    /** The longest integer, in bytes: the magic number of old PyTorch files has 10. */
    private static final int MAX_INTEGER = 16;

    private final Path file;
    private final MemorySegment bytes;
    private final Globals globals;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();
    private long at;

    private Pickle(Path file, MemorySegment bytes, long at, Globals globals) {
        this.file = file;
        this.bytes = bytes;
        this.at = at;
        this.globals = globals;
    }

    /**
     * What a pickle describes.
     *
     * @param value the object
     * @param end offset of the first byte behind the pickle
     */
    record Result(Object value, long end) {}

    /**
     * The object that a pickle describes.
     *
     * @throws CheckpointException naming file and offset if it is damaged or asks for anything that
     *     isn't on the list
     */
    static Object load(Path file, MemorySegment bytes, Globals globals) {
        return load(file, bytes, 0, globals).value;
    }

    /** Like {@link #load(Path, MemorySegment, Globals)} for one of several, one behind another. */
    static Result load(Path file, MemorySegment bytes, long from, Globals globals) {
        Pickle pickle = new Pickle(file, bytes, from, globals);
        Object value = pickle.run();
        return new Result(value, pickle.at);
    }

    private Object run() {
        while (true) {
            int opcode = u8();
            if (opcode == '.') {
                return pop();
            }
            step(opcode);
        }
    }

    private void step(int opcode) {
        switch (opcode) {
            case 0x80 -> protocol(u8());
            case 0x95 -> frame();
            case '(' -> stack.add(MARK);
            case '0' -> pop();
            case '1' -> popToMark();
            case '2' -> stack.add(peek());
            case 'N' -> stack.add(null);
            case 0x88 -> stack.add(true);
            case 0x89 -> stack.add(false);
            case 'J' -> stack.add((long) i32());
            case 'K' -> stack.add((long) u8());
            case 'M' -> stack.add((long) (u8() | u8() << 8));
            case 0x8a -> stack.add(integer(u8()));
            case 0x8b -> stack.add(integer(i32()));
            case 'G' -> stack.add(Double.longBitsToDouble(Long.reverseBytes(i64())));
            case 'X' -> stack.add(utf8(length(u32())));
            case 0x8c -> stack.add(utf8(u8()));
            case 0x8d -> stack.add(utf8(length(i64())));
            case 'B' -> stack.add(take(length(u32())));
            case 'C' -> stack.add(take(u8()));
            case 0x8e, 0x96 -> stack.add(take(length(i64())));
            case 'T' -> stack.add(latin1(length(i32())));
            case 'U' -> stack.add(latin1(u8()));
            case '}' -> stack.add(new LinkedHashMap<Object, Object>());
            case ']' -> stack.add(new ArrayList<>());
            case ')' -> stack.add(List.of());
            case 't' -> stack.add(tuple(popToMark()));
            case 0x85 -> stack.add(tuple(popMany(1)));
            case 0x86 -> stack.add(tuple(popMany(2)));
            case 0x87 -> stack.add(tuple(popMany(3)));
            case 'a' -> append();
            case 'e' -> appendAll(popToMark());
            case 's' -> setItems(popMany(2));
            case 'u' -> setItems(popToMark());
            case 'c' -> stack.add(globals.global(line(), line()));
            case 0x93 -> stackGlobal();
            case 'R' -> reduce();
            case 'b' -> build();
            case 'Q' -> stack.add(globals.persistent(pop()));
            case 'q' -> memo.put(u8(), peek());
            case 'r' -> memo.put(i32(), peek());
            case 0x94 -> memo.put(memo.size(), peek());
            case 'h' -> stack.add(recall(u8()));
            case 'j' -> stack.add(recall(i32()));
            case 'p' -> memo.put(PickleText.slot(file, latin1Line()), peek());
            case 'g' -> stack.add(recall(PickleText.slot(file, latin1Line())));
            case 'I', 'L' -> stack.add(PickleText.integer(file, latin1Line()));
            case 'F' -> stack.add(PickleText.real(file, latin1Line()));
            case 'S' -> stack.add(PickleText.string(file, latin1Line()));
            case 'V' -> stack.add(PickleText.unicode(file, latin1Line()));
            case 'd' -> dictOfMark();
            case 'l' -> stack.add(popToMark());
            default ->
                    throw broken("opcode 0x" + Integer.toHexString(opcode) + " is not supported");
        }
    }

    private void protocol(int version) {
        if (version < 0 || version > 5) {
            throw CheckpointException.of(file, "pickle protocol", "0 to 5", version);
        }
    }

    /** Frames only group what follows. */
    private void frame() {
        length(i64());
    }

    private void stackGlobal() {
        List<Object> names = popMany(2);
        if (names.get(0) instanceof String module && names.get(1) instanceof String name) {
            stack.add(globals.global(module, name));
        } else {
            throw broken("the name of a global is not text");
        }
    }

    private void reduce() {
        List<Object> operands = popMany(2);
        if (!(operands.get(1) instanceof List<?> arguments)) {
            throw broken("arguments of a call are not a tuple");
        }
        stack.add(globals.call(operands.get(0), arguments));
    }

    private void build() {
        Object state = pop();
        globals.build(peek(), state);
    }

    private void append() {
        Object item = pop();
        list().add(item);
    }

    private void appendAll(List<Object> items) {
        list().addAll(items);
    }

    private List<Object> list() {
        if (!(peek() instanceof ArrayList<?> list)) {
            throw broken("items are appended to what is not a list");
        }
        @SuppressWarnings("unchecked") // Only this interpreter makes array lists, of Object.
        List<Object> target = (List<Object>) list;
        return target;
    }

    private void setItems(List<Object> items) {
        if (!(peek() instanceof LinkedHashMap<?, ?> map) || items.size() % 2 != 0) {
            throw broken("items are set in what is not a dict");
        }
        @SuppressWarnings("unchecked") // Only this package makes linked hash maps, of Object.
        Map<Object, Object> target = (Map<Object, Object>) map;
        for (int i = 0; i < items.size(); i += 2) {
            Object key = items.get(i);
            // Other keys could be cyclic or deep, and would have to be hashed.
            if (!(key instanceof String || key instanceof Long || key instanceof Boolean)) {
                throw broken("the key of a dict is neither text nor a number");
            }
            target.put(key, items.get(i + 1));
        }
    }

    private void dictOfMark() {
        List<Object> items = popToMark();
        stack.add(new LinkedHashMap<Object, Object>());
        setItems(items);
    }

    private static List<Object> tuple(List<Object> items) {
        return Collections.unmodifiableList(items);
    }

    private Object recall(int slot) {
        Object value = memo.get(slot);
        if (value == null && !memo.containsKey(slot)) {
            throw broken("memo slot " + slot + " is empty");
        }
        return value;
    }

    // ---- stack

    private Object peek() {
        if (stack.isEmpty() || stack.getLast() == MARK) {
            throw broken("the stack is empty");
        }
        return stack.getLast();
    }

    private Object pop() {
        Object top = peek();
        stack.removeLast();
        return top;
    }

    private List<Object> popMany(int count) {
        Object[] items = new Object[count];
        for (int i = count - 1; i >= 0; i--) {
            items[i] = pop();
        }
        return new ArrayList<>(Arrays.asList(items));
    }

    private List<Object> popToMark() {
        int mark = stack.size() - 1;
        while (mark >= 0 && stack.get(mark) != MARK) {
            mark--;
        }
        if (mark < 0) {
            throw broken("there is no mark on the stack");
        }
        List<Object> items = new ArrayList<>(stack.subList(mark + 1, stack.size()));
        stack.subList(mark, stack.size()).clear();
        return items;
    }

    // ---- input

    private int u8() {
        if (at >= bytes.byteSize()) {
            throw broken("ends before its STOP");
        }
        return bytes.get(ValueLayout.JAVA_BYTE, at++) & 0xff;
    }

    private int i32() {
        return u8() | u8() << 8 | u8() << 16 | u8() << 24;
    }

    private long u32() {
        return i32() & 0xffff_ffffL;
    }

    private long i64() {
        return u32() | u32() << 32;
    }

    /** A length that the rest of the pickle can hold. */
    private long length(long n) {
        if (n < 0 || n > bytes.byteSize() - at) {
            throw CheckpointException.of(
                    file,
                    "pickle, offset " + at + ": length",
                    "at most " + (bytes.byteSize() - at),
                    Long.toUnsignedString(n));
        }
        return n;
    }

    private MemorySegment take(long n) {
        MemorySegment out = bytes.asSlice(at, length(n));
        at += n;
        return out;
    }

    private byte[] text(long n) {
        if (n > Integer.MAX_VALUE - 8) {
            throw CheckpointException.of(file, "pickle: text", "less than 2 GiB", n);
        }
        return take(n).toArray(ValueLayout.JAVA_BYTE);
    }

    private String latin1(long n) {
        return new String(text(n), StandardCharsets.ISO_8859_1);
    }

    private String utf8(long n) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text(n))).toString();
        } catch (CharacterCodingException e) {
            throw new CheckpointException(file + ": pickle: text is not UTF-8", e);
        }
    }

    private String line() {
        String text = utf8(lineLength());
        u8();
        return text;
    }

    /** A line of the text opcodes, which escape what is beyond latin-1. */
    private String latin1Line() {
        String text = latin1(lineLength());
        u8();
        return text;
    }

    private long lineLength() {
        long end = at;
        while (end < bytes.byteSize() && bytes.get(ValueLayout.JAVA_BYTE, end) != '\n') {
            end++;
        }
        return end - at;
    }

    /** Little-endian two's complement. */
    private Object integer(long n) {
        if (n < 0 || n > MAX_INTEGER) {
            throw CheckpointException.of(
                    file, "pickle: integer", "at most " + MAX_INTEGER + " bytes", n);
        }
        byte[] bigEndian = new byte[(int) n];
        for (int i = bigEndian.length - 1; i >= 0; i--) {
            bigEndian[i] = (byte) u8();
        }
        BigInteger value = n == 0 ? BigInteger.ZERO : new BigInteger(bigEndian);
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    private CheckpointException broken(String what) {
        return new CheckpointException(file + ": pickle, offset " + at + ": " + what);
    }
}
