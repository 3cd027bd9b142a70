package dev.joiner.kafka.streams;

import static dev.joiner.kafka.streams.JoinOutput.DUPLICATE;
import static dev.joiner.kafka.streams.JoinOutput.EXPIRED;
import static dev.joiner.kafka.streams.JoinOutput.JOINED;
import static dev.joiner.kafka.streams.JoinOutput.LATE;
import static dev.joiner.kafka.streams.JoinOutput.POISONED;
import static dev.joiner.kafka.streams.JoinOutput.REFUSED;
import static dev.joiner.kafka.streams.JoinOutput.UNREADABLE;
import static dev.joiner.kafka.streams.Letter.collecting;
import static dev.joiner.kafka.streams.Letter.words;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.Cause;
import dev.joiner.Codec;
import dev.joiner.Collected;
import dev.joiner.JoinSpec;
import dev.joiner.KeyCodec;
import dev.joiner.SweepReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JoinProcessorTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);

    private static JoinSpec<Letter, String, String, String> expiring() {
        return words(2).expireAfter(MINUTE).onExpired((word, handOver) -> {}).build();
    }

    /** Joins that collect, whose parts have a store of their own. */
    @Nested
    class Parts {
        private static String joined(Collected<String, String> collected) {
            return String.join(",", collected);
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void areKeptApartAndHandedOverInOrder(boolean inMemory) {
            var options = inMemory ? WordJoin.OPTIONS : WordJoin.OPTIONS.storedIn(Stores::persistentKeyValueStore);
            try (var join = new WordJoin(collecting(3).process(Parts::joined).build(), options)) {
                join.send("1", "a");
                join.send("11", "x");
                join.send("1", "b");
                assertThat(join.parts()).hasSize(3);
                join.send("1", "c");

                assertThat(join.read(JOINED)).containsExactly("1=a,b,c");
                assertThat(join.parts()).hasSize(1);
                assertThat(join.states()).isOne();
            }
        }

        @Test
        void areFoundByTheirIds() {
            try (var join = WordJoin.of(collecting(3)
                    .identifiedBy(Letter::id, MINUTE)
                    .process(Parts::joined)
                    .build())) {
                join.send("1", "aab");
                assertThat(join.read(DUPLICATE)).containsExactly("1=a");
                join.send("1", "cbd");

                assertThat(join.read(JOINED)).containsExactly("1=a,b,c");
                assertThat(join.read(DUPLICATE)).as("an id that is kept").containsExactly("1=b");
                join.advance(MINUTE);
                join.send("1", "b");

                assertThat(join.read(DUPLICATE)).isEmpty();
                assertThat(join.parts()).as("d and b, and their ids").hasSize(4);
            }
        }

        @Test
        void ofAJoinThatFailedWaitForItsNextAttempt() {
            AtomicInteger calls = new AtomicInteger();
            var spec = collecting(2)
                    .process(collected -> {
                        if (calls.incrementAndGet() == 1) {
                            throw new IllegalStateException("not yet");
                        }
                        return joined(collected);
                    })
                    .build();
            try (var join = WordJoin.of(spec)) {
                join.send("1", "abc");
                assertThat(join.parts()).hasSize(3);
                join.advance(MINUTE);

                assertThat(join.read(JOINED)).containsExactly("1=a,b");
                assertThat(join.parts()).as("c").hasSize(1);
            }
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void areReadAndRemovedInPages(boolean inMemory) {
            var options = inMemory ? WordJoin.OPTIONS : WordJoin.OPTIONS.storedIn(Stores::persistentKeyValueStore);
            String letters = "abcdefghij".repeat(250);
            AtomicInteger read = new AtomicInteger();
            var spec = collecting(letters.length())
                    .identifiedBy(part -> null)
                    .process(collected -> {
                        StringBuilder word = new StringBuilder();
                        collected.forEach(word::append);
                        read.set(collected.size());
                        return "" + word.toString().equals(letters);
                    })
                    .build();
            try (var join = new WordJoin(spec, options)) {
                join.send("1", letters);
                assertThat(join.read(JOINED)).containsExactly("1=true");
                assertThat(read).hasValue(2_500);
                join.advance(SECOND);

                assertThat(join.parts()).isEmpty();
                assertThat(join.states()).isZero();
                assertThat(join.deadlines()).isZero();
            }
        }

        @Test
        void thatAreTooLargeForARecordAreRefusedAlone() {
            try (var join = WordJoin.of(collecting(3).process(Parts::joined).build())) {
                join.send("1", "a");
                join.send(Letter.of("1", "x".repeat(1 << 20)));
                assertThat(join.records(REFUSED))
                        .singleElement()
                        .satisfies(record -> assertThat(
                                        JoinHeaders.of(record.headers()).error().orElseThrow())
                                .contains("1048581", "1040384"));
                join.send("1", "bc");

                assertThat(join.read(JOINED)).containsExactly("1=a,b,c");
                assertThat(join.parts()).isEmpty();
            }
        }

        @Test
        void mayBeAsLargeAsTheProducersRequests() {
            Properties config = WordJoin.exactlyOnce();
            config.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), "2097152");
            var spec = collecting(2).process(Parts::joined).build();
            try (var join = new WordJoin(WordJoin.topology(spec, WordJoin.OPTIONS, WordJoin.AT_ONCE), config)) {
                join.send(Letter.of("1", "x".repeat(1 << 20)));

                assertThat(join.records(REFUSED)).isEmpty();
                assertThat(join.parts()).hasSize(1);
            }
        }

        @Test
        void ofAValueThatIsTooLargeForARecordAreNotWritten() {
            var spec = JoinSpec.joining(Letter.class)
                    .keyedBy(Letter::order)
                    .<String>mergedBy((part, pending) -> part.letter().repeat(1 << 20))
                    .collecting(Letter::letter, Codec.string())
                    .sufficientWhen((last, parts) -> parts == 2)
                    .process(Parts::joined)
                    .build();
            try (var join = WordJoin.of(spec)) {
                join.send("1", "a");

                assertThat(join.read(REFUSED)).containsExactly("1=a");
                assertThat(join.parts()).isEmpty();
            }
        }
    }

    @Nested
    class Joining {
        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void partsOfOneKeyComeOutAsOne(boolean inMemory) {
            var options = inMemory ? WordJoin.OPTIONS : WordJoin.OPTIONS.storedIn(Stores::persistentKeyValueStore);
            try (var join =
                    new WordJoin(words(3).process(word -> "<" + word + ">").build(), options)) {
                join.send("1", "a");
                join.send("2", "xyz");
                join.send("1", "bc");

                assertThat(join.read(JOINED)).containsExactly("2=<xyz>", "1=<abc>");
                assertThat(join.states()).isZero();
            }
        }

        @Test
        void headersTellOfTheHandOver() {
            try (var join = WordJoin.of(expiring())) {
                join.send("1", "a");
                join.advance(Duration.ofMillis(1500));
                join.send("1", Letter.of("1", "b"), new RecordHeaders().add("trace", "7".getBytes(UTF_8)));

                TestRecord<String, byte[]> record = join.records(JOINED).get(0);
                JoinHeaders headers = JoinHeaders.of(record.headers());
                assertThat(headers.cause()).contains(Cause.COMPLETE);
                assertThat(headers.attempt()).isEqualTo(1);
                assertThat(headers.parts()).isEqualTo(2);
                assertThat(headers.firstAt()).contains(WordJoin.START);
                assertThat(headers.token())
                        .isEqualTo(WordJoin.START.plusMillis(1500).toEpochMilli() * 1000);
                assertThat(headers.error()).isEmpty();
                assertThat(new String(record.headers().lastHeader("trace").value(), UTF_8))
                        .isEqualTo("7");
                assertThat(record.getRecordTime()).isEqualTo(join.now());
            }
        }

        @Test
        void headersOfAnotherVersionAreRefused() {
            assertThatThrownBy(() -> JoinHeaders.of(new RecordHeaders().add("joiner-format", "2".getBytes(UTF_8))))
                    .hasMessage("the header joiner-format is 2, must be 1");
            assertThatThrownBy(() -> JoinHeaders.of(new RecordHeaders())).isInstanceOf(IllegalArgumentException.class);
        }

        @Test
        void resultThatIsNullIsNotForwarded() {
            try (var join = WordJoin.of(words(1).<String>process(word -> null).build())) {
                join.send("1", "a");

                assertThat(join.records(JOINED)).isEmpty();
            }
        }

        @Test
        void recordWithoutAValueIsSkipped() {
            try (var join = WordJoin.of(words(1).build())) {
                join.send("1", (Letter) null);
                join.send("1", "a");

                assertThat(join.read(JOINED)).containsExactly("1=a");
            }
        }

        @Test
        void valueThatIsKeptIsHandedOverWithEachMessage() {
            try (var join = WordJoin.of(words(2).keepAfterJoin()
                    .expireAfterIdle(MINUTE)
                    .onExpired((word, handOver) -> {})
                    .build())) {
                join.send("1", "abc");
                join.advance(MINUTE);

                assertThat(join.read(JOINED)).containsExactly("1=ab", "1=abc");
                assertThat(join.read(EXPIRED)).isEmpty();
                assertThat(join.states()).isZero();
            }
        }

        @Test
        void plainProcessorForwardsResultsToAllItsChildren() {
            Topology topology = new Topology();
            topology.addSource("source", Serdes.String().deserializer(), Letter.SERDE.deserializer(), "in");
            topology.addProcessor("join", KafkaStreamsJoin.processor(expiring(), WordJoin.OPTIONS), "source");
            topology.addSink(
                    "one",
                    "JOINED",
                    Serdes.String().serializer(),
                    Serdes.String().serializer(),
                    "join");
            topology.addSink(
                    "two", "LATE", Serdes.String().serializer(), Serdes.String().serializer(), "join");
            try (var join = new WordJoin(topology, WordJoin.exactlyOnce())) {
                join.send("1", "abc");
                join.advance(MINUTE);

                assertThat(join.read(JOINED)).containsExactly("1=ab");
                assertThat(join.records(LATE)).hasSize(1);
            }
        }
    }

    @Nested
    class Expiring {
        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void joinExpiresThoughTheStreamIsIdle(boolean inMemory) {
            var options = inMemory ? WordJoin.OPTIONS : WordJoin.OPTIONS.storedIn(Stores::persistentKeyValueStore);
            try (var join = new WordJoin(expiring(), options)) {
                join.send("1", "a");
                join.advance(MINUTE.minusMillis(1));
                assertThat(join.read(EXPIRED)).isEmpty();
                join.advance(SECOND);

                TestRecord<String, byte[]> record = join.records(EXPIRED).get(0);
                assertThat(record.key()).isEqualTo("1");
                assertThat(JoinHeaders.of(record.headers()).cause()).contains(Cause.EXPIRED);
                assertThat(join.states()).isZero();
                assertThat(join.deadlines()).isZero();
            }
        }

        @Test
        void joinExpiresByTheTimeOfTheStream() {
            try (var join = new WordJoin(expiring(), WordJoin.OPTIONS.time(PunctuationType.STREAM_TIME))) {
                join.send("1", "a");
                join.advance(HOUR);
                assertThat(join.read(EXPIRED)).isEmpty();

                join.send("2", "b");
                assertThat(join.read(EXPIRED)).containsExactly("1=a");
            }
        }

        @Test
        void joinExpiresAtTheDeadlineInItsData() {
            Instant at = WordJoin.START.plus(HOUR);
            try (var join =
                    WordJoin.of(words(2).expireAt(word -> at).joinOnExpiry().build())) {
                join.send("1", "a");
                join.advance(HOUR.minusSeconds(1));
                assertThat(join.read(JOINED)).isEmpty();
                join.advance(SECOND);

                assertThat(join.read(JOINED)).containsExactly("1=a");
            }
        }

        /** A deadline's successor in the order of bytes is not its increment: that is behind all keys which begin with it. */
        @Test
        void keysThatBeginAlikeExpireTogether() {
            try (var join = WordJoin.of(expiring())) {
                List<String> keys = new ArrayList<>();
                StringBuilder key = new StringBuilder();
                for (int i = 0; i < 400; i++) {
                    keys.add(key.append((char) ('a' + i % 3)).toString());
                    join.send(key.toString(), "x");
                }
                join.advance(MINUTE);

                assertThat(join.read(EXPIRED))
                        .containsExactlyInAnyOrderElementsOf(
                                keys.stream().map(each -> each + "=x").toList());
            }
        }

        @Test
        void deadlineBeforeTheLastLookIsFound() {
            AtomicLong at = new AtomicLong(WordJoin.START.plus(HOUR).toEpochMilli());
            try (var join = WordJoin.of(words(9).expireAt(word -> Instant.ofEpochMilli(at.get()))
                    .onExpired((word, handOver) -> {})
                    .build())) {
                join.send("1", "a");
                join.advance(MINUTE);
                at.set(WordJoin.START.plusSeconds(1).toEpochMilli());
                join.send("2", "b");
                join.advance(SECOND);

                assertThat(join.read(EXPIRED)).containsExactly("2=b");
            }
        }

        @Test
        void deadlineThatMovesIsWrittenOnce() {
            try (var join = WordJoin.of(words(9).expireAfterIdle(MINUTE)
                    .onExpired((word, handOver) -> {})
                    .build())) {
                join.send("1", "a");
                for (int i = 0; i < 5; i++) {
                    join.advance(MINUTE.minusSeconds(2));
                    join.send("1", "b");
                }
                assertThat(join.deadlines()).isOne();
                assertThat(join.read(EXPIRED)).isEmpty();
                join.advance(MINUTE);

                assertThat(join.read(EXPIRED)).containsExactly("1=abbbbb");
            }
        }

        @Test
        void sweepEndsWithItsBudgetAndTheNextGoesOn() {
            AtomicLong nanos = new AtomicLong();
            var spec = words(2).expireAfter(MINUTE)
                    .onExpired((word, handOver) ->
                            nanos.addAndGet(Duration.ofMillis(40).toNanos()))
                    .build();
            try (var join = WordJoin.of(spec, options -> options.sweepFor(Duration.ofMillis(100)), nanos::get)) {
                for (int i = 0; i < 7; i++) {
                    join.send("" + i, "a");
                }
                join.advance(MINUTE);
                assertThat(join.read(EXPIRED)).containsExactly("0=a", "1=a", "2=a");
                join.advance(SECOND);
                assertThat(join.read(EXPIRED)).containsExactly("3=a", "4=a", "5=a");
                join.advance(SECOND);

                assertThat(join.read(EXPIRED)).containsExactly("6=a");
                assertThat(join.deadlines()).isZero();
            }
        }

        @Test
        void flightsOfOneKeyAreLeftToTheNextSweepToo() {
            AtomicLong nanos = new AtomicLong();
            AtomicInteger calls = new AtomicInteger();
            var spec = words(1).identifiedBy(Letter::id)
                    .process(word -> {
                        nanos.addAndGet(Duration.ofMillis(60).toNanos());
                        if (calls.incrementAndGet() <= 4) {
                            throw new IllegalStateException("not yet");
                        }
                        return word;
                    })
                    .build();
            try (var join = WordJoin.of(spec, options -> options.sweepFor(Duration.ofMillis(100)), nanos::get)) {
                join.send("1", "abcd");
                join.advance(Duration.ofSeconds(2));
                assertThat(join.read(JOINED)).hasSize(2);
                join.advance(SECOND);

                assertThat(join.read(JOINED)).hasSize(2);
                assertThat(join.states()).isZero();
            }
        }

        @Test
        void receiverIsToldWhatASweepDid() {
            List<SweepReport> reports = new ArrayList<>();
            try (var join = new WordJoin(expiring(), WordJoin.OPTIONS.reportTo(reports::add))) {
                join.send("1", "a");
                join.send("2", "a");
                join.advance(HOUR);

                assertThat(reports)
                        .singleElement()
                        .satisfies(report -> assertThat(report.expired()).isEqualTo(2));
            }
        }
    }

    @Nested
    class Failing {
        @Test
        void joinWhoseHandlerThrowsIsTriedAgain() {
            AtomicInteger calls = new AtomicInteger();
            try (var join = WordJoin.of(words(2).process(word -> {
                        if (calls.incrementAndGet() < 3) {
                            throw new IllegalStateException("not yet");
                        }
                        return word;
                    })
                    .build())) {
                join.send("1", "ab");
                assertThat(join.read(JOINED)).isEmpty();
                join.advance(HOUR);
                join.advance(HOUR);

                TestRecord<String, byte[]> record = join.records(JOINED).get(0);
                assertThat(JoinHeaders.of(record.headers()).attempt()).isEqualTo(3);
                assertThat(JoinHeaders.of(record.headers()).error())
                        .hasValueSatisfying(error -> assertThat(error).contains("not yet"));
                assertThat(calls).hasValue(3);
            }
        }

        @Test
        void joinThatFailsToTheLastAttemptIsPoisoned() {
            List<String> poisoned = new ArrayList<>();
            try (var join = WordJoin.of(words(1).<String>process(word -> {
                        throw new IllegalStateException("no");
                    })
                    .retry(2, SECOND)
                    .onPoisoned((word, handOver) -> poisoned.add(word))
                    .build())) {
                join.send("1", "a");
                assertThat(join.records(POISONED)).isEmpty();
                join.advance(MINUTE);

                TestRecord<String, byte[]> record = join.records(POISONED).get(0);
                assertThat(JoinHeaders.of(record.headers()).error())
                        .hasValueSatisfying(error -> assertThat(error).contains("no"));
                assertThat(poisoned).containsExactly("a");
                assertThat(join.states()).isZero();
            }
        }

        @Test
        void joinIsParkedAndShown() {
            JoinSpec<Letter, String, String, String> spec = words(1).<String>process(word -> {
                        throw new IllegalStateException("no");
                    })
                    .retry(1)
                    .parkPoisoned()
                    .build();
            try (var join = WordJoin.of(spec)) {
                join.send("1", "a");
                join.advance(HOUR);

                assertThat(join.records(JOINED)).isEmpty();
                assertThat(join.states()).isOne();
                assertThat(join.deadlines()).isZero();
            }
        }

        @Test
        void whatAFunctionThrowsWritesNothing() {
            JoinSpec<Letter, String, String, String> spec = JoinSpec.joining(Letter.class)
                    .keyedBy(Letter::order)
                    .<String>mergedBy((part, pending) -> {
                        if (part.letter().equals("!")) {
                            throw new IllegalStateException("not this");
                        }
                        return pending == null ? part.letter() : pending + part.letter();
                    })
                    .sufficientWhen(word -> word.length() == 2)
                    .build();
            Properties config = WordJoin.exactlyOnce();
            config.put(
                    StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
                    "org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler");
            try (var join = new WordJoin(WordJoin.topology(spec, WordJoin.OPTIONS, WordJoin.AT_ONCE), config)) {
                join.send("1", "a!b");

                assertThat(join.read(JOINED)).containsExactly("1=ab");
            }
        }

        @Test
        void messageThatJoinerCannotTakeIsRefusedAndTheTaskLives() {
            Codec<String> shortTexts = Codec.of(
                    text -> {
                        if (text.length() > 2) {
                            throw new IllegalStateException("too long");
                        }
                        return text.getBytes(UTF_8);
                    },
                    bytes -> new String(bytes, UTF_8));
            var options = KafkaJoinOptions.of(WordJoin.NAME, KeyCodec.string(), shortTexts)
                    .storedIn(Stores::inMemoryKeyValueStore);
            try (var join = new WordJoin(words(9).build(), options)) {
                join.send("1", "abc");

                TestRecord<String, byte[]> record = join.records(REFUSED).get(0);
                assertThat(Letter.SERDE.deserializer().deserialize("", record.value()))
                        .isEqualTo(Letter.of("1", "c"));
                assertThat(JoinHeaders.of(record.headers()).error())
                        .hasValueSatisfying(error -> assertThat(error).contains("too long"));
                assertThat(JoinHeaders.of(record.headers()).cause()).isEmpty();
            }
        }

        @Test
        void messageForWhichThereIsNoRoomInFlightIsRefused() {
            JoinSpec<Letter, String, String, String> spec = words(1).identifiedBy(Letter::id)
                    .<String>process(word -> {
                        throw new IllegalStateException("no");
                    })
                    .maxInFlight(2)
                    .build();
            try (var join = WordJoin.of(spec)) {
                join.send("1", "abc");
                join.send("2", "x");

                assertThat(join.read(REFUSED)).containsExactly("1=c");
                assertThat(join.states()).isEqualTo(2);
            }
        }

        @Test
        void stateThatCannotBeReadComesOutHourlyAndStays() {
            try (var join = WordJoin.of(expiring())) {
                join.send("1", "a");
                join.send("2", "b");
                Bytes key = Bytes.wrap("1".getBytes(UTF_8));
                byte[] whole = join.joins().get(key);
                join.joins().put(key, "damaged".getBytes(UTF_8));

                join.send("1", "c");
                assertThat(join.read(REFUSED)).containsExactly("1=c");
                join.advance(MINUTE);
                assertThat(join.read(UNREADABLE)).containsExactly("1=damaged");
                assertThat(join.read(EXPIRED)).containsExactly("2=b");
                join.advance(HOUR.minusSeconds(1));
                assertThat(join.read(UNREADABLE)).isEmpty();
                join.advance(SECOND);
                assertThat(join.read(UNREADABLE)).containsExactly("1=damaged");

                join.joins().put(key, whole);
                join.advance(HOUR);
                assertThat(join.read(EXPIRED)).containsExactly("1=a");
                assertThat(join.deadlines()).isZero();
            }
        }
    }

    @Nested
    class Remembering {
        @Test
        void messageWithAKnownIdIsADuplicate() {
            try (var join = WordJoin.of(words(2).identifiedBy(Letter::id, HOUR).build())) {
                join.send("1", "aaba");

                assertThat(join.read(JOINED)).containsExactly("1=ab");
                assertThat(join.read(DUPLICATE)).containsExactly("1=a", "1=a");
                join.advance(HOUR);
                assertThat(join.states()).isZero();
                assertThat(join.deadlines()).isZero();
            }
        }

        @Test
        void messageForAClosedKeyIsLate() {
            try (var join = WordJoin.of(words(2).rememberFor(MINUTE).build())) {
                join.send("1", "abc");
                assertThat(join.read(LATE)).containsExactly("1=c");
                join.advance(MINUTE.plusSeconds(1));
                join.send("1", "de");

                assertThat(join.read(JOINED)).containsExactly("1=ab", "1=de");
            }
        }
    }

    @Nested
    class Refusing {
        @Test
        void recordWithAnotherKeyIsRefusedByTheNameOfWhatMendsIt() {
            try (var join = WordJoin.of(words(2).build())) {
                assertThatThrownBy(() -> join.send("7", Letter.of("1", "a")))
                        .rootCause()
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("the record's key is \"7\", the join's key of its message is \"1\"")
                        .hasMessageContaining("selectKey")
                        .hasMessageContaining("repartition");
            }
        }

        @Test
        void atMostOnceIsRefusedAtConstruction() {
            assertThatThrownBy(() ->
                            KafkaStreamsJoin.processor(words(2).atMostOnce().build(), WordJoin.OPTIONS))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("atMostOnce");
        }

        @Test
        void atLeastOnceWithoutRememberedIdsIsRefused() {
            assertThatThrownBy(
                            () -> start(words(2).identifiedBy(Letter::id).build(), WordJoin.OPTIONS, new Properties()))
                    .rootCause()
                    .hasMessageContaining("exactly_once_v2")
                    .hasMessageContaining("allowAtLeastOnce");
            start(words(2).identifiedBy(Letter::id, HOUR).build(), WordJoin.OPTIONS, new Properties());
            start(words(2).build(), WordJoin.OPTIONS.allowAtLeastOnce(), new Properties());
        }

        @Test
        void budgetThatReachesTheTransactionTimeoutIsRefused() {
            Properties config = WordJoin.exactlyOnce();
            config.put(StreamsConfig.producerPrefix("transaction.timeout.ms"), "5000");

            assertThatThrownBy(() -> start(words(2).build(), WordJoin.OPTIONS.sweepFor(Duration.ofSeconds(5)), config))
                    .rootCause()
                    .hasMessage("words: sweepFor is PT5S, must be less than transaction.timeout.ms, which is 5000");
            start(words(2).build(), WordJoin.OPTIONS.sweepFor(Duration.ofMillis(4999)), config);
            assertThatThrownBy(() -> start(
                            words(2).build(),
                            WordJoin.OPTIONS.sweepFor(Duration.ofSeconds(10)),
                            WordJoin.exactlyOnce()))
                    .rootCause()
                    .hasMessageContaining("10000");
        }

        private static void start(
                JoinSpec<Letter, String, String, String> spec,
                KafkaJoinOptions<String, String> options,
                Properties config) {
            new WordJoin(WordJoin.topology(spec, options, WordJoin.AT_ONCE), config).close();
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "two words", "a/b"})
        void nameThatNoTopicCanHaveIsRefused(String name) {
            assertThatThrownBy(() -> KafkaJoinOptions.of(name, KeyCodec.string(), Codec.string()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("name is \"" + name + "\"");
        }

        @Test
        void durationsThatAreNotPositiveAreRefused() {
            assertThatThrownBy(() -> WordJoin.OPTIONS.sweepEvery(Duration.ZERO))
                    .hasMessage("sweepEvery is PT0S, must be at least 1 millisecond");
            assertThatThrownBy(() -> WordJoin.OPTIONS.sweepFor(Duration.ofNanos(5)))
                    .hasMessageContaining("sweepFor");
        }
    }

    @Nested
    class Reexamining {
        @Test
        void joinsAreAskedAgainOnceAtTheStart() {
            AtomicInteger needed = new AtomicInteger(3);
            AtomicInteger asked = new AtomicInteger();
            JoinSpec<Letter, String, String, String> spec = JoinSpec.joining(Letter.class)
                    .keyedBy(Letter::order)
                    .<String>mergedBy((part, pending) -> pending == null ? part.letter() : pending + part.letter())
                    .sufficientWhen(word -> asked.incrementAndGet() > 0 && word.length() >= needed.get())
                    .build();
            try (var join = new WordJoin(spec, WordJoin.OPTIONS.reexamineAtStart())) {
                for (int i = 0; i < 2_500; i++) {
                    join.send("" + i, i % 2 == 0 ? "ab" : "a");
                }
                needed.set(2);
                asked.set(0);
                join.advance(Duration.ofSeconds(30));

                assertThat(join.read(JOINED)).hasSize(1_250).allMatch(text -> text.endsWith("=ab"));
                assertThat(asked).hasValue(2_500);
                assertThat(join.states()).isEqualTo(1_250);
            }
        }
    }
}
