package dev.joiner.campaign;

import dev.joiner.JoinSpec;
import dev.joiner.kafka.streams.JoinInput;
import dev.joiner.kafka.streams.KafkaJoinOptions;
import dev.joiner.kafka.streams.KafkaStreamsJoin;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** A join in Kafka Streams, without a broker. Its rows are what comes out as streams. */
final class StreamsEngine implements QueryEngine {
    private static final String NAME = "nexmark";
    private static final String EVENTS = "events";
    private static final Serde<AuctionEvent> SERDE = Serdes.serdeFrom(
            (topic, event) -> AuctionEvent.CODEC.encode(event), (topic, bytes) -> AuctionEvent.CODEC.decode(bytes));

    private final List<String> rows = new ArrayList<>();
    private final TopologyTestDriver driver;
    private final TestInputTopic<String, AuctionEvent> input;
    private Instant now;

    StreamsEngine(
            NexmarkQuery<? super AuctionEvent, ?, ?> query,
            Function<AuctionEvent, String> id,
            Path folder,
            Instant begin) {
        StreamsBuilder builder = new StreamsBuilder();
        join(builder, query, id);
        Properties config = new Properties();
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        driver = new TopologyTestDriver(builder.build(), config, begin);
        input = driver.createInputTopic(EVENTS, Serdes.String().serializer(), SERDE.serializer());
        now = begin;
    }

    private <M, K, V> void join(
            StreamsBuilder builder, NexmarkQuery<M, K, V> query, Function<AuctionEvent, String> id) {
        KafkaJoinOptions<K, V> options = KafkaJoinOptions.of(NAME, query.keys(), query.values())
                .sweepEvery(Duration.ofMillis(1))
                .sweepFor(Duration.ofSeconds(9)); // longer than any sweep takes on whatever machine
        KStream<String, AuctionEvent> events = builder.stream(EVENTS, Consumed.with(Serdes.String(), SERDE));
        @SuppressWarnings("unchecked") // messages of a query are events, or something more general
        JoinInput<? extends M> messages = (JoinInput<? extends M>) JoinInput.of(EVENTS, events, SERDE);
        JoinSpec<M, K, V, List<String>> spec = query.spec(new QueryOutput(), id);
        var joined = KafkaStreamsJoin.join(spec, options, messages);
        joined.joined().foreach((key, found) -> rows.addAll(found));
        joined.expired().foreach((key, value) -> rows.addAll(query.unjoined(value)));
        joined.refused().foreach((key, event) -> {
            throw new AssertionError("refused: " + event);
        });
    }

    @Override
    public void accept(List<AuctionEvent> events) {
        events.forEach(event -> input.pipeInput("", event, now));
    }

    @Override
    public void advanceTo(Instant time) {
        driver.advanceWallClockTime(Duration.between(now, time));
        now = time;
    }

    /** Done by each step of the clock. */
    @Override
    public void sweep() {}

    @Override
    public List<String> takeRows() {
        List<String> taken = List.copyOf(rows);
        rows.clear();
        return taken;
    }

    @Override
    public long size() {
        return driver.getAllStateStores().keySet().stream()
                .mapToLong(name -> count(driver.getKeyValueStore(name)))
                .sum();
    }

    private static long count(KeyValueStore<Object, Object> store) {
        long count = 0;
        try (KeyValueIterator<Object, Object> entries = store.all()) {
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
