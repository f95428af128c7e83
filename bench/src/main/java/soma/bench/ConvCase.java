package soma.bench;

import soma.tensor.spi.ConvGeometry;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A convolution to time: one image, padding that keeps the size at stride 1. */
record ConvCase(int in, int out, int kernel, int height, int width, int stride, int groups) {
    private static final Pattern FORM =
            Pattern.compile(
                    "(\\d{1,5})x(\\d{1,5})[ ,](\\d{1,2})x(\\d{1,2})[ ,](\\d{1,5})x(\\d{1,5})"
                            + "(?:[ ,]s(\\d))?(?:[ ,]g(\\d{1,4}))?");

    /** What R50-FPN has most of at 544x704, then ResNeXt's grouped ones. */
    static final List<ConvCase> DEFAULTS =
            List.of(
                    new ConvCase(256, 256, 3, 136, 176, 1, 1),
                    new ConvCase(64, 64, 3, 136, 176, 1, 1),
                    new ConvCase(128, 128, 3, 68, 88, 1, 1),
                    new ConvCase(256, 256, 3, 34, 44, 1, 1),
                    new ConvCase(512, 512, 3, 17, 22, 1, 1),
                    new ConvCase(64, 256, 1, 136, 176, 1, 1),
                    new ConvCase(256, 64, 1, 136, 176, 1, 1),
                    new ConvCase(512, 128, 1, 68, 88, 1, 1),
                    new ConvCase(1024, 256, 1, 34, 44, 1, 1),
                    new ConvCase(256, 1024, 1, 34, 44, 1, 1),
                    new ConvCase(2048, 512, 1, 17, 22, 1, 1),
                    new ConvCase(1024, 2048, 1, 34, 44, 2, 1),
                    new ConvCase(3, 64, 7, 544, 704, 2, 1),
                    new ConvCase(256, 256, 3, 136, 176, 1, 32),
                    new ConvCase(512, 512, 3, 68, 88, 1, 32));

    /** For the emulator. */
    static final List<ConvCase> SMALL =
            List.of(
                    new ConvCase(16, 16, 3, 12, 16, 1, 1),
                    new ConvCase(16, 32, 1, 12, 16, 2, 1),
                    new ConvCase(32, 32, 3, 8, 8, 1, 8));

    /** Reads {@code CIxCO KxK HxW [sSTRIDE] [gGROUPS]}; empty if it is not a convolution. */
    static Optional<ConvCase> parse(String text) {
        Matcher m = FORM.matcher(text.strip());
        if (!m.matches() || !m.group(3).equals(m.group(4))) {
            return Optional.empty();
        }
        ConvCase c =
                new ConvCase(
                        Integer.parseInt(m.group(1)),
                        Integer.parseInt(m.group(2)),
                        Integer.parseInt(m.group(3)),
                        Integer.parseInt(m.group(5)),
                        Integer.parseInt(m.group(6)),
                        m.group(7) == null ? 1 : Integer.parseInt(m.group(7)),
                        m.group(8) == null ? 1 : Integer.parseInt(m.group(8)));
        boolean possible =
                Math.min(Math.min(c.in, c.out), Math.min(c.height, c.width)) > 0
                        && Math.min(c.kernel, Math.min(c.stride, c.groups)) > 0
                        && c.in % c.groups == 0
                        && c.out % c.groups == 0;
        return possible ? Optional.of(c) : Optional.empty();
    }

    ConvGeometry geometry() {
        int pad = (kernel - 1) / 2;
        return new ConvGeometry(
                1, height, width, in, out, kernel, kernel, stride, stride, pad, pad, 1, 1, groups);
    }

    /** {@code CIxCO KxK HxW}, and stride and groups where they are not 1. */
    String text() {
        return WorkCount.text(geometry());
    }
}
