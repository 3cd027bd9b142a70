package dev.joiner.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Numbers of bytes as people write them: {@code 64k}, {@code 16m}, {@code 1g}. */
final class Size implements ITypeConverter<Integer> {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([kmg]?)");
    private static final String UNITS = "kmg";
    private static final long MOST = 1 << 30;

    @Override
    public Integer convert(String text) {
        Matcher size = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!size.matches()) {
            throw new TypeConversionException("'" + text + "' is no size such as 64k, 16m or 1g");
        }
        int unit = size.group(2).isEmpty() ? 0 : UNITS.indexOf(size.group(2)) + 1;
        double bytes = Long.parseLong(size.group(1)) * Math.pow(1024, unit);
        if (bytes < 1 || bytes > MOST) {
            throw new TypeConversionException("'" + text + "' must be from 1 to 1g");
        }
        return (int) bytes;
    }

    static String text(int bytes) {
        int unit = 0;
        int size = bytes;
        while (unit < UNITS.length() && size % 1024 == 0) {
            size /= 1024;
            unit++;
        }
        return size + (unit == 0 ? " bytes" : String.valueOf(UNITS.charAt(unit - 1)));
    }
}
