package soma.cuda.ptx;

import java.util.List;

/** An operand of an instruction. */
public sealed interface PtxOperand {
    /**
     * A register; {@code negated} is written {@code !%p}.
     *
     * @param negated for predicates alone
     */
    record Register(PtxRegister register, boolean negated) implements PtxOperand {}

    /**
     * A number.
     *
     * @param bits of an integer, or of the float64 value
     * @param type S64 for integers, F32 for {@code 0f...}, F64 for other floats
     */
    record Immediate(long bits, PtxType type) implements PtxOperand {}

    /** The name of a variable, parameter or label. */
    record Symbol(String name) implements PtxOperand {}

    /** {@code [base + offset]}; the base is a register, a symbol or an immediate. */
    record Address(PtxOperand base, long offset) implements PtxOperand {}

    /** {@code {a, b, ...}}. */
    record Vector(List<PtxOperand> elements) implements PtxOperand {}

    /** {@code p|q}. */
    record Pair(PtxOperand first, PtxOperand second) implements PtxOperand {}
}
