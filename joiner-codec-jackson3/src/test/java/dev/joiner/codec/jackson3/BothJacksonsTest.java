package dev.joiner.codec.jackson3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.joiner.Codec;
import dev.joiner.codec.jackson.JacksonCodec;
import dev.joiner.merge.Part;
import dev.joiner.merge.Parts;
import dev.joiner.merge.PartsMerge;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Month;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A service that moves from Jackson 2 to Jackson 3 meets joins that wait, and its other nodes may be on either. */
class BothJacksonsTest {

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Card.class, name = "card"),
        @JsonSubTypes.Type(value = Cash.class, name = "cash")
    })
    sealed interface Payment permits Card, Cash {}

    record Card(String number) implements Payment {}

    record Cash(BigDecimal given) implements Payment {}

    record Order(
            UUID id,
            @JsonProperty("how_many") int count,
            long large,
            double rate,
            BigDecimal total,
            BigInteger huge,
            Instant at,
            LocalDate day,
            OffsetDateTime offset,
            ZonedDateTime zoned,
            Duration within,
            Payment payment,
            List<Payment> refunds,
            Map<String, Object> extras,
            List<byte[]> signatures,
            String note) {}

    private static final Order ORDER = new Order(
            UUID.fromString("6f1dd5d4-2a3b-4b8a-9d54-000000000001"),
            7,
            Long.MAX_VALUE,
            0.1,
            new BigDecimal("12.50"),
            BigInteger.TEN.pow(50),
            Instant.parse("2026-01-31T10:20:30.123456789Z"),
            LocalDate.parse("2026-01-31"),
            OffsetDateTime.parse("2026-01-31T10:20:30+05:30"),
            ZonedDateTime.parse("2026-01-31T10:20:30+01:00[Europe/Berlin]"),
            Duration.ofMillis(1_500),
            new Card("4711"),
            List.of(new Cash(new BigDecimal("1E+3"))),
            Map.of("a", List.of(1, new BigDecimal("2.0"))),
            List.of(new byte[] {1, 2, 3}),
            "\uD83D\uDE00 \"quoted\"");

    private static <T> void assertAlike(Codec<T> two, Codec<T> three, T value) {
        String byTwo = new String(two.encode(value), UTF_8);
        String byThree = new String(three.encode(value), UTF_8);

        assertThat(three.decode(byTwo.getBytes(UTF_8)))
                .usingRecursiveComparison()
                .isEqualTo(value);
        assertThat(two.decode(byThree.getBytes(UTF_8)))
                .usingRecursiveComparison()
                .isEqualTo(value);
    }

    @Test
    void eachReadsWhatTheOtherWrote() {
        assertAlike(JacksonCodec.of(Order.class), Jackson3Codec.of(Order.class), ORDER);
    }

    @Test
    void eachReadsThePartsThatTheOtherWrote() {
        PartsMerge merge = Parts.of(
                Part.of("order", Order.class, Order::id),
                Part.of("card", Card.class, Card::number).collect());
        Parts parts =
                merge.restored(Map.of("order", ORDER, "card", List.of(new Card("1"), new Card("2"))), Instant.EPOCH);

        Codec<Parts> two = JacksonCodec.of(merge);
        Codec<Parts> three = Jackson3Codec.of(merge);

        assertThat(three.decode(two.encode(parts)).toMap())
                .usingRecursiveComparison()
                .isEqualTo(parts.toMap());
        assertThat(two.decode(three.encode(parts)).toMap())
                .usingRecursiveComparison()
                .isEqualTo(parts.toMap());
        assertThat(two.decode(three.encode(parts)).completeSince()).contains(Instant.EPOCH);
    }

    record Season(
            Month first,
            List<Month[]> months,
            Set<Month> distinct,
            EnumSet<Month> set,
            Map<Month, Integer> days,
            EnumMap<Month, Month> next,
            Object any) {}

    /** To Jackson 3 a month is a number from 1 on, to Jackson 2 a number is one from 0 on. */
    @Test
    void monthsAreNames() {
        for (Month month : Month.values()) {
            Season season = new Season(
                    month,
                    List.<Month[]>of(new Month[] {month, Month.MAY}),
                    Set.of(month),
                    EnumSet.of(month, Month.JANUARY),
                    Map.of(month, 31),
                    new EnumMap<>(Map.of(month, month.plus(1))),
                    month.name());

            assertAlike(JacksonCodec.of(Season.class), Jackson3Codec.of(Season.class), season);
        }
        assertAlike(JacksonCodec.of(Month.class), Jackson3Codec.of(Month.class), Month.DECEMBER);
        assertThat(Jackson3Codec.of(Object.class).encode(Month.MARCH))
                .isEqualTo(JacksonCodec.of(Object.class).encode(Month.MARCH))
                .isEqualTo("\"MARCH\"".getBytes(UTF_8));
    }

    enum Size {
        S,
        M;

        @Override
        public String toString() {
            return this == S ? "small" : "medium";
        }
    }

    record Shirt(Size size, List<Size> others, Map<Size, Integer> counts) {}

    @Test
    void constantsGoByTheirNames() {
        Shirt shirt = new Shirt(Size.S, List.of(Size.S, Size.M), Map.of(Size.M, 2));

        assertAlike(JacksonCodec.of(Shirt.class), Jackson3Codec.of(Shirt.class), shirt);
    }

    static final class Basket {
        private final List<String> items = new ArrayList<>();
        private final Map<String, Integer> counts = new HashMap<>();

        public List<String> getItems() {
            return items;
        }

        public Map<String, Integer> getCounts() {
            return counts;
        }
    }

    @Test
    void collectionsWithoutASetterComeBack() {
        Basket basket = new Basket();
        basket.getItems().add("pen");
        basket.getCounts().put("pen", 2);

        assertAlike(JacksonCodec.of(Basket.class), Jackson3Codec.of(Basket.class), basket);
    }

    static final class Account {
        private final String owner;

        Account() {
            this("nobody");
        }

        Account(String owner) {
            this.owner = owner;
        }

        public String getOwner() {
            return owner;
        }
    }

    @Test
    void finalFieldsComeBack() {
        assertAlike(JacksonCodec.of(Account.class), Jackson3Codec.of(Account.class), new Account("Ann"));
    }

    /** Of other versions of the class: a number that is missing is 0, and what is unknown is ignored. */
    @Test
    void eachTakesDocumentsOfOtherVersionsAlike() {
        byte[] document = "{\"how_many\":null,\"rate\":2,\"other\":{}}".getBytes(UTF_8);

        assertThat(Jackson3Codec.of(Order.class).decode(document))
                .isEqualTo(JacksonCodec.of(Order.class).decode(document));
    }
}
