package soma.nn.checkpoint;

import soma.tensor.Shape;
import soma.tensor.ShapeException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A stored tensor in PyTorch's layout: type, shape, and little-endian row-major bytes, which may be
 * a part of a mapped file and are then read only when asked for. Immutable.
 */
public final class HostTensor {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final ElementType type;
    private final Shape shape;
    private final MemorySegment data;

    /**
     * Wraps bytes without copying them.
     *
     * @throws ShapeException if their number does not fit type and shape
     */
    public HostTensor(ElementType type, Shape shape, MemorySegment data) {
        if (data.byteSize() != (long) shape.size() * type.bytes()) {
            throw ShapeException.of(
                    "HostTensor",
                    "bytes",
                    (long) shape.size() * type.bytes() + " for " + type + " " + shape,
                    data.byteSize());
        }
        this.type = type;
        this.shape = shape;
        this.data = data.asReadOnly();
    }

    /** F32 from a row-major array, copied. */
    public static HostTensor of(float[] values, int... dims) {
        MemorySegment data = heap(values.length * 4L);
        MemorySegment.copy(values, 0, data, FLOAT, 0, values.length);
        return new HostTensor(ElementType.F32, Shape.of(dims), data);
    }

    /** F64 from a row-major array, copied. */
    public static HostTensor of(double[] values, int... dims) {
        MemorySegment data = heap(values.length * 8L);
        MemorySegment.copy(values, 0, data, DOUBLE, 0, values.length);
        return new HostTensor(ElementType.F64, Shape.of(dims), data);
    }

    /** I64 from a row-major array, copied. */
    public static HostTensor of(long[] values, int... dims) {
        MemorySegment data = heap(values.length * 8L);
        MemorySegment.copy(values, 0, data, LONG, 0, values.length);
        return new HostTensor(ElementType.I64, Shape.of(dims), data);
    }

    private static MemorySegment heap(long bytes) {
        return MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
    }

    /** The element type. */
    public ElementType type() {
        return type;
    }

    /** The extents, as PyTorch has them. */
    public Shape shape() {
        return shape;
    }

    /** Number of elements. */
    public int size() {
        return shape.size();
    }

    /** The bytes, little-endian and row-major; read-only. */
    public MemorySegment data() {
        return data;
    }

    /** The elements as float32; wider types are rounded. */
    public float[] floats() {
        float[] out = new float[size()];
        floats(0, out, out.length);
        return out;
    }

    /** Like {@link #floats()} for {@code count} elements from {@code from} on, into an array. */
    public void floats(int from, float[] to, int count) {
        if (type == ElementType.F32) {
            MemorySegment.copy(data, FLOAT, 4L * from, to, 0, count);
            return;
        }
        for (int i = 0; i < count; i++) {
            boolean real = isFloating() || type == ElementType.U64;
            to[i] = real ? (float) doubleAt(from + i) : longAt(from + i);
        }
    }

    /** The elements as float64. */
    public double[] doubles() {
        double[] out = new double[size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = doubleAt(i);
        }
        return out;
    }

    /** The elements as int64; fractions are dropped. */
    public long[] longs() {
        long[] out = new long[size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = isFloating() ? (long) doubleAt(i) : longAt(i);
        }
        return out;
    }

    /** Whether elements are real numbers. */
    public boolean isFloating() {
        return type.isFloating();
    }

    private double doubleAt(long i) {
        return switch (type) {
            case F32 -> data.getAtIndex(FLOAT, i);
            case F64 -> data.getAtIndex(DOUBLE, i);
            case F16 -> Float.float16ToFloat(data.getAtIndex(SHORT, i));
            case BF16 -> Float.intBitsToFloat(data.getAtIndex(SHORT, i) << 16);
            case F8_E4M3 -> float8E4M3(data.get(ValueLayout.JAVA_BYTE, i));
            // The upper byte of a float16.
            case F8_E5M2 -> Float.float16ToFloat((short) (data.get(ValueLayout.JAVA_BYTE, i) << 8));
            case U64 -> unsigned(longAt(i));
            case I64, I32, I16, I8, U32, U16, U8, BOOL -> longAt(i);
        };
    }

    /** Bias 7, no infinities, NaN where exponent and mantissa are all ones (Micikevicius 2022). */
    private static double float8E4M3(byte bits) {
        int exponent = bits >> 3 & 15;
        int mantissa = bits & 7;
        double magnitude =
                exponent == 15 && mantissa == 7
                        ? Double.NaN
                        : exponent == 0
                                ? Math.scalb((double) mantissa, -9)
                                : Math.scalb(8.0 + mantissa, exponent - 10);
        return bits < 0 ? -magnitude : magnitude;
    }

    private static double unsigned(long bits) {
        double upper = (bits >>> 1) | (bits & 1); // rounds the same way as all 64 bits
        return bits < 0 ? 2 * upper : bits;
    }

    private long longAt(long i) {
        return switch (type) {
            case I64, U64 -> data.getAtIndex(LONG, i);
            case I32 -> data.getAtIndex(INT, i);
            case I16 -> data.getAtIndex(SHORT, i);
            case I8 -> data.get(ValueLayout.JAVA_BYTE, i);
            case U32 -> data.getAtIndex(INT, i) & 0xffff_ffffL;
            case U16 -> data.getAtIndex(SHORT, i) & 0xffff;
            case U8 -> data.get(ValueLayout.JAVA_BYTE, i) & 0xff;
            case BOOL -> data.get(ValueLayout.JAVA_BYTE, i) == 0 ? 0 : 1;
            case F32, F64, F16, BF16, F8_E4M3, F8_E5M2 -> (long) doubleAt(i);
        };
    }

    /**
     * The rows {@code from} to {@code to} of the first dimension, which share this tensor's bytes.
     *
     * @throws ShapeException if there are none such
     */
    public HostTensor rows(int from, int to) {
        int[] dims = shape.dims();
        if (dims.length == 0 || from < 0 || from > to || to > dims[0]) {
            throw ShapeException.of("rows", "range", "rows of " + shape, from + " to " + to);
        }
        long row = dims[0] == 0 ? 0 : data.byteSize() / dims[0];
        dims[0] = to - from;
        return new HostTensor(type, Shape.of(dims), data.asSlice(from * row, (to - from) * row));
    }

    /**
     * Tensors below one another, joined along the first dimension.
     *
     * @throws ShapeException if types or other extents differ
     */
    public static HostTensor joined(HostTensor... parts) {
        int[] dims = parts[0].shape.dims();
        dims[0] = 0;
        long bytes = 0;
        for (HostTensor part : parts) {
            int[] d = part.shape.dims();
            int rows = d[0];
            d[0] = dims[0];
            if (part.type != parts[0].type || !Arrays.equals(d, dims)) {
                throw ShapeException.of("joined", "part", "like " + parts[0], part);
            }
            dims[0] += rows;
            bytes += part.data.byteSize();
        }
        MemorySegment all = heap(bytes);
        long at = 0;
        for (HostTensor part : parts) {
            MemorySegment.copy(part.data, 0, all, at, part.data.byteSize());
            at += part.data.byteSize();
        }
        return new HostTensor(parts[0].type, Shape.of(dims), all);
    }

    /** Zeros of a type and shape. */
    public static HostTensor zeros(ElementType type, int... dims) {
        Shape shape = Shape.of(dims);
        return new HostTensor(type, shape, heap((long) shape.size() * type.bytes()));
    }

    /** Whether type, shape and every bit agree. */
    public boolean sameBits(HostTensor other) {
        return type == other.type && shape.equals(other.shape) && data.mismatch(other.data) < 0;
    }

    @Override
    public String toString() {
        return type + " " + shape;
    }
}
