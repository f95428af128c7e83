package soma.cuda.emulator;

import soma.cuda.ptx.PtxRegister;
import soma.cuda.ptx.PtxType;

import java.util.List;

/**
 * Where the registers of an entry are kept: each kind has arrays of its own, 32 lanes a register.
 * Types of up to 32 bits that are no float32 are ints.
 */
final class Registers {
    /** How a register is kept. */
    enum Kind {
        INT,
        LONG,
        FLOAT,
        DOUBLE,
        PREDICATE;

        static Kind of(PtxType type) {
            return switch (type) {
                case PRED -> PREDICATE;
                case F32 -> FLOAT;
                case F64 -> DOUBLE;
                default -> type.bytes() == 8 ? LONG : INT;
            };
        }
    }

    private final List<PtxRegister> registers;

    Registers(List<PtxRegister> registers) {
        this.registers = List.copyOf(registers);
    }

    int count() {
        return registers.size();
    }

    PtxRegister get(int index) {
        return registers.get(index);
    }

    Kind kind(int index) {
        return Kind.of(registers.get(index).type());
    }

    List<PtxRegister> all() {
        return registers;
    }
}
