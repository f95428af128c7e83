package soma.cuda.driver;

import soma.tensor.DeviceException;

import java.util.Arrays;
import java.util.List;

/** The arguments of one launch, in the order of the entry's parameters. */
public final class Arguments {
    private ArgumentType[] types = new ArgumentType[12];
    private long[] bits = new long[12];
    private int size;

    /** No arguments yet. */
    public Arguments() {}

    /** An address. */
    public Arguments address(long address) {
        return add(ArgumentType.U64, address);
    }

    /** An unsigned count of 64 bits. */
    public Arguments u64(long value) {
        return add(ArgumentType.U64, value);
    }

    /** An unsigned number. */
    public Arguments u32(int value) {
        return add(ArgumentType.U32, value & 0xffffffffL);
    }

    /** A signed number. */
    public Arguments s32(int value) {
        return add(ArgumentType.S32, value & 0xffffffffL);
    }

    /** A float32. */
    public Arguments f32(double value) {
        return add(ArgumentType.F32, Float.floatToRawIntBits((float) value) & 0xffffffffL);
    }

    /** A float64. */
    public Arguments f64(double value) {
        return add(ArgumentType.F64, Double.doubleToRawLongBits(value));
    }

    private Arguments add(ArgumentType type, long value) {
        if (size == types.length) {
            types = Arrays.copyOf(types, 2 * size);
            bits = Arrays.copyOf(bits, 2 * size);
        }
        types[size] = type;
        bits[size++] = value;
        return this;
    }

    /** How many. */
    public int size() {
        return size;
    }

    /** Type of argument {@code i}. */
    public ArgumentType type(int i) {
        return types[i];
    }

    /** Argument {@code i} as it lies in memory, in the low bytes. */
    public long bits(int i) {
        return bits[i];
    }

    /**
     * Checks number and types against an entry.
     *
     * @throws DeviceException naming the kernel and the parameter
     */
    public void requireFit(Kernel kernel) {
        List<Kernel.Parameter> parameters = kernel.parameters();
        if (parameters.size() != size) {
            throw new DeviceException(
                    "kernel "
                            + kernel.name()
                            + ": arguments: expected "
                            + parameters.size()
                            + ", got "
                            + size);
        }
        for (int i = 0; i < size; i++) {
            Kernel.Parameter parameter = parameters.get(i);
            if (parameter.type() != types[i]) {
                throw new DeviceException(
                        "kernel "
                                + kernel.name()
                                + ": argument "
                                + parameter.name()
                                + ": expected "
                                + parameter.type().ptx()
                                + ", got "
                                + types[i].ptx());
            }
        }
    }

    /** The values for messages, with the parameters' names. */
    public String describe(Kernel kernel) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < size; i++) {
            String name =
                    i < kernel.parameters().size() ? kernel.parameters().get(i).name() : "#" + i;
            text.append(i == 0 ? "" : ", ").append(name).append('=').append(value(i));
        }
        return text.toString();
    }

    private String value(int i) {
        return switch (types[i]) {
            case U32 -> Long.toString(bits[i]);
            case S32 -> Integer.toString((int) bits[i]);
            case U64 -> "0x" + Long.toHexString(bits[i]);
            case F32 -> Float.toString(Float.intBitsToFloat((int) bits[i]));
            case F64 -> Double.toString(Double.longBitsToDouble(bits[i]));
        };
    }
}
