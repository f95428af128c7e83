package soma.cuda.ptx;

import java.util.ArrayList;
import java.util.List;

/** Declarations of arrays in memory, after the word that names the space. */
final class Declarations {
    private Declarations() {}

    /** {@code .align 4 .f32 name[16] = {0f3F800000, ...}, other;}. */
    static List<PtxVariable> variables(Tokens tokens, String space) {
        int align = 0;
        while (tokens.peek().equals(".align")) {
            tokens.next();
            align = Integer.parseInt(tokens.next());
        }
        PtxType type = PtxType.of(tokens.peek());
        if (type == null || type.bytes() == 0) {
            throw tokens.error(tokens.line(), "expected a type, got '" + tokens.peek() + "'");
        }
        tokens.next();
        List<PtxVariable> variables = new ArrayList<>();
        do {
            String name = tokens.next();
            int count = 1;
            while (tokens.accept("[")) {
                // Without a length: shared memory whose size the launch gives.
                count *= tokens.peek().equals("]") ? 0 : Integer.parseInt(tokens.next());
                tokens.expect("]");
            }
            List<Long> values = tokens.accept("=") ? values(tokens, type) : List.of();
            variables.add(
                    new PtxVariable(
                            name, space, type, Math.max(align, type.bytes()), count, values));
        } while (tokens.accept(","));
        tokens.expect(";");
        return variables;
    }

    private static List<Long> values(Tokens tokens, PtxType type) {
        List<Long> values = new ArrayList<>();
        boolean braces = tokens.accept("{");
        do {
            boolean negative = tokens.accept("-");
            PtxOperand.Immediate number = Numbers.parse(tokens.next(), negative);
            values.add(bits(number, type));
        } while (tokens.accept(","));
        if (braces) {
            tokens.expect("}");
        }
        return values;
    }

    private static long bits(PtxOperand.Immediate number, PtxType type) {
        boolean integer = number.type() == PtxType.S64;
        double value = integer ? number.bits() : Double.longBitsToDouble(number.bits());
        return switch (type) {
            case F32 -> Float.floatToRawIntBits((float) value) & 0xffffffffL;
            case F64 -> Double.doubleToRawLongBits(value);
            default -> integer ? number.bits() : (long) value;
        };
    }
}
