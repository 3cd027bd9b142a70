package dev.joiner.codec.jackson3;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.joiner.Codec;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

class Jackson3CodecTest {

    enum Status {
        OPEN,
        PAID
    }

    record Payment(String method, BigDecimal total) {}

    record Order(
            UUID id,
            Status status,
            Payment payment,
            Instant at,
            LocalDate day,
            Duration pause,
            List<Payment> refunds,
            Map<Status, Integer> counts,
            Set<LocalDate> days,
            Map<String, String> labels) {}

    record Numbers(int whole, double fraction, BigDecimal exact, BigInteger big) {}

    record Anything(Object value) {}

    record Later(String method, BigDecimal total, int fee, String currency) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Paid.class, name = "paid"),
        @JsonSubTypes.Type(value = Shipped.class, name = "shipped"),
        @JsonSubTypes.Type(value = Cancelled.class, name = "cancelled")
    })
    sealed interface Event {}

    record Paid(BigDecimal total) implements Event {}

    record Shipped(Instant at, String carrier) implements Event {}

    record Cancelled() implements Event {}

    record History(Event first, List<Event> others) {}

    private static final Order ORDER = new Order(
            UUID.fromString("6f1dd5d4-2a3b-4b8a-9d54-000000000001"),
            Status.PAID,
            new Payment("card", new BigDecimal("12.50")),
            Instant.parse("2024-02-29T23:59:59.123456789Z"),
            LocalDate.of(2024, 2, 29),
            Duration.ofSeconds(90, 1),
            List.of(new Payment("cash", new BigDecimal("0.00"))),
            Map.of(Status.OPEN, 1),
            Set.of(LocalDate.of(1, 1, 1)),
            Map.of("ä", "😀"));

    private final Codec<Order> orders = Jackson3Codec.of(Order.class);
    private final Codec<Payment> payments = Jackson3Codec.of(Payment.class);

    private static <T> String json(Codec<T> codec, T value) {
        return new String(codec.encode(value), UTF_8);
    }

    private static <T> T read(Codec<T> codec, String json) {
        return codec.decode(json.getBytes(UTF_8));
    }

    private static <T> void assertComesBackEqual(Codec<T> codec, T value) {
        assertThat(codec.decode(codec.encode(value))).isEqualTo(value);
    }

    @Test
    void codecIsOfAClassOrOfATypeWithParameters() {
        // snippet:jackson3-codec
        Codec<Order> orders = Jackson3Codec.of(Order.class);
        Codec<List<Order>> lists = Jackson3Codec.of(new TypeReference<>() {});
        // end:jackson3-codec

        assertThat(orders.decode(orders.encode(ORDER))).isEqualTo(ORDER);
        assertThat(lists.decode(lists.encode(List.of(ORDER, ORDER)))).containsExactly(ORDER, ORDER);
    }

    @Test
    void nestedRecordsComeBackEqual() {
        assertComesBackEqual(orders, ORDER);
        assertComesBackEqual(orders, new Order(null, null, null, null, null, null, null, null, null, null));
    }

    @Test
    void timesAreIsoText() {
        assertThat(json(orders, ORDER))
                .contains("\"at\":\"2024-02-29T23:59:59.123456789Z\"")
                .contains("\"day\":\"2024-02-29\"")
                .contains("\"pause\":\"PT1M30.000000001S\"");
    }

    static List<Object> times() {
        LocalDateTime winter = LocalDateTime.of(2024, 1, 1, 0, 0);
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        return List.of(
                Instant.EPOCH,
                Instant.MIN,
                Instant.MAX,
                LocalDate.MIN,
                LocalDate.MAX,
                LocalTime.MIDNIGHT,
                LocalTime.MAX,
                LocalDateTime.MIN,
                LocalDateTime.MAX,
                winter,
                Duration.ZERO,
                Duration.ofSeconds(Long.MIN_VALUE, 1),
                Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
                Period.of(1, -2, 3),
                OffsetDateTime.MIN,
                OffsetDateTime.MAX,
                winter.atOffset(ZoneOffset.UTC),
                winter.atOffset(ZoneOffset.ofHours(-7)),
                OffsetTime.MAX,
                winter.atZone(berlin),
                winter.atZone(ZoneId.of("UTC")),
                winter.atZone(ZoneId.of("GMT")),
                winter.atZone(ZoneOffset.UTC),
                winter.atZone(ZoneOffset.ofHours(2)),
                ZonedDateTime.ofLocal(LocalDateTime.of(2024, 10, 27, 2, 30), berlin, ZoneOffset.ofHours(1)),
                Year.of(2024),
                YearMonth.of(2024, 2),
                MonthDay.of(2, 29),
                Month.FEBRUARY,
                DayOfWeek.FRIDAY,
                ZoneOffset.ofHoursMinutes(5, 30));
    }

    @ParameterizedTest
    @MethodSource("times")
    <T> void timesComeBackEqual(T time) {
        @SuppressWarnings("unchecked") // the class of time is a Class<T>, but for subclasses, and there are none
        Jackson3Codec<T> codec = Jackson3Codec.of((Class<T>) time.getClass());

        assertComesBackEqual(codec, time);
    }

    @Test
    void collectionsComeBackEqual() {
        var lists = Jackson3Codec.of(new TypeReference<List<Payment>>() {});
        var maps = Jackson3Codec.of(new TypeReference<Map<UUID, Set<Instant>>>() {});

        assertComesBackEqual(lists, ORDER.refunds());
        assertComesBackEqual(maps, Map.of(ORDER.id(), Set.of(Instant.EPOCH, Instant.MAX)));
    }

    @Test
    void sealedInterfacesComeBackEqual() {
        var events = Jackson3Codec.of(Event.class);
        var lists = Jackson3Codec.of(new TypeReference<List<Event>>() {});
        var histories = Jackson3Codec.of(History.class);
        List<Event> all = List.of(new Paid(BigDecimal.TEN), new Shipped(Instant.EPOCH, "Ä"), new Cancelled());

        assertThat(all).allSatisfy(event -> assertComesBackEqual(events, event));
        assertComesBackEqual(lists, all);
        assertComesBackEqual(histories, new History(all.get(0), all));
        assertThat(json(events, all.get(0))).isEqualTo("{\"@type\":\"paid\",\"total\":10}");
    }

    @Test
    void unknownNameOfSealedInterfaceIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(Jackson3Codec.of(Event.class), "{\"@type\":\"lost\"}"))
                .withMessageContaining("'lost'")
                .withMessageContaining("[cancelled, paid, shipped]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "12.50", "1E+3", "0E-20", "-1E-400", "123456789012345678901234567890.1234567890"})
    void numbersKeepTheirDigits(String digits) {
        BigDecimal number = new BigDecimal(digits);

        assertComesBackEqual(Jackson3Codec.of(BigDecimal.class), number);
        assertThat(json(Jackson3Codec.of(BigDecimal.class), number)).isEqualTo(digits);
    }

    @ParameterizedTest
    @ValueSource(strings = {"12.50", "1E+3", "0E-20", "0.10000000000000000000000000000000000001"})
    void numbersOfNoTypeKeepTheirDigits(String digits) {
        String json = "{\"value\":" + digits + "}";
        var trees = Jackson3Codec.of(JsonNode.class);
        var anything = Jackson3Codec.of(Anything.class);

        assertThat(read(anything, json)).isEqualTo(new Anything(new BigDecimal(digits)));
        assertThat(read(trees, json).get("value").decimalValue()).isEqualTo(new BigDecimal(digits));
        assertThat(json(trees, read(trees, json))).isEqualTo(json);
    }

    @Test
    void primitiveAndHugeNumbersComeBackEqual() {
        var numbers = Jackson3Codec.of(Numbers.class);

        assertComesBackEqual(
                numbers,
                new Numbers(
                        Integer.MIN_VALUE, Double.MIN_VALUE, BigDecimal.ONE.movePointLeft(9), BigInteger.TWO.pow(99)));
        assertComesBackEqual(numbers, new Numbers(0, -0.0, null, null));
        assertComesBackEqual(numbers, new Numbers(0, Double.NaN, null, null));
        assertComesBackEqual(numbers, new Numbers(0, Double.NEGATIVE_INFINITY, null, null));
    }

    @Test
    void fractionIsNotCutOffToMakeAnInteger() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(Jackson3Codec.of(Numbers.class), "{\"whole\":12.5}"))
                .withMessageContaining("[\"whole\"]");
    }

    @Test
    void unknownFieldsAreIgnored() {
        String later = json(Jackson3Codec.of(Later.class), new Later("card", BigDecimal.ONE, 7, "EUR"));

        assertThat(later).contains("fee", "currency");
        assertThat(read(payments, later)).isEqualTo(new Payment("card", BigDecimal.ONE));
    }

    @Test
    void missingFieldsAreNullOrZero() {
        String earlier = json(payments, new Payment("card", BigDecimal.ONE));

        assertThat(read(Jackson3Codec.of(Later.class), earlier)).isEqualTo(new Later("card", BigDecimal.ONE, 0, null));
    }

    @Test
    void unknownConstantOfEnumIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(orders, "{\"status\":\"LOST\"}"))
                .withMessageContaining("\"LOST\"")
                .withMessageContaining("[OPEN, PAID]")
                .withMessageContaining("[\"status\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}{}", "{} {}", "{},", "{}]", "{}x", "{}\0"})
    void whatFollowsTheValueIsRefused(String json) {
        assertThatIllegalArgumentException().isThrownBy(() -> read(payments, json));
    }

    @Test
    void spaceAroundTheValueIsNone() {
        assertThat(read(payments, " {}\r\n")).isEqualTo(new Payment(null, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", " null ", "\nnull"})
    void literalNullIsRefused(String json) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(payments, json))
                .withMessage("the document is null, a value never is");
    }

    @Test
    void nullIsNotWritten() {
        assertThatExceptionOfType(NullPointerException.class)
                .isThrownBy(() -> payments.encode(null))
                .withMessage("value is null");
    }

    record Nothing() {
        @JsonValue
        String text() {
            return null;
        }
    }

    @Test
    void whatWouldBeReadAsNullIsNotWritten() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Jackson3Codec.of(Nothing.class).encode(new Nothing()))
                .withMessage(Nothing.class.getName() + " is written as null");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Jackson3Codec.of(JsonNode.class).encode(NullNode.getInstance()));
        assertThatIllegalArgumentException().isThrownBy(() -> read(Jackson3Codec.of(JsonNode.class), "null"));
        assertThatIllegalArgumentException().isThrownBy(() -> read(Jackson3Codec.of(ObjectNode.class), "null"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ä", "日本", "😀", "\0\u0001\u007f", "\u2028\ufeff\uffff", "\"\\/"})
    void textsComeBackEqual(String text) {
        assertComesBackEqual(Jackson3Codec.of(String.class), text);
        assertComesBackEqual(Jackson3Codec.of(new TypeReference<Map<String, String>>() {}), Map.of(text, text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud83d", "\ude00 \ud83d"})
    void unpairedSurrogatesComeBackEqualButNotInNames(String text) {
        var maps = Jackson3Codec.of(new TypeReference<Map<String, String>>() {});

        assertComesBackEqual(Jackson3Codec.of(String.class), text);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> maps.decode(maps.encode(Map.of(text, ""))))
                .withMessageContaining("surrogate");
    }

    @Test
    void textIsUtf8() {
        assertThat(json(Jackson3Codec.of(String.class), "ä日😀")).isEqualTo("\"ä日😀\"");
    }

    /** The limits of Jackson are on reading only: a value beyond them could be stored, and then never be read. */
    @Test
    void whatWasWrittenCanBeRead() {
        assertComesBackEqual(Jackson3Codec.of(BigInteger.class), BigInteger.TEN.pow(2_000));
        assertComesBackEqual(Jackson3Codec.of(Anything.class), new Anything(BigDecimal.TEN.movePointLeft(2_000)));
        assertComesBackEqual(Jackson3Codec.of(String.class), "x".repeat(20_000_001));
        assertComesBackEqual(
                Jackson3Codec.of(new TypeReference<Map<String, Integer>>() {}), Map.of("x".repeat(50_001), 1));
    }

    @Test
    void whatIsTooDeepToBeReadIsNotWritten() {
        var lists = Jackson3Codec.of(Object.class);
        Object deepest = IntStream.range(0, 1_000).boxed().reduce((Object) 7, (in, i) -> List.of(in), (a, b) -> b);

        assertComesBackEqual(lists, deepest);
        assertThatIllegalArgumentException().isThrownBy(() -> lists.encode(List.of(deepest)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{\"method\":\"ca",
                "[1]",
                "\"text\"",
                "12",
                "{\"total\":\"x\"}",
                "{\"method\":tru}",
                "\0"
            })
    void damagedDocumentIsRefused(String json) {
        assertThatIllegalArgumentException().isThrownBy(() -> read(payments, json));
    }

    @Test
    void bytesThatAreNoUtf8AreRefused() {
        byte[] bytes = json(payments, new Payment("ca?d", null)).getBytes(UTF_8);
        bytes["{'method':'ca".length()] = (byte) 0xFF;

        assertThatIllegalArgumentException()
                .isThrownBy(() -> payments.decode(bytes))
                .withMessageContaining("UTF-8");
        assertThatIllegalArgumentException().isThrownBy(() -> payments.decode("\udc00".getBytes(UTF_16)));
    }

    @Test
    void messageSaysWhatDoesNotFitAndWhere() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(orders, "{\"refunds\":[{},{\"total\":\"much\"}]}"))
                .withMessageContaining("`java.math.BigDecimal` from String \"much\"")
                .withMessageContaining("[\"refunds\"]->java.util.ArrayList[1]")
                .withMessageContaining("[\"total\"]")
                .withMessageEndingWith(", line: 1, column: 25")
                .withMessageNotContaining("\n")
                .withCauseInstanceOf(DatabindException.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(orders, "{\"refunds\":["))
                .withMessageContaining("end-of-input")
                .withMessageContaining("line: 1, column: 1");
    }

    @Test
    void messageHasNeitherTheDocumentNorALongField() {
        String others = "\"id\":\"6f1dd5d4-2a3b-4b8a-9d54-000000000001\"";
        String tooLong = "x".repeat(5_000);

        for (String document : List.of(
                "{" + others + ",\"at\":\"" + tooLong + "\"}",
                "{" + others + ",\"day\":" + tooLong + "}",
                "{" + others + ",\"counts\":{\"" + tooLong + "\":1}}",
                "{" + others + ",\"labels\":{\"" + tooLong + "\":{}}}",
                "{" + others + ",\"counts\":",
                "{" + others + "}x",
                "\"" + tooLong + others.replace("\"", "'") + "\"")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> read(orders, document))
                    .satisfies(e ->
                            assertThat(e.getMessage()).hasSizeBetween(20, 1_000).doesNotContain("6f1dd5d4"));
        }
    }

    record Optionals(Optional<String> text) {}

    @Test
    void optionalsComeBackEqual() {
        var optionals = Jackson3Codec.of(Optionals.class);

        assertComesBackEqual(optionals, new Optionals(Optional.empty()));
        assertComesBackEqual(optionals, new Optionals(Optional.of("a")));
    }

    record Checked(int amount) {
        Checked {
            if (amount < 0) {
                throw new IllegalStateException("amount is " + amount);
            }
        }
    }

    @Test
    void whatAConstructorRefusesIsInTheMessage() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(Jackson3Codec.of(Checked.class), "{\"amount\":-1}"))
                .withMessageContaining("amount is -1");
    }

    @Test
    void manyThreadsShareACodec() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            // A codec that nobody has used: what Jackson works out at first use is worked out by all of them.
            Codec<Order> shared = Jackson3Codec.of(Order.class);
            Callable<Order> manyTimes = () -> {
                Order order = ORDER;
                for (int i = 0; i < 1_000; i++) {
                    order = shared.decode(shared.encode(order));
                }
                return order;
            };

            for (Future<Order> result : threads.invokeAll(List.of(manyTimes, manyTimes, manyTimes, manyTimes))) {
                assertThat(result.get()).isEqualTo(ORDER);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
