package soma.cuda.emulator;

import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxType;

/**
 * What a comparison asks for, as the cases in which it holds: each is all ones or 0.
 *
 * @param less where the first operand is less
 * @param equal where they are equal
 * @param greater where the first is greater
 * @param unordered where one is NaN
 * @param unsigned whether it compares without signs, whatever the type
 */
record Relation(int less, int equal, int greater, int unordered, boolean unsigned) {
    /**
     * The relation that the first modifier names.
     *
     * @throws soma.tensor.DeviceException if PTX has none of that name for the type
     */
    static Relation of(PtxInstruction i, Operands o, PtxType type) {
        String name = i.modifiers().getFirst();
        if (i.has(".ftz")) {
            throw o.error("the emulator doesn't know .ftz");
        }
        if (type.isFloat()) {
            return switch (name) {
                case ".eq" -> new Relation(0, -1, 0, 0, false);
                case ".ne" -> new Relation(-1, 0, -1, 0, false);
                case ".lt" -> new Relation(-1, 0, 0, 0, false);
                case ".le" -> new Relation(-1, -1, 0, 0, false);
                case ".gt" -> new Relation(0, 0, -1, 0, false);
                case ".ge" -> new Relation(0, -1, -1, 0, false);
                case ".equ" -> new Relation(0, -1, 0, -1, false);
                case ".neu" -> new Relation(-1, 0, -1, -1, false);
                case ".ltu" -> new Relation(-1, 0, 0, -1, false);
                case ".leu" -> new Relation(-1, -1, 0, -1, false);
                case ".gtu" -> new Relation(0, 0, -1, -1, false);
                case ".geu" -> new Relation(0, -1, -1, -1, false);
                case ".num" -> new Relation(-1, -1, -1, 0, false);
                case ".nan" -> new Relation(0, 0, 0, -1, false);
                default -> throw unknown(name, o);
            };
        }
        return switch (name) {
            case ".eq" -> new Relation(0, -1, 0, 0, false);
            case ".ne" -> new Relation(-1, 0, -1, 0, false);
            case ".lt" -> new Relation(-1, 0, 0, 0, false);
            case ".le" -> new Relation(-1, -1, 0, 0, false);
            case ".gt" -> new Relation(0, 0, -1, 0, false);
            case ".ge" -> new Relation(0, -1, -1, 0, false);
            case ".lo" -> new Relation(-1, 0, 0, 0, true);
            case ".ls" -> new Relation(-1, -1, 0, 0, true);
            case ".hi" -> new Relation(0, 0, -1, 0, true);
            case ".hs" -> new Relation(0, -1, -1, 0, true);
            default -> throw unknown(name, o);
        };
    }

    private static soma.tensor.DeviceException unknown(String name, Operands o) {
        return o.error("the emulator doesn't know the relation " + name);
    }

    /** Lanes in which it holds, from those in which one operand is less, equal, not a number. */
    int lanes(int isLess, int isEqual, int isUnordered) {
        int isGreater = ~(isLess | isEqual | isUnordered);
        return isLess & less | isEqual & equal | isGreater & greater | isUnordered & unordered;
    }
}
