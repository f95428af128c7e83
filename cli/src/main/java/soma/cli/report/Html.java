package soma.cli.report;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.JpegWriter;
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
import java.util.stream.Collectors;

/** Parts of a web page that needs nothing beside itself. */
public final class Html {
    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z0-9-]+)}}");

    private static final float JPEG_QUALITY = 0.85f;

    private Html() {}

    /** Returns text with the characters replaced that mean something in HTML. */
    public static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /**
     * A whole page: it opens offline, reads well on a wide screen and on a narrow one, and needs
     * nothing beside itself.
     *
     * @param title as the browser shows it, as text
     * @param body the sections, as HTML
     */
    public static String page(String title, String body) {
        return filled(Html.class, "page.html", Map.of("title", escaped(title), "body", body));
    }

    /** A part of a page below a heading. */
    public static String section(String heading, String content) {
        return "<section>\n<h2>%s</h2>\n%s</section>\n".formatted(escaped(heading), content);
    }

    /** A paragraph of text. */
    public static String paragraph(String text) {
        return "<p>" + escaped(text) + "</p>\n";
    }

    /** A wide chart; a narrow screen moves over it, so that its text stays legible. */
    public static String chart(String svg) {
        return "<div class=\"chart\">" + svg + "</div>\n";
    }

    /** Charts and tables that stand side by side where the screen is wide enough. */
    public static String columns(List<String> parts) {
        return parts.stream()
                .map(part -> "<div class=\"wide\">" + part + "</div>\n")
                .collect(Collectors.joining("", "<div class=\"columns\">\n", "</div>\n"));
    }

    /** Something long that opens when its summary is touched. */
    public static String details(String summary, String content) {
        return "<details><summary>%s</summary>\n%s</details>\n"
                .formatted(escaped(summary), content);
    }

    /** A picture with words below it. */
    public static String figure(String image, String caption) {
        return "<figure>%s<figcaption>%s</figcaption></figure>\n"
                .formatted(image, escaped(caption));
    }

    /** An {@code img} that carries a PNG file in itself. */
    public static String image(Path png, String description) {
        try {
            return image("png", Files.readAllBytes(png), description);
        } catch (IOException e) {
            throw new SomaException(png + ": cannot read: " + e.getMessage(), e);
        }
    }

    /** An {@code img} that carries a picture in itself as JPEG. */
    public static String image(Image8 picture, String description) {
        return image("jpeg", JpegWriter.encode(picture, JPEG_QUALITY), description);
    }

    private static String image(String type, byte[] file, String description) {
        String data = Base64.getEncoder().encodeToString(file);
        return "<img src=\"data:image/%s;base64,%s\" alt=\"%s\"/>"
                .formatted(type, data, escaped(description));
    }

    /** A table; the first column is a heading of its row, the others are numbers. */
    public static String table(List<String> head, List<List<String>> rows) {
        StringBuilder html = new StringBuilder("<div class=\"wide\"><table>\n<thead><tr>");
        head.forEach(
                cell -> html.append("<th scope=\"col\">").append(escaped(cell)).append("</th>"));
        html.append("</tr></thead>\n<tbody>\n");
        for (List<String> row : rows) {
            html.append("<tr><th scope=\"row\">").append(escaped(row.getFirst())).append("</th>");
            for (String cell : row.subList(1, row.size())) {
                html.append("<td>").append(escaped(cell)).append("</td>");
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody></table></div>\n").toString();
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
