package soma.tensor.cpu;

import soma.tensor.DType;
import soma.tensor.spi.Backend;
import soma.tensor.spi.Storage;
import soma.tensor.spi.View;

/**
 * A buffer in a Java array. The array comes from a pool and may be longer than the buffer; kernels
 * must go by sizes, never by the array's length.
 */
public abstract sealed class CpuStorage extends Storage
        permits CpuStorage.Floats,
                CpuStorage.Doubles,
                CpuStorage.Ints,
                CpuStorage.Longs,
                CpuStorage.Bytes {
    private final Backend owner;
    private final CpuMemory memory;

    CpuStorage(DType dtype, int size, String origin, Backend owner, CpuMemory memory) {
        super(dtype, size, origin);
        this.owner = owner;
        this.memory = memory;
    }

    /** Wraps an array of the type's kind, at least {@code size} long. */
    static CpuStorage wrap(
            DType dtype, int size, String origin, Object array, Backend owner, CpuMemory memory) {
        return switch (dtype) {
            case FLOAT32 -> new Floats(dtype, size, origin, (float[]) array, owner, memory);
            case FLOAT64 -> new Doubles(dtype, size, origin, (double[]) array, owner, memory);
            case INT32 -> new Ints(dtype, size, origin, (int[]) array, owner, memory);
            case INT64 -> new Longs(dtype, size, origin, (long[]) array, owner, memory);
            case UINT8, BOOL -> new Bytes(dtype, size, origin, (byte[]) array, owner, memory);
        };
    }

    /** A fresh array of the type's kind. */
    static Object newArray(DType dtype, int length) {
        return switch (dtype) {
            case FLOAT32 -> new float[length];
            case FLOAT64 -> new double[length];
            case INT32 -> new int[length];
            case INT64 -> new long[length];
            case UINT8, BOOL -> new byte[length];
        };
    }

    /** Element {@code i} as float64 (an INT64 beyond 2^53 is rounded). */
    public abstract double get(int i);

    /**
     * Sets element {@code i}, rounding to the type: to nearest for floats, towards zero for
     * integers; any non-zero is true.
     */
    public abstract void set(int i, double value);

    /** The Java array. */
    abstract Object array();

    /** The array of a FLOAT32 operand. */
    public static float[] floats(View view) {
        return ((Floats) view.storage()).elements();
    }

    /** The array of a FLOAT64 operand. */
    public static double[] doubles(View view) {
        return ((Doubles) view.storage()).elements();
    }

    /** The array of an INT32 operand. */
    public static int[] ints(View view) {
        return ((Ints) view.storage()).elements();
    }

    /** The array of a BOOL or UINT8 operand. */
    public static byte[] bytes(View view) {
        return ((Bytes) view.storage()).elements();
    }

    @Override
    public final Backend backend() {
        return owner;
    }

    @Override
    protected final void recycle() {
        memory.recycle(this);
    }

    /** FLOAT32. */
    public static final class Floats extends CpuStorage {
        private final float[] array;

        Floats(
                DType dtype,
                int size,
                String origin,
                float[] array,
                Backend owner,
                CpuMemory memory) {
            super(dtype, size, origin, owner, memory);
            this.array = array;
        }

        /** The array; elements beyond the size are not part of the buffer. */
        public float[] elements() {
            requireLive();
            return array;
        }

        @Override
        public double get(int i) {
            return array[i];
        }

        @Override
        public void set(int i, double value) {
            array[i] = (float) value;
        }

        @Override
        Object array() {
            return array;
        }
    }

    /** FLOAT64. */
    public static final class Doubles extends CpuStorage {
        private final double[] array;

        Doubles(
                DType dtype,
                int size,
                String origin,
                double[] array,
                Backend owner,
                CpuMemory memory) {
            super(dtype, size, origin, owner, memory);
            this.array = array;
        }

        /** The array; elements beyond the size are not part of the buffer. */
        public double[] elements() {
            requireLive();
            return array;
        }

        @Override
        public double get(int i) {
            return array[i];
        }

        @Override
        public void set(int i, double value) {
            array[i] = value;
        }

        @Override
        Object array() {
            return array;
        }
    }

    /** INT32. */
    public static final class Ints extends CpuStorage {
        private final int[] array;

        Ints(DType dtype, int size, String origin, int[] array, Backend owner, CpuMemory memory) {
            super(dtype, size, origin, owner, memory);
            this.array = array;
        }

        /** The array; elements beyond the size are not part of the buffer. */
        public int[] elements() {
            requireLive();
            return array;
        }

        @Override
        public double get(int i) {
            return array[i];
        }

        @Override
        public void set(int i, double value) {
            array[i] = (int) value;
        }

        @Override
        Object array() {
            return array;
        }
    }

    /** INT64. */
    public static final class Longs extends CpuStorage {
        private final long[] array;

        Longs(DType dtype, int size, String origin, long[] array, Backend owner, CpuMemory memory) {
            super(dtype, size, origin, owner, memory);
            this.array = array;
        }

        @Override
        public double get(int i) {
            return array[i];
        }

        @Override
        public void set(int i, double value) {
            array[i] = (long) value;
        }

        @Override
        Object array() {
            return array;
        }
    }

    /** UINT8, or BOOL as 0 and 1. */
    public static final class Bytes extends CpuStorage {
        private final byte[] array;

        Bytes(DType dtype, int size, String origin, byte[] array, Backend owner, CpuMemory memory) {
            super(dtype, size, origin, owner, memory);
            this.array = array;
        }

        /** The array; elements beyond the size are not part of the buffer. */
        public byte[] elements() {
            requireLive();
            return array;
        }

        @Override
        public double get(int i) {
            return array[i] & 0xff;
        }

        @Override
        public void set(int i, double value) {
            array[i] = dtype() == DType.BOOL ? (byte) (value == 0 ? 0 : 1) : (byte) (int) value;
        }

        @Override
        Object array() {
            return array;
        }
    }
}
