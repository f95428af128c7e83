package soma.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import soma.maskrcnn.eval.CocoSettings;
import soma.tensor.SomaException;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code --max-dets}: {@code N}, detectron2's rule, or three numbers, pycocotools'. */
final class MaxDetections implements ITypeConverter<CocoSettings> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(?:,(\\d{1,9}),(\\d{1,9}))?");

    @Override
    public CocoSettings convert(String value) {
        Matcher matcher = FORM.matcher(value);
        if (!matcher.matches()) {
            throw expected(value);
        }
        int first = Integer.parseInt(matcher.group(1));
        try {
            return matcher.group(2) == null
                    ? CocoSettings.upTo(first)
                    : CocoSettings.at(
                            first,
                            Integer.parseInt(matcher.group(2)),
                            Integer.parseInt(matcher.group(3)));
        } catch (SomaException e) {
            throw expected(value);
        }
    }

    private static TypeConversionException expected(String value) {
        return new TypeConversionException(
                "expected a number above 10, or three ascending ones such as 1,10,1000, got '"
                        + value
                        + "'");
    }
}
