package soma.nn.checkpoint;

import soma.tensor.Shape;
import soma.tensor.ShapeException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

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
        if (type == ElementType.F32) {
            MemorySegment.copy(data, FLOAT, 0, out, 0, out.length);
            return out;
        }
        for (int i = 0; i < out.length; i++) {
            out[i] = isFloating() ? (float) doubleAt(i) : (float) longAt(i);
        }
        return out;
    }

    /** The elements as float64. */
    public double[] doubles() {
        double[] out = new double[size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = isFloating() ? doubleAt(i) : longAt(i);
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
        return switch (type) {
            case F32, F64, F16, BF16 -> true;
            case I64, I32, I16, I8, U8, BOOL -> false;
        };
    }

    private double doubleAt(long i) {
        return switch (type) {
            case F32 -> data.getAtIndex(FLOAT, i);
            case F64 -> data.getAtIndex(DOUBLE, i);
            case F16 -> Float.float16ToFloat(data.getAtIndex(SHORT, i));
            case BF16 -> Float.intBitsToFloat(data.getAtIndex(SHORT, i) << 16);
            case I64, I32, I16, I8, U8, BOOL -> longAt(i);
        };
    }

    private long longAt(long i) {
        return switch (type) {
            case I64 -> data.getAtIndex(LONG, i);
            case I32 -> data.getAtIndex(INT, i);
            case I16 -> data.getAtIndex(SHORT, i);
            case I8 -> data.get(ValueLayout.JAVA_BYTE, i);
            case U8 -> data.get(ValueLayout.JAVA_BYTE, i) & 0xff;
            case BOOL -> data.get(ValueLayout.JAVA_BYTE, i) == 0 ? 0 : 1;
            case F32, F64, F16, BF16 -> (long) doubleAt(i);
        };
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
