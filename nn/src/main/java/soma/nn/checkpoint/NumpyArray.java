package soma.nn.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * A numpy array on its way out of a pickle: empty when {@code _reconstruct} has made it, filled by
 * {@code __setstate__}.
 */
final class NumpyArray {
    /** A numpy dtype: filled by its own {@code __setstate__}, which gives the byte order. */
    static final class Type {
        private final String code;
        private String order = "|";

        Type(String code) {
            this.code = code;
        }

        /** Takes {@code (3, order, None, None, None, -1, -1, 0)}. */
        void build(Path file, Object state) {
            if (state instanceof List<?> parts
                    && parts.size() >= 2
                    && parts.get(1) instanceof String o) {
                order = o;
            } else {
                throw new CheckpointException(file + ": pickle: state of a numpy dtype is damaged");
            }
        }

        private ElementType elementType(Path file) {
            return switch (code) {
                case "f4" -> ElementType.F32;
                case "f8" -> ElementType.F64;
                case "f2" -> ElementType.F16;
                case "i8" -> ElementType.I64;
                case "i4" -> ElementType.I32;
                case "i2" -> ElementType.I16;
                case "i1" -> ElementType.I8;
                case "u8" -> ElementType.U64;
                case "u4" -> ElementType.U32;
                case "u2" -> ElementType.U16;
                case "u1" -> ElementType.U8;
                case "b1" -> ElementType.BOOL;
                default ->
                        throw CheckpointException.of(file, "numpy dtype", "a plain number", code);
            };
        }
    }

    private HostTensor value;

    /** Takes {@code (1, shape, dtype, fortran order, bytes)}. */
    void build(Path file, Object state) {
        if (!(state instanceof List<?> parts
                && parts.size() == 5
                && parts.get(1) instanceof List<?> extents
                && parts.get(2) instanceof Type type
                && parts.get(3) instanceof Boolean fortran
                && bytes(parts.get(4)) instanceof MemorySegment bytes)) {
            throw new CheckpointException(file + ": pickle: state of a numpy array is damaged");
        }
        ElementType element = type.elementType(file);
        long[] sizes = TorchTensors.longs(file, "numpy shape", extents);
        long[] strides = new long[sizes.length];
        long step = 1;
        for (int i = 0; i < sizes.length; i++) {
            int axis = fortran ? i : sizes.length - 1 - i;
            strides[axis] = step;
            step *= Math.max(1, sizes[axis]);
        }
        value =
                new StridedView(file, "numpy array", sizes, strides, 0)
                        .materialise(element, littleEndian(type, element.bytes(), bytes));
    }

    /** Python 2 has no bytes apart from text. */
    private static MemorySegment bytes(Object data) {
        return switch (data) {
            case MemorySegment segment -> segment;
            case String text -> MemorySegment.ofArray(text.getBytes(StandardCharsets.ISO_8859_1));
            case null, default -> null;
        };
    }

    /** The same elements with their bytes in little-endian order. */
    private static MemorySegment littleEndian(Type type, int width, MemorySegment bytes) {
        if (!type.order.equals(">")) {
            return bytes;
        }
        byte[] in = bytes.toArray(ValueLayout.JAVA_BYTE);
        byte[] out = new byte[in.length];
        for (int base = 0; base + width <= in.length; base += width) {
            for (int i = 0; i < width; i++) {
                out[base + i] = in[base + width - 1 - i];
            }
        }
        return MemorySegment.ofArray(out);
    }

    /** The filled array. */
    HostTensor value(Path file) {
        if (value == null) {
            throw new CheckpointException(file + ": pickle: a numpy array has no values");
        }
        return value;
    }
}
