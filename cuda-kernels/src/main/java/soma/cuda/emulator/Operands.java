package soma.cuda.emulator;

import soma.cuda.emulator.Registers.Kind;
import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxOperand;
import soma.cuda.ptx.PtxRegister;
import soma.cuda.ptx.PtxType;
import soma.tensor.DeviceException;

import java.util.List;
import java.util.Map;

/** The operands of one instruction, as what steps read and write. */
final class Operands {
    private final String file;
    private final PtxInstruction instruction;
    private final int index;
    private final Map<String, Long> symbols;

    /**
     * Of an instruction.
     *
     * @param index its place in the kernel
     * @param symbols addresses of variables by name
     */
    Operands(String file, PtxInstruction instruction, int index, Map<String, Long> symbols) {
        this.file = file;
        this.instruction = instruction;
        this.index = index;
        this.symbols = symbols;
    }

    /** Place of the instruction in the kernel. */
    int index() {
        return index;
    }

    int size() {
        return instruction.operands().size();
    }

    PtxOperand get(int i) {
        if (i >= size()) {
            throw error("expected more operands");
        }
        return instruction.operands().get(i);
    }

    /** Operand {@code i} as a register to write. */
    Target target(int i) {
        return target(get(i));
    }

    Target target(PtxOperand operand) {
        if (!(operand instanceof PtxOperand.Register(PtxRegister r, boolean negated))
                || negated
                || r.special()) {
            throw error("expected a register to write");
        }
        return new Target(r.index(), Kind.of(r.type()));
    }

    /** Operand {@code i} as a value to read under a type. */
    Source source(int i, PtxType type) {
        return source(get(i), type, i);
    }

    Source source(PtxOperand operand, PtxType type, int slot) {
        return switch (operand) {
            case PtxOperand.Register(PtxRegister r, boolean _) -> register(r, type, slot);
            case PtxOperand.Immediate(long bits, PtxType of) -> constant(bits, of, type);
            case PtxOperand.Symbol(String name) -> {
                Long address = symbols.get(name);
                if (address == null) {
                    throw error("variable " + name + " is not declared");
                }
                yield constant(address, PtxType.S64, type);
            }
            default -> throw error("expected a register or a number");
        };
    }

    private Source register(PtxRegister r, PtxType type, int slot) {
        Kind kind = Kind.of(r.type());
        boolean wide = type.bytes() == 8;
        boolean isWide = kind == Kind.LONG || kind == Kind.DOUBLE;
        if (kind == Kind.PREDICATE || wide != isWide) {
            throw error(
                    "register " + r.name() + " is " + r.type().ptx() + ", expected " + type.ptx());
        }
        return Source.register(r.index(), kind, slot);
    }

    private static Source constant(long bits, PtxType of, PtxType as) {
        if (of == PtxType.S64) {
            // An integer; under a float type its value counts, as ptxas has it for 0 and the like.
            float f = as == PtxType.F32 ? (float) bits : Float.intBitsToFloat((int) bits);
            double d = as == PtxType.F64 ? (double) bits : Double.longBitsToDouble(bits);
            return Source.constant((int) bits, bits, f, d);
        }
        double value = Double.longBitsToDouble(bits);
        return Source.constant(Float.floatToRawIntBits((float) value), bits, (float) value, value);
    }

    /** Register number of predicate operand {@code i}. */
    PtxOperand.Register predicate(int i) {
        return predicate(get(i));
    }

    PtxOperand.Register predicate(PtxOperand operand) {
        if (operand instanceof PtxOperand.Register r && r.register().type() == PtxType.PRED) {
            return r;
        }
        throw error("expected a predicate");
    }

    /** The elements of a vector operand, or the operand alone. */
    List<PtxOperand> elements(int i) {
        return get(i) instanceof PtxOperand.Vector(List<PtxOperand> elements)
                ? elements
                : List.of(get(i));
    }

    DeviceException error(String what) {
        return new DeviceException(
                file + ":" + instruction.line() + ": " + instruction.text() + ": " + what);
    }

    /** Lanes in which a predicate holds. */
    static int holds(Warp warp, int mask, PtxOperand.Register predicate) {
        int index = predicate.register().index();
        warp.requireDefined(index, mask);
        int value = warp.predicates[index];
        return (predicate.negated() ? ~value : value) & mask;
    }
}
