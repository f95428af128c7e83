package soma.cuda.ptx;

/** Literals: integers in three bases, {@code 0f3F800000}, {@code 0d3FF0000000000000}, decimals. */
final class Numbers {
    private Numbers() {}

    /** Whether a token begins a number. */
    static boolean isNumber(String token) {
        return !token.isEmpty() && Character.isDigit(token.charAt(0));
    }

    /** The value of a literal. */
    static PtxOperand.Immediate parse(String token, boolean negative) {
        String prefix =
                token.length() > 1 ? token.substring(0, 2).toLowerCase(java.util.Locale.ROOT) : "";
        return switch (prefix) {
            case "0f" -> {
                float value =
                        Float.intBitsToFloat(
                                Integer.parseUnsignedInt(token, 2, token.length(), 16));
                yield floating(negative ? -value : value, PtxType.F32);
            }
            case "0d" -> {
                double value =
                        Double.longBitsToDouble(
                                Long.parseUnsignedLong(token, 2, token.length(), 16));
                yield floating(negative ? -value : value, PtxType.F64);
            }
            default ->
                    token.contains(".")
                            ? floating(Double.parseDouble(token) * (negative ? -1 : 1), PtxType.F64)
                            : integer(token, prefix.equals("0x"), negative);
        };
    }

    private static PtxOperand.Immediate floating(double value, PtxType type) {
        return new PtxOperand.Immediate(Double.doubleToRawLongBits(value), type);
    }

    private static PtxOperand.Immediate integer(
            String token, boolean hexadecimal, boolean negative) {
        int end = token.endsWith("U") ? token.length() - 1 : token.length();
        boolean octal = !hexadecimal && end > 1 && token.charAt(0) == '0';
        long value =
                Long.parseUnsignedLong(
                        token, hexadecimal ? 2 : 0, end, hexadecimal ? 16 : octal ? 8 : 10);
        return new PtxOperand.Immediate(negative ? -value : value, PtxType.S64);
    }
}
