package soma.cuda.ptx;

import java.util.List;

/**
 * An instruction.
 *
 * @param line in the file
 * @param text as written, in one line
 * @param guard predicate under which it runs; null for always
 * @param opcode such as {@code ld}
 * @param modifiers such as {@code .global}, in order
 * @param target index of the instruction that a branch goes to, -1 for all others
 */
public record PtxInstruction(
        int line,
        String text,
        PtxOperand.Register guard,
        String opcode,
        List<String> modifiers,
        List<PtxOperand> operands,
        int target) {
    /** Whether a modifier, dot included, is there. */
    public boolean has(String modifier) {
        return modifiers.contains(modifier);
    }

    /** The last modifier that is a type; null if there is none. */
    public PtxType type() {
        for (int i = modifiers.size() - 1; i >= 0; i--) {
            PtxType type = PtxType.of(modifiers.get(i));
            if (type != null) {
                return type;
            }
        }
        return null;
    }

    /** All modifiers that are types, in order. */
    public List<PtxType> types() {
        return modifiers.stream().map(PtxType::of).filter(java.util.Objects::nonNull).toList();
    }
}
