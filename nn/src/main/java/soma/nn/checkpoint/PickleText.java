package soma.nn.checkpoint;

import java.nio.file.Path;

/**
 * The text opcodes of pickle protocols 0 and 1, which escape characters as Python's source does.
 */
final class PickleText {
    private PickleText() {}

    /** Takes a memo slot in decimal. */
    static int slot(Path file, String line) {
        try {
            return Integer.parseInt(line);
        } catch (NumberFormatException e) {
            throw damaged(file, "memo slot", e);
        }
    }

    /** Takes an integer in decimal, Python 2's with an L at its end, or a boolean: 00 or 01. */
    static Object integer(Path file, String line) {
        if (line.equals("00") || line.equals("01")) {
            return line.equals("01");
        }
        try {
            return Long.valueOf(line.endsWith("L") ? line.substring(0, line.length() - 1) : line);
        } catch (NumberFormatException e) {
            throw damaged(file, "integer", e);
        }
    }

    /** Takes a real number in decimal. */
    static Double real(Path file, String line) {
        try {
            return Double.valueOf(line);
        } catch (NumberFormatException e) {
            throw damaged(file, "number", e);
        }
    }

    private static CheckpointException damaged(Path file, String what, Exception cause) {
        return new CheckpointException(file + ": pickle: " + what + " in text is damaged", cause);
    }

    /** Takes a quoted string of Python 2 (opcode STRING). */
    static String string(Path file, String line) {
        int last = line.length() - 1;
        boolean quoted =
                last >= 1
                        && line.charAt(0) == line.charAt(last)
                        && (line.charAt(0) == '\'' || line.charAt(0) == '"');
        if (!quoted) {
            throw new CheckpointException(file + ": pickle: a string is not in quotes");
        }
        return unescaped(file, line.substring(1, last), "xntr\\'\"abfv");
    }

    /** Takes text without quotes, of which only some characters are escaped (opcode UNICODE). */
    static String unicode(Path file, String line) {
        return unescaped(file, line, "uU");
    }

    private static String unescaped(Path file, String text, String escapes) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean escape =
                    c == '\\' && i + 1 < text.length() && escapes.indexOf(text.charAt(i + 1)) >= 0;
            if (!escape) {
                out.append(c);
                continue;
            }
            char kind = text.charAt(++i);
            int digits = digits(kind);
            if (digits == 0) {
                out.append(plain(kind));
            } else {
                out.appendCodePoint(hex(file, text, i + 1, digits));
                i += digits;
            }
        }
        return out.toString();
    }

    private static int digits(char kind) {
        return switch (kind) {
            case 'x' -> 2;
            case 'u' -> 4;
            case 'U' -> 8;
            default -> 0;
        };
    }

    private static char plain(char kind) {
        return switch (kind) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'a' -> 7;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'v' -> 11;
            default -> kind;
        };
    }

    private static int hex(Path file, String text, int from, int digits) {
        int value = -1;
        if (from + digits <= text.length()) {
            value = 0;
            for (int i = from; i < from + digits && value >= 0; i++) {
                int digit = Character.digit(text.charAt(i), 16);
                value = digit < 0 || value > 0xffffff ? -1 : value * 16 + digit;
            }
        }
        if (!Character.isValidCodePoint(value)) {
            throw new CheckpointException(file + ": pickle: an escaped character is damaged");
        }
        return value;
    }
}
