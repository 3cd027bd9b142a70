package dev.joiner.internal.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.joiner.KeyCodec;
import java.lang.invoke.MethodHandles;
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
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordKeyCodecTest {

    record Order(String tenant, long number) {}

    @Test
    void textIsTheComponentsWithSlashesBetween() {
        KeyCodec<Order> codec = KeyCodec.of(Order.class);

        assertThat(codec.encode(new Order("acme", 42))).isEqualTo("acme/42");
        assertThat(codec.decode("acme/42")).isEqualTo(new Order("acme", 42));
    }

    enum Kind {
        SMALL,
        LARGE {
            @Override
            public String toString() {
                return "very large";
            }
        }
    }

    record Region(@Nullable String country, Kind kind) {}

    record Parcel(Region region, UUID id, LocalDate day, boolean isGift) {}

    @Test
    void nestedRecordsStandInTheirPlace() {
        Parcel parcel = new Parcel(new Region("it", Kind.LARGE), new UUID(0, 7), LocalDate.of(2025, 3, 1), true);

        assertThat(KeyCodec.of(Parcel.class).encode(parcel))
                .isEqualTo("it/LARGE/00000000-0000-0000-0000-000000000007/2025-03-01/true");
    }

    @Test
    void whatWouldBeMistakenIsEscaped() {
        KeyCodec<Region> codec = KeyCodec.of(Region.class);

        assertThat(codec.encode(new Region("a/b%c", Kind.SMALL))).isEqualTo("a%2Fb%25c/SMALL");
        assertThat(codec.encode(new Region(null, Kind.SMALL))).isEqualTo("%null/SMALL");
        assertThat(codec.encode(new Region("%null", Kind.SMALL))).isEqualTo("%25null/SMALL");
        assertThat(codec.encode(new Region("", Kind.SMALL))).isEqualTo("/SMALL");
    }

    @Test
    void textThatIsNoKeyIsRefused() {
        KeyCodec<Parcel> codec = KeyCodec.of(Parcel.class);
        String id = "/00000000-0000-0000-0000-000000000007/2025-03-01/";

        assertRefused(codec, "it/LARGE" + id + "true/", "it has too many parts");
        assertRefused(codec, "it/LARGE", "component id of " + Parcel.class.getName() + " is missing");
        assertRefused(codec, "it/MEDIUM" + id + "true", "\"MEDIUM\" is not a " + Kind.class.getName());
        assertRefused(codec, "it/LARGE" + id + "TRUE", "\"TRUE\" is not a boolean");
        assertRefused(codec, "%2f/LARGE" + id + "true", "\"%2f\" has a % that is neither %25 nor %2F");
    }

    private static void assertRefused(KeyCodec<?> codec, String text, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decode(text))
                .withMessageEndingWith(message);
    }

    @Test
    void nestedRecordThatIsNullIsRefused() {
        record Outer(@Nullable Region region) {}

        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyCodec.of(Outer.class).encode(new Outer(null)))
                .withMessage("region of " + Outer.class.getName() + " is null, which a record in a key must not be");
    }

    @Test
    void recordThatIsNoKeyIsRefused() {
        record Lines(String id, List<String> lines) {}
        record Nothing() {}

        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyCodec.of(Lines.class))
                .withMessage("component lines of " + Lines.class.getName()
                        + " is a java.util.List: a key is made of strings, booleans, numbers, enums, UUIDs, java.time and"
                        + " records of these");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyCodec.of(Nothing.class))
                .withMessage("record " + Nothing.class.getName() + " has no components");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyCodec.of(Chain.class))
                .withMessage("record " + Chain.class.getName() + " contains itself");
    }

    record Chain(String link, @Nullable Chain next) {}

    @Test
    void lookupOfTheCallerIsEnough() {
        assertThat(KeyCodec.of(Order.class, MethodHandles.lookup()).encode(new Order("acme", 1)))
                .isEqualTo("acme/1");
    }

    /** All that a key can be made of. */
    record Everything(
            String text,
            @Nullable String other,
            boolean flag,
            char letter,
            byte tiny,
            Short small,
            int number,
            @Nullable Long large,
            float single,
            Double precise,
            BigInteger integer,
            BigDecimal decimal,
            UUID uuid,
            Kind kind,
            Times times,
            Dates dates) {}

    record Times(
            Instant instant,
            LocalTime time,
            LocalDateTime dateTime,
            OffsetTime offsetTime,
            OffsetDateTime offsetDateTime,
            ZonedDateTime zoned,
            Duration duration) {}

    record Dates(
            LocalDate date,
            Year year,
            YearMonth month,
            MonthDay day,
            Period period,
            ZoneId zone,
            @Nullable ZoneOffset offset) {}

    @Test
    void everyKeyComesBackEqual() {
        long seed = Long.getLong("seed", System.nanoTime());
        Keys keys = new Keys(new SplittableRandom(seed));
        KeyCodec<Everything> codec = KeyCodec.of(Everything.class);
        for (int i = 0; i < 20_000; i++) {
            Everything key = keys.everything();
            String text = codec.encode(key);
            assertThat(codec.decode(text)).as("seed %d: %s", seed, text).isEqualTo(key);
        }
    }

    record Two(
            @Nullable String one,
            @Nullable String other,
            @Nullable Character letter) {}

    record Pair(Two left, Two right) {}

    /** Of so few letters that equal keys come often, and texts that are nearly equal more often. */
    @Test
    void keysHaveOneTextIfAndOnlyIfTheyAreEqual() {
        long seed = Long.getLong("seed", System.nanoTime());
        Keys keys = new Keys(new SplittableRandom(seed));
        KeyCodec<Pair> codec = KeyCodec.of(Pair.class);
        Map<String, Pair> byText = new HashMap<>();
        Map<Pair, String> byKey = new HashMap<>();
        for (int i = 0; i < 50_000; i++) {
            Pair key = new Pair(keys.two(), keys.two());
            String text = codec.encode(key);
            assertThat(byText.computeIfAbsent(text, first -> key))
                    .as("seed %d: %s", seed, text)
                    .isEqualTo(key);
            assertThat(byKey.computeIfAbsent(key, first -> text))
                    .as("seed %d: %s", seed, text)
                    .isEqualTo(text);
        }
        assertThat(byText).as("seed %d", seed).hasSizeBetween(1_000, 49_999);
    }

    private record Keys(SplittableRandom random) {
        private static final List<String> ZONES =
                List.of("UTC", "Z", "GMT", "UTC+03:00", "Europe/Paris", "America/Port-au-Prince", "Asia/Colombo");

        Two two() {
            return new Two(
                    text(3), text(2), random.nextInt(4) == 0 ? null : letters(1).charAt(0));
        }

        @Nullable
        String text(int longest) {
            return random.nextInt(5) == 0 ? null : letters(random.nextInt(longest + 1));
        }

        String letters(int length) {
            StringBuilder letters = new StringBuilder();
            for (int i = 0; i < length; i++) {
                letters.append("/%25Fnul".charAt(random.nextInt(8)));
            }
            return letters.toString();
        }

        Everything everything() {
            return new Everything(
                    letters(random.nextInt(6)),
                    text(6),
                    random.nextBoolean(),
                    letters(1).charAt(0),
                    (byte) bits(),
                    (short) bits(),
                    (int) bits(),
                    random.nextBoolean() ? null : bits(),
                    Float.intBitsToFloat((int) bits()),
                    Double.longBitsToDouble(bits()),
                    BigInteger.valueOf(bits()).pow(1 + random.nextInt(3)),
                    BigDecimal.valueOf(bits(), random.nextInt(-40, 40)),
                    new UUID(bits(), bits()),
                    random.nextBoolean() ? Kind.SMALL : Kind.LARGE,
                    times(),
                    dates());
        }

        /** Few or many, and the outermost now and then. */
        long bits() {
            return switch (random.nextInt(8)) {
                case 0 -> Long.MIN_VALUE;
                case 1 -> Long.MAX_VALUE;
                case 2 -> 0;
                default -> random.nextLong() >> random.nextInt(64);
            };
        }

        private LocalDateTime dateTime() {
            return switch (random.nextInt(10)) {
                case 0 -> LocalDateTime.MIN;
                case 1 -> LocalDateTime.MAX;
                default ->
                    LocalDateTime.ofEpochSecond(
                            random.nextLong(-100_000_000_000_000L, 100_000_000_000_000L),
                            random.nextBoolean() ? 0 : random.nextInt(1_000_000_000),
                            ZoneOffset.UTC);
            };
        }

        private ZoneOffset offset() {
            return ZoneOffset.ofTotalSeconds(random.nextInt(-64_800, 64_801));
        }

        private ZoneId zone() {
            return random.nextInt(4) == 0 ? offset() : ZoneId.of(ZONES.get(random.nextInt(ZONES.size())));
        }

        /** In our days, so that some are told twice as clocks are set back. */
        private ZonedDateTime zoned() {
            ZonedDateTime time = Instant.ofEpochSecond(
                            random.nextLong(0, 4_000_000_000L), random.nextInt(1_000_000_000))
                    .atZone(zone());
            return random.nextBoolean() ? time : overlapping(random.nextInt(2));
        }

        private static ZonedDateTime overlapping(int hours) {
            return ZonedDateTime.ofInstant(
                    Instant.parse("2024-10-27T00:30:00Z").plus(Duration.ofHours(hours)), ZoneId.of("Europe/Paris"));
        }

        private Times times() {
            Instant instant = switch (random.nextInt(5)) {
                case 0 -> Instant.MIN;
                case 1 -> Instant.MAX;
                default -> Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
            };
            return new Times(
                    instant,
                    dateTime().toLocalTime(),
                    dateTime(),
                    dateTime().toLocalTime().atOffset(offset()),
                    dateTime().atOffset(offset()),
                    zoned(),
                    Duration.ofSeconds(bits(), random.nextInt(1_000_000_000)));
        }

        private Dates dates() {
            return new Dates(
                    dateTime().toLocalDate(),
                    Year.of((int) (bits() % 1_000_000_000)),
                    YearMonth.of((int) (bits() % 1_000_000_000), 1 + random.nextInt(12)),
                    MonthDay.from(dateTime()),
                    Period.of((int) bits(), (int) bits(), (int) bits()),
                    zone(),
                    random.nextBoolean() ? null : offset());
        }
    }
}
