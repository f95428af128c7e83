package soma.cli.report;

import soma.tensor.SomaException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parts of a web page that needs nothing beside itself. */
public final class Html {
    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z0-9-]+)}}");

    private Html() {}

    /** Returns text with the characters replaced that mean something in HTML. */
    public static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** An {@code img} that carries a PNG file in itself. */
    public static String image(Path png, String description) {
        try {
            String data = Base64.getEncoder().encodeToString(Files.readAllBytes(png));
            return "<img src=\"data:image/png;base64,%s\" alt=\"%s\">"
                    .formatted(data, escaped(description));
        } catch (IOException e) {
            throw new SomaException(png + ": cannot read: " + e.getMessage(), e);
        }
    }

    /** A table; the first column is a heading of its row, the others are numbers. */
    public static String table(List<String> head, List<List<String>> rows) {
        StringBuilder html = new StringBuilder("<table>\n<tr>");
        head.forEach(cell -> html.append("<th>").append(escaped(cell)).append("</th>"));
        html.append("</tr>\n");
        for (List<String> row : rows) {
            html.append("<tr>");
            for (String cell : row) {
                html.append("<td>").append(escaped(cell)).append("</td>");
            }
            html.append("</tr>\n");
        }
        return html.append("</table>\n").toString();
    }

    /**
     * Puts values into the places {@code {{name}}} of a template.
     *
     * @param resource the template, beside {@code beside}
     * @throws IllegalArgumentException if a place has no value
     */
    public static String filled(Class<?> beside, String resource, Map<String, String> values) {
        Matcher places = PLACE.matcher(template(beside, resource));
        return places.replaceAll(
                place -> {
                    String value = values.get(place.group(1));
                    if (value == null) {
                        throw new IllegalArgumentException(
                                "no value for {{" + place.group(1) + "}}");
                    }
                    return Matcher.quoteReplacement(value);
                });
    }

    private static String template(Class<?> beside, String resource) {
        try (InputStream in = beside.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException("no resource " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new SomaException(resource + ": cannot read: " + e.getMessage(), e);
        }
    }
}
