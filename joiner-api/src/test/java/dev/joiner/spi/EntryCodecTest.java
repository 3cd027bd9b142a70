package dev.joiner.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.joiner.Cause;
import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.KeyCodec;
import dev.joiner.ValueTooLargeException;
import dev.joiner.engine.SpecFunctions;
import dev.joiner.engine.Transition;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore.Due;
import dev.joiner.spi.JoinStore.Entry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class EntryCodecTest {
    private static final JoinState<String> STATE = open("v");

    private final EntryCodec<Long, String> codec =
            new EntryCodec<>(JoinStoreConfig.of("test", KeyCodec.longs(), Codec.string()));

    private static <V> JoinState<V> open(V value) {
        return new JoinState<>(
                new Join<>(value, 1, 2, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false), List.of(), null, 0);
    }

    @Test
    void entryComesBackAsItWas() {
        byte[] bytes = codec.bytes("7", STATE);

        Entry<Long, String> entry = codec.entry("7", 9, bytes);

        assertThat(codec.text(7L)).isEqualTo("7");
        assertThat(entry.key()).isEqualTo(7);
        assertThat(entry.held().version()).isEqualTo(9);
        assertThat(entry.held().state()).isEqualTo(STATE);
        assertThat(codec.due("7", 11, 13)).isEqualTo(Due.of(7L, 11, 13));
    }

    @Test
    void stateThatCannotBeReadKeepsItsKeyItsVersionAndItsBytes() {
        Entry<Long, String> entry = codec.entry("7", 9, new byte[] {1, 2, 3});

        assertThat(entry.key()).isEqualTo(7);
        assertThat(entry.held().version()).isEqualTo(9);
        assertThat(entry.held()).isInstanceOfSatisfying(Versioned.Unreadable.class, unreadable -> {
            assertThat(unreadable.bytes()).containsExactly(1, 2, 3);
            assertThat(unreadable.problem().key()).isEqualTo("7");
        });
        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> entry.held().state())
                .satisfies(e -> assertThat(e.key()).isEqualTo("7"));
    }

    @Test
    void textThatIsNotAKeyIsNamedByWhoeverLooksAtTheState() {
        Entry<Long, String> entry = codec.entry("seven", 9, codec.bytes("seven", STATE));

        assertThat(entry.key()).isNull();
        assertThat(entry.held().version()).isEqualTo(9);
        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> entry.held().state())
                .withMessageContaining("is not the text of a key")
                .satisfies(e -> assertThat(e.key()).isEqualTo("seven"));
        Due<Long> due = codec.due("seven", 11, 13);
        assertThat(due.key()).isNull();
        assertThat(due.at()).isEqualTo(11);
        assertThat(due.problem()).hasMessageContaining("is not the text of a key");
    }

    @Test
    void textThatNoKeyIsWrittenWithIsNotAKey() {
        EntryCodec<String, String> strings =
                new EntryCodec<>(JoinStoreConfig.of("test", KeyCodec.string(), Codec.string()));

        for (String text : List.of("", "k".repeat(501), "a\0b")) {
            assertThat(strings.due(text, 11, 13).problem()).hasMessageContaining("is not the text of a key");
        }
        assertThat(codec.due("007", 11, 13).problem()).hasMessageContaining("its key is written as \"7\"");
        assertThat(codec.entry("007", 9, codec.bytes("007", STATE)).key()).isNull();
    }

    @Nested
    class Keys {

        private <K> EntryCodec<K, String> with(KeyCodec<K> keys) {
            return new EntryCodec<>(JoinStoreConfig.of("test", keys, Codec.string()));
        }

        @Test
        void thatNoStoreCouldKeepAreRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> with(KeyCodec.string()).text(""))
                    .withMessage("key is empty");
        }

        @Test
        void thatShareTheirTextAreRefused() {
            EntryCodec<List<String>, String> joined =
                    with(KeyCodec.of(parts -> String.join(":", parts), text -> List.of(text.split(":"))));

            assertThat(joined.text(List.of("a", "b"))).isEqualTo("a:b");
            assertThatExceptionOfType(CodecException.class)
                    .isThrownBy(() -> joined.text(List.of("a:b", "c")))
                    .withMessageContaining("does not give the key back, but [a, b, c]")
                    .satisfies(e -> assertThat(e.key()).isEqualTo("a:b:c"));
        }

        @Test
        void whoseCodecThrowsFailAlone() {
            EntryCodec<String, String> hostile = with(KeyCodec.of(
                    key -> {
                        throw new NoClassDefFoundError("gone");
                    },
                    text -> {
                        throw new StackOverflowError();
                    }));

            assertThatExceptionOfType(CodecException.class)
                    .isThrownBy(() -> hostile.text("a"))
                    .withMessageContaining("gone");
            assertThatExceptionOfType(CodecException.class)
                    .isThrownBy(() -> hostile.key("a"))
                    .withMessageContaining("StackOverflowError");
            assertThat(hostile.due("a", 1, 1).problem()).isNotNull();
        }
    }

    @Nested
    class Values {
        sealed interface Shape {}

        record Circle(int radius) implements Shape {}

        record Thing(String name, @Nullable Object payload) {}

        /** A codec that writes nothing and reads what it is told to. */
        private <V> EntryCodec<Long, V> reading(V read) {
            return new EntryCodec<>(
                    JoinStoreConfig.of("test", KeyCodec.longs(), Codec.of(value -> new byte[] {1}, bytes -> read)));
        }

        private <V> void assertRefused(V written, V read, String difference) {
            assertThatExceptionOfType(CodecException.class)
                    .isThrownBy(() -> reading(read).bytes("7", open(written)))
                    .withMessageStartingWith(
                            "key \"7\": cannot be written, as it would not be the same when it is read")
                    .withMessageEndingWith(difference);
        }

        private <V> void assertAccepted(V written, V read) {
            assertThat(reading(read).bytes("7", open(written))).isNotEmpty();
        }

        @Test
        void thatDoNotComeBackAreRefusedAndTheDifferenceIsNamed() {
            assertRefused(
                    List.<Object>of(new Circle(1)),
                    List.<Object>of(Map.of("radius", 1)),
                    "the value[0] was " + Circle.class.getName()
                            + " and comes back as java.util.ImmutableCollections$Map1");
            assertRefused(
                    new Thing("a", new Circle(1)),
                    new Thing("a", Map.of()),
                    "the value.payload was " + Circle.class.getName() + " and comes back as "
                            + "java.util.ImmutableCollections$MapN");
            assertRefused(
                    new Thing("a", null),
                    new Thing("a", 1),
                    "the value.payload was null and comes back as java.lang.Integer");
            assertRefused("a", "b", "the value (java.lang.String) does not come back equal");
            assertRefused(List.of(1, 2), List.of(1), "the value had 2 elements and comes back with 1");
            assertRefused(Map.of("a", 1), Map.of("b", 1), "the value does not come back with the same keys");
            assertRefused(Map.of("a", 1), Map.of("a", 2), "the value[a] (java.lang.Integer) does not come back equal");
            assertRefused(Optional.of("a"), Optional.of("b"), "the value (java.lang.String) does not come back equal");
            assertRefused(new int[] {1}, new int[] {1, 2}, "the value had 1 elements and comes back with 2");
            assertRefused(
                    new Object[] {"a"}, new Object[] {"b"}, "the value[0] (java.lang.String) does not come back equal");
        }

        @Test
        void thatComeBackAreAcceptedThoughTheyMayNotBeEqual() {
            assertAccepted(new Thing("a", new byte[] {1, 2}), new Thing("a", new byte[] {1, 2}));
            assertAccepted(List.of(new byte[] {1}), new ArrayList<>(List.of(new byte[] {1})));
            assertAccepted(new int[] {1, 2}, new int[] {1, 2});
            assertAccepted(Optional.of(new byte[] {1}), Optional.of(new byte[] {1}));
            assertAccepted(new Object(), new Object());
            assertAccepted(List.of(1, 2), new ArrayList<>(List.of(1, 2)));
        }

        @Test
        void thatCannotBeReadAreRefused() {
            EntryCodec<Long, String> unreadable = new EntryCodec<>(
                    JoinStoreConfig.of("test", KeyCodec.longs(), Codec.of(value -> new byte[] {1}, bytes -> {
                        throw new NoClassDefFoundError("gone");
                    })));

            assertThatExceptionOfType(CodecException.class)
                    .isThrownBy(() -> unreadable.bytes("7", STATE))
                    .withMessageContaining("could not be read again: gone");
        }

        @Test
        void whoseEqualsThrowsAreRefused() {
            class Hostile {
                @Override
                public boolean equals(@Nullable Object other) {
                    throw new IllegalStateException("no");
                }

                @Override
                public int hashCode() {
                    return 1;
                }
            }

            assertThatExceptionOfType(CodecException.class)
                    .isThrownBy(() -> reading(new Hostile()).bytes("7", open(new Hostile())))
                    .withMessageContaining("cannot be compared");
        }

        @Test
        void ofALosslessCodecAreNotRead() {
            Codec<String> lossless = new Codec<>() {
                @Override
                public byte[] encode(String value) {
                    return value.getBytes(StandardCharsets.UTF_8);
                }

                @Override
                public String decode(byte[] bytes) {
                    throw new AssertionError("read");
                }

                @Override
                public boolean isLossless() {
                    return true;
                }
            };

            assertThat(new EntryCodec<>(JoinStoreConfig.of("test", KeyCodec.longs(), lossless)).bytes("7", STATE))
                    .isNotEmpty();
        }

        @Test
        void inFlightAreReadToo() {
            JoinState<String> flying = new JoinState<>(
                    null,
                    List.of(new Flight<>(STATE.open(), Cause.COMPLETE, Flight.Status.THREW, false, 0, 1, 1, "boom", 5)),
                    null,
                    1);

            assertThatExceptionOfType(CodecException.class)
                    .isThrownBy(() -> reading("w").bytes("7", flying));
        }

        @Test
        void areNotNeededInAMemory() {
            assertThat(reading("w")
                            .bytes("7", new JoinState<>(null, List.of(), new JoinState.Closed(5, null, List.of()), 1)))
                    .isNotEmpty();
        }
    }

    @Nested
    class Sizes {
        private static final int LIMIT = 5_000;
        private static final String LONGEST_ERROR = "\u20ac".repeat(600);

        private final EntryCodec<Long, String> limited =
                new EntryCodec<>(JoinStoreConfig.of("test", KeyCodec.longs(), Codec.string()), LIMIT);

        private final Transition<String, String, String> transition =
                new Transition<>(SpecFunctions.of(JoinSpec.joining(String.class)
                        .keyedBy(message -> "k")
                        .<String>mergedBy((message, pending) -> pending == null ? message : pending + message)
                        .sufficientWhen(word -> word.length() > 1 && word.endsWith("!"))
                        .identifiedBy(message -> message.length() > 5 ? "long" : message, Duration.ofHours(1))
                        .expireAfter(Duration.ofMillis(10))
                        .joinOnExpiry()
                        .build()));

        @Test
        void beyondTheLimitAreRefusedWithBothNumbers() {
            assertThat(limited.maxBytes()).isEqualTo(LIMIT);
            assertThatExceptionOfType(ValueTooLargeException.class)
                    .isThrownBy(() -> limited.bytes("7", open("x".repeat(LIMIT))))
                    .satisfies(e -> {
                        assertThat(e.key()).isEqualTo("7");
                        assertThat(e.limit()).isEqualTo(LIMIT);
                        assertThat(e.size()).isBetween(LIMIT + 1_500L, LIMIT + 2_000L);
                        assertThat(e).hasMessageContaining("5000").hasMessageContaining("" + e.size());
                        assertThat(e.isSafe()).isFalse();
                    });
        }

        /** The largest value that a message may leave, through everything that may become of it. */
        @Test
        void whatWasAcceptedFitsUntilItsEnd() {
            long now = 1_700_000_000_000L;
            String largest = "x".repeat(largest());
            JoinState<String> open =
                    transition.message("k", null, largest, "long", now, 1, true).next();
            JoinState<String> complete = transition
                    .message(
                            "k",
                            transition
                                    .message("k", null, largest.substring(3), "long", now, 1, true)
                                    .next(),
                            "!",
                            "!",
                            now,
                            Long.MIN_VALUE,
                            true)
                    .next();
            JoinState<String> expired =
                    transition.due("k", open, now + 10, Long.MIN_VALUE, false).next();
            JoinState<String> released = transition
                    .release("k", open, now, Long.MIN_VALUE, Long.MAX_VALUE)
                    .next();
            for (JoinState<String> claimed : List.of(complete, expired, released)) {
                long claim = claimed.inFlight().get(0).claim();
                assertFits(claimed);
                JoinState<String> threw =
                        transition.threw(claimed, claim, LONGEST_ERROR, now, 1).next();
                assertFits(threw);
                assertFits(transition
                        .due("k", threw, now + 1_000_000, Long.MIN_VALUE, true)
                        .next());
                assertFits(transition.returned(claimed, claim, now).next());
                assertFits(transition.drop("k", threw, now).next());
            }
        }

        private int largest() {
            int length = LIMIT;
            while (true) {
                try {
                    limited.bytes(
                            "7",
                            transition
                                    .message("k", null, "x".repeat(length), "long", 1_700_000_000_000L, 1, true)
                                    .next());
                    return length;
                } catch (ValueTooLargeException e) {
                    length--;
                }
            }
        }

        private void assertFits(@Nullable JoinState<String> state) {
            if (state != null) {
                assertThat(limited.bytes("7", state)).hasSizeLessThanOrEqualTo(LIMIT);
            }
        }
    }
}
