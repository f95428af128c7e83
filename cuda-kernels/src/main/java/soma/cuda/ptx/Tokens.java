package soma.cuda.ptx;

import soma.tensor.DeviceException;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of a file, without comments, and a place among them. */
final class Tokens {
    private static final Pattern TOKEN =
            Pattern.compile(
                    "//[^\\n"
                        + "]*|/\\*(?s:.*?)\\*/|\\s+"
                        + "|(?<word>0[fF][0-9a-fA-F]{8}|0[dD][0-9a-fA-F]{16}|0[xX][0-9a-fA-F]+U?"
                        + "|\\d+\\.\\d+(?:[eE][+-]?\\d+)?|\\d+U?"
                        + "|[%A-Za-z_$][\\w$]*|\\.[\\w:]+|\"[^\"]*\"|[,;{}()\\[\\]+\\-!@|:<>=])");

    /** A word and where it stands. */
    record Token(String text, int line, int start) {}

    private final String file;
    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    Tokens(String file, String source) {
        this.file = file;
        this.source = source;
        int line = 1;
        int end = 0;
        Matcher matcher = TOKEN.matcher(source);
        while (end < source.length()) {
            if (!matcher.find(end) || matcher.start() != end) {
                throw error(line, "character '" + source.charAt(end) + "' is not known here");
            }
            String word = matcher.group("word");
            if (word != null) {
                tokens.add(new Token(word, line, end));
            }
            line += (int) matcher.group().chars().filter(c -> c == '\n').count();
            end = matcher.end();
        }
        tokens.add(new Token("", line, end));
    }

    boolean atEnd() {
        return at == tokens.size() - 1;
    }

    String peek() {
        return tokens.get(at).text();
    }

    String peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1)).text();
    }

    int line() {
        return tokens.get(at).line();
    }

    int position() {
        return tokens.get(at).start();
    }

    String next() {
        if (atEnd()) {
            throw error(line(), "the file ends in the middle of something");
        }
        return tokens.get(at++).text();
    }

    boolean accept(String text) {
        if (peek().equals(text)) {
            at++;
            return true;
        }
        return false;
    }

    void expect(String text) {
        if (!accept(text)) {
            throw error(line(), "expected '" + text + "', got '" + peek() + "'");
        }
    }

    /** Up to a word that ends it, which is taken too. */
    void skipPast(String text) {
        while (!next().equals(text)) {}
    }

    /** What was written from a position to here, in one line. */
    String textSince(int start) {
        return source.substring(start, position())
                .replaceAll("//[^\\n]*", "")
                .replaceAll("\\s+", " ")
                .strip();
    }

    DeviceException error(int line, String what) {
        return new DeviceException(file + ":" + line + ": " + what);
    }
}
