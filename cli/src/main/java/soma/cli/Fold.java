package soma.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetSplit;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Part {@code k} of {@code n}, from 1, as {@code --fold} takes it. */
record Fold(int k, int n) {
    /** The data set without this part, and this part. */
    DatasetSplit split(Dataset dataset, long seed) {
        return DatasetSplit.byFold(dataset, k, n, seed);
    }

    /** Reads {@code K/N}. */
    static final class Converter implements ITypeConverter<Fold> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,4})/(\\d{1,4})");

        @Override
        public Fold convert(String value) {
            Matcher matcher = FORM.matcher(value);
            if (!matcher.matches()) {
                throw new TypeConversionException("expected K/N such as 1/5, got '" + value + "'");
            }
            return new Fold(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
        }
    }
}
