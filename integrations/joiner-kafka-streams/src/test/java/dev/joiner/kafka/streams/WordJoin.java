package dev.joiner.kafka.streams;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.KeyCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.test.TestRecord;

/** A join of words in a topology that runs without a broker, with a topic for each output. */
final class WordJoin implements AutoCloseable {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    static final String NAME = "words";
    /** A sweep takes no time, however slow the machine is. */
    static final LongSupplier AT_ONCE = () -> 0;

    static final KafkaJoinOptions<String, String> OPTIONS =
            KafkaJoinOptions.of(NAME, KeyCodec.string(), Codec.string()).storedIn(Stores::inMemoryKeyValueStore);

    final TopologyTestDriver driver;
    private final TestInputTopic<String, Letter> input;
    private long offsetOfTime;

    WordJoin(JoinSpec<Letter, String, String, String> spec, KafkaJoinOptions<String, String> options) {
        this(topology(spec, options, AT_ONCE), exactlyOnce());
    }

    WordJoin(Topology topology, Properties config) {
        driver = new TopologyTestDriver(topology, config, START);
        input = driver.createInputTopic("in", Serdes.String().serializer(), Letter.SERDE.serializer());
    }

    static WordJoin of(JoinSpec<Letter, String, String, String> spec) {
        return new WordJoin(spec, OPTIONS);
    }

    static WordJoin of(
            JoinSpec<Letter, String, String, String> spec,
            UnaryOperator<KafkaJoinOptions<String, String>> options,
            LongSupplier nanoTime) {
        return new WordJoin(topology(spec, options.apply(OPTIONS), nanoTime), exactlyOnce());
    }

    static Topology topology(
            JoinSpec<Letter, String, String, String> spec,
            KafkaJoinOptions<String, String> options,
            LongSupplier nanoTime) {
        Topology topology = new Topology();
        topology.addSource("source", Serdes.String().deserializer(), Letter.SERDE.deserializer(), "in");
        KafkaStreamsJoin.addTo(topology, spec, options, nanoTime, "source");
        for (JoinOutput output : JoinOutput.values()) {
            topology.addSink(
                    output + "-sink",
                    output.name(),
                    Serdes.String().serializer(),
                    serializer(output),
                    output.childOf(options.name()));
        }
        return topology;
    }

    private static Serializer<?> serializer(JoinOutput output) {
        return switch (output) {
            case JOINED, EXPIRED, POISONED -> Serdes.String().serializer();
            case LATE, DUPLICATE, REFUSED -> Letter.SERDE.serializer();
            case UNREADABLE -> Serdes.ByteArray().serializer();
        };
    }

    static Properties exactlyOnce() {
        Properties config = new Properties();
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        return config;
    }

    void send(Letter part) {
        send(part.order(), part);
    }

    void send(String order, String letters) {
        letters.chars().forEach(letter -> send(Letter.of(order, Character.toString(letter))));
    }

    void send(String key, Letter part) {
        send(key, part, new RecordHeaders());
    }

    void send(String key, Letter part, Headers headers) {
        input.pipeInput(new TestRecord<>(key, part, headers, now()));
    }

    Instant now() {
        return START.plusMillis(offsetOfTime);
    }

    void advance(Duration duration) {
        offsetOfTime += duration.toMillis();
        driver.advanceWallClockTime(duration);
    }

    /** What has come out since the last call, as key=text. */
    List<String> read(JoinOutput output) {
        List<String> texts = new ArrayList<>();
        for (TestRecord<String, byte[]> record : records(output)) {
            texts.add(record.key() + "=" + text(output, record.value()));
        }
        return texts;
    }

    private static String text(JoinOutput output, byte[] bytes) {
        return switch (output) {
            case LATE, DUPLICATE, REFUSED ->
                Letter.SERDE.deserializer().deserialize("", bytes).letter();
            default -> new String(bytes, StandardCharsets.UTF_8);
        };
    }

    List<TestRecord<String, byte[]>> records(JoinOutput output) {
        Deserializer<byte[]> values = new ByteArrayDeserializer();
        return driver.createOutputTopic(output.name(), Serdes.String().deserializer(), values)
                .readRecordsToList();
    }

    KeyValueStore<Bytes, byte[]> joins() {
        return driver.getKeyValueStore(NAME + "-joins");
    }

    long states() {
        return count(joins());
    }

    long deadlines() {
        return count(driver.getKeyValueStore(NAME + "-deadlines"));
    }

    /** Of joins that collect: the parts and the ids. */
    List<byte[]> parts() {
        List<byte[]> values = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> entries =
                driver.<Bytes, byte[]>getKeyValueStore(NAME + "-parts").all()) {
            entries.forEachRemaining(entry -> values.add(entry.value));
        }
        return values;
    }

    private static long count(KeyValueStore<Bytes, byte[]> store) {
        long count = 0;
        try (KeyValueIterator<Bytes, byte[]> entries = store.all()) {
            while (entries.hasNext()) {
                entries.next();
                count++;
            }
        }
        return count;
    }

    @Override
    public void close() {
        driver.close();
    }
}
