package dev.joiner.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.util.regex.Pattern;

/**
 * The time that a line says it is of: ISO 8601, with a space or a T in the middle, in UTC if it names no zone; or a number
 * of seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size.
 */
final class EventTime {
    private static final DateTimeFormatter ISO = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
            .optionalStart()
            .appendOffset("+HH:MM", "Z")
            .optionalEnd()
            .optionalStart()
            .appendOffset("+HHMM", "Z")
            .optionalEnd()
            .optionalStart()
            .appendOffset("+HH", "Z")
            .optionalEnd()
            .optionalStart()
            .appendLiteral('[')
            .appendZoneRegionId()
            .appendLiteral(']')
            .optionalEnd()
            .toFormatter();
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,20}(\\.\\d{1,20})?");
    /** Seconds reach it in the year 5138; before it milliseconds end in March of 1973, and so on. */
    private static final BigDecimal LEAST_MILLIS = new BigDecimal("100000000000");

    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);

    private final FieldPath field;

    EventTime(FieldPath field) {
        this.field = field;
    }

    /** To the millisecond. */
    Instant in(ObjectNode object) throws UnusableLineException {
        JsonNode node = field.in(object);
        if (node == null || node.isNull()) {
            throw new UnusableLineException(
                    "no time: " + field + " is " + (node == null ? "missing" + suggestion(object) : "null"));
        }
        try {
            return time(node.asText().strip());
        } catch (DateTimeException | ArithmeticException e) {
            throw new UnusableLineException(
                    "no time: " + field + " is " + Json.text(node) + ", neither ISO 8601 nor a number since 1970");
        }
    }

    private String suggestion(ObjectNode object) {
        FieldNames names = new FieldNames();
        names.addAll(object);
        return names.suggestionFor(field);
    }

    private static Instant time(String text) {
        if (NUMBER.matcher(text).matches()) {
            BigDecimal number = new BigDecimal(text);
            BigDecimal unit = LEAST_MILLIS;
            BigDecimal millis = number.multiply(THOUSAND);
            while (number.abs().compareTo(unit) >= 0) {
                unit = unit.multiply(THOUSAND);
                millis = millis.divide(THOUSAND, RoundingMode.FLOOR);
            }
            return Instant.ofEpochMilli(millis.setScale(0, RoundingMode.FLOOR).longValueExact());
        }
        StringBuilder iso = new StringBuilder(text.replace(',', '.'));
        if (iso.length() > 10 && iso.charAt(10) == ' ') {
            iso.setCharAt(10, 'T');
        }
        TemporalAccessor parsed =
                ISO.parseBest(iso.toString().replace(" ", ""), ZonedDateTime::from, LocalDateTime::from);
        Instant instant = parsed instanceof ZonedDateTime zoned
                ? zoned.toInstant()
                : LocalDateTime.from(parsed).toInstant(ZoneOffset.UTC);
        return Instant.ofEpochMilli(instant.toEpochMilli());
    }
}
