package soma.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Tells picocli how to read a number of things, from 0. */
final class Count implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String value) {
        if (!value.matches("\\d{1,9}")) {
            throw new TypeConversionException(
                    "expected a whole number from 0, got '" + value + "'");
        }
        return Integer.valueOf(value);
    }
}
