package dev.joiner.internal.record;

import java.lang.invoke.MethodType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** How values of a class are written as one text that is like no other's, and read from it. */
record TextForm(Function<Object, String> write, Function<String, Object> read) {
    private static final Map<Class<?>, TextForm> FORMS = new HashMap<>();

    static {
        form(String.class, text -> text);
        form(Boolean.class, TextForm::bool);
        form(Character.class, TextForm::character);
        form(Byte.class, Byte::valueOf);
        form(Short.class, Short::valueOf);
        form(Integer.class, Integer::valueOf);
        form(Long.class, Long::valueOf);
        form(Float.class, Float::valueOf);
        form(Double.class, Double::valueOf);
        form(BigInteger.class, BigInteger::new);
        form(BigDecimal.class, BigDecimal::new);
        form(UUID.class, UUID::fromString);
        form(Instant.class, Instant::parse);
        form(LocalDate.class, LocalDate::parse);
        form(LocalTime.class, LocalTime::parse);
        form(LocalDateTime.class, LocalDateTime::parse);
        form(OffsetTime.class, OffsetTime::parse);
        form(OffsetDateTime.class, OffsetDateTime::parse);
        form(ZonedDateTime.class, ZonedDateTime::parse);
        form(Year.class, Year::parse);
        form(YearMonth.class, TextForm::yearMonth);
        form(MonthDay.class, MonthDay::parse);
        form(Duration.class, Duration::parse);
        form(Period.class, Period::parse);
        form(ZoneId.class, ZoneId::of);
        form(ZoneOffset.class, ZoneOffset::of);
    }

    private static <T> void form(Class<T> type, Function<String, ? extends T> read) {
        FORMS.put(type, new TextForm(Object::toString, read::apply));
    }

    /** Returns the form of a class; empty if it has none. */
    static Optional<TextForm> of(Class<?> type) {
        return type.isEnum()
                ? Optional.of(new TextForm(constant -> ((Enum<?>) constant).name(), text -> constant(type, text)))
                : Optional.ofNullable(
                        FORMS.get(MethodType.methodType(type).wrap().returnType()));
    }

    String text(Object value) {
        return write.apply(value);
    }

    Object value(String text) {
        return read.apply(text);
    }

    private static Object constant(Class<?> type, String name) {
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(name)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("\"" + name + "\" is not a " + type.getName());
    }

    /** Which writes years of more than four digits without the sign that it wants to read. */
    private static YearMonth yearMonth(String text) {
        return YearMonth.parse(text.indexOf('-') > 4 ? "+" + text : text);
    }

    private static Boolean bool(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("\"" + text + "\" is not a boolean");
        };
    }

    private static Character character(String text) {
        if (text.length() != 1) {
            throw new IllegalArgumentException("\"" + text + "\" is not a character");
        }
        return text.charAt(0);
    }
}
