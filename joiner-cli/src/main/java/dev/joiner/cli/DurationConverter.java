package dev.joiner.cli;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as people write them: {@code 500ms}, {@code 10m}, {@code 1h30m}. */
final class DurationConverter implements ITypeConverter<Duration> {
    private static final Pattern PARTS = Pattern.compile("(\\d{1,9}(?:ms|[smhd]))+");
    private static final Pattern PART = Pattern.compile("(\\d+)(ms|[smhd])");
    private static final Map<String, ChronoUnit> UNITS = Map.of(
            "ms", ChronoUnit.MILLIS,
            "s", ChronoUnit.SECONDS,
            "m", ChronoUnit.MINUTES,
            "h", ChronoUnit.HOURS,
            "d", ChronoUnit.DAYS);

    private static final int DAYS = 2;

    private static final Duration LONGEST = Duration.ofDays(36_500);

    @Override
    public Duration convert(String text) {
        Duration sum = Duration.ZERO;
        if (PARTS.matcher(text).matches()) {
            for (Matcher part = PART.matcher(text); part.find(); ) {
                sum = sum.plus(Long.parseLong(part.group(1)), UNITS.getOrDefault(part.group(2), ChronoUnit.FOREVER));
            }
        }
        if (sum.compareTo(LONGEST) > 0) {
            throw new TypeConversionException("'" + text + "' is longer than 36500d");
        }
        if (sum.isZero()) {
            throw new TypeConversionException("'" + text + "' is not a duration such as 500ms, 30s, 10m, 1h30m or 2d");
        }
        return sum;
    }

    /** A duration in its largest unit and the next: {@code 1h30m}. */
    static String text(Duration duration) {
        if (duration.toDays() >= DAYS) {
            return duration.toDays() + "d" + (duration.toHoursPart() > 0 ? duration.toHoursPart() + "h" : "");
        }
        if (duration.toHours() > 0) {
            return duration.toHours() + "h" + (duration.toMinutesPart() > 0 ? duration.toMinutesPart() + "m" : "");
        }
        if (duration.toMinutes() > 0) {
            return duration.toMinutes() + "m" + (duration.toSecondsPart() > 0 ? duration.toSecondsPart() + "s" : "");
        }
        return duration.toSeconds() + "s";
    }
}
