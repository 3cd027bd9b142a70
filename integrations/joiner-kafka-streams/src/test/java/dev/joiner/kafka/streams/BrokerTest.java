package dev.joiner.kafka.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.joiner.PendingJoin;
import dev.joiner.test.brokers.KafkaBroker;
import dev.joiner.test.servers.JavaProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka Streams on a broker, in processes that are killed. */
class BrokerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int PARTITIONS = 3;
    private static final int ORDERS_EACH = 200;
    private static final int KILLS = Integer.getInteger("kills", 3);

    private static final Map<String, String> COMPACTED_SOON =
            Map.of("segment.ms", "100", "min.cleanable.dirty.ratio", "0.01");
    private static final List<String> STORES = List.of("words-joins", "words-deadlines", "words-parts");
    private static final KafkaJoinOptions<String, String> AT_REST =
            WordApplication.OPTIONS.sweepEvery(Duration.ofHours(1));

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Future<?>> sent = new ArrayList<>();

    private KafkaBroker broker;
    private Admin admin;
    private KafkaProducer<String, Letter> producer;

    @TempDir
    private Path folder;

    @BeforeEach
    void startBroker() throws Exception {
        broker = KafkaBroker.start(folder.resolve("broker"));
        Map<String, Object> config = Map.of("bootstrap.servers", broker.address(), "linger.ms", 5);
        admin = Admin.create(Map.of("bootstrap.servers", broker.address()));
        producer = new KafkaProducer<>(config, Serdes.String().serializer(), Letter.SERDE.serializer());
        for (int i = 0; i < WordApplication.INPUTS.length; i++) {
            broker.createTopics(i + 1, WordApplication.INPUTS[i]); // so that partitions do not fit
        }
        broker.createTopics(PARTITIONS, WordApplication.JOINED, WordApplication.EXPIRED);
    }

    @AfterEach
    void closeBroker() {
        producer.close();
        admin.close();
        broker.close();
    }

    private void send(int input, Letter letter) {
        String key = Integer.toString(random.nextInt()); // of something else
        sent.add(producer.send(new ProducerRecord<>(WordApplication.INPUTS[input], key, letter)));
    }

    /** Sends words of three letters, one in ten of which comes twice, and some that expire. What comes out, by topic and key. */
    private Map<String, String> sendWords(int from, int to) {
        Map<String, String> expected = new TreeMap<>();
        List<Runnable> sends = new ArrayList<>();
        for (int i = from; i < to; i++) {
            String order = "order" + i;
            if (i % 20 == 0) {
                sends.add(() -> send(0, Letter.of(order, "x")));
                expected.put(WordApplication.EXPIRED + " " + order, "x");
                continue;
            }
            expected.put(WordApplication.JOINED + " " + order, "abc");
            for (int input = 0; input < 3; input++) {
                Letter letter = Letter.of(order, Character.toString('a' + input));
                int at = input;
                sends.add(() -> send(at, letter));
                if (random.nextInt(10) == 0) {
                    sends.add(() -> send(at, letter));
                }
            }
        }
        Collections.shuffle(sends, random);
        sends.forEach(Runnable::run);
        producer.flush();
        sent.forEach(each -> assertThat(each).succeedsWithin(PATIENCE));
        sent.clear();
        return expected;
    }

    /** What is committed in the topics of results: by topic and key, the letters in order, and whatever else in a list. */
    private final class Results implements AutoCloseable {
        final Map<String, String> words = new TreeMap<>();
        final List<String> twice = new ArrayList<>();
        private final KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.address(), "isolation.level", "read_committed"),
                Serdes.String().deserializer(),
                Serdes.String().deserializer());

        Results() {
            consumer.assign(partitions());
            consumer.seekToBeginning(partitions());
        }

        void read() {
            consumer.poll(Duration.ofMillis(200)).forEach(result -> {
                String word = result.value()
                        .chars()
                        .sorted()
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
                String key = result.topic() + " " + result.key();
                String before = words.put(key, word);
                if (before != null) {
                    twice.add(key + ": " + before + ", " + word);
                }
            });
        }

        void await(int count) {
            org.awaitility.Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInSameThread()
                    .untilAsserted(() -> {
                        read();
                        assertThat(words).hasSizeGreaterThanOrEqualTo(count);
                    });
        }

        /** Reads until there is nothing that is not committed or aborted, and nothing that is not read. */
        void awaitEnd() {
            org.awaitility.Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInSameThread()
                    .untilAsserted(() -> {
                        assertThat(ends(IsolationLevel.READ_COMMITTED))
                                .isEqualTo(ends(IsolationLevel.READ_UNCOMMITTED));
                        read();
                        for (TopicPartition partition : partitions()) {
                            assertThat(consumer.position(partition))
                                    .isEqualTo(
                                            ends(IsolationLevel.READ_COMMITTED).get(partition));
                        }
                    });
        }

        private Map<TopicPartition, Long> ends(IsolationLevel level) throws Exception {
            Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
            partitions().forEach(partition -> latest.put(partition, OffsetSpec.latest()));
            Map<TopicPartition, Long> ends = new HashMap<>();
            admin.listOffsets(latest, new ListOffsetsOptions(level))
                    .all()
                    .get()
                    .forEach((partition, end) -> ends.put(partition, end.offset()));
            return ends;
        }

        @Override
        public void close() {
            consumer.close();
        }
    }

    private static List<TopicPartition> partitions() {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : List.of(WordApplication.JOINED, WordApplication.EXPIRED)) {
            for (int i = 0; i < PARTITIONS; i++) {
                partitions.add(new TopicPartition(topic, i));
            }
        }
        return partitions;
    }

    private JavaProcess startInstance(String name) {
        return JavaProcess.start(
                WordApplication.class,
                List.of("-Xmx256m"),
                broker.address(),
                "words",
                folder.resolve(name).toString());
    }

    @Test
    void eachWordComesOutOnceThoughInstancesAreKilled() {
        Map<String, String> expected = new TreeMap<>();
        JavaProcess stays = startInstance("stays");
        JavaProcess victim = startInstance("victim");
        try (Results results = new Results()) {
            stays.awaitLine(WordApplication.RUNNING);
            victim.awaitLine(WordApplication.RUNNING);
            for (int kill = 0; kill < KILLS; kill++) {
                int before = expected.size();
                expected.putAll(sendWords(kill * ORDERS_EACH, (kill + 1) * ORDERS_EACH));
                results.await(before + 1 + random.nextInt(ORDERS_EACH / 2));
                victim.kill();
                expected.putAll(sendWords(1_000_000 + kill * 20, 1_000_000 + (kill + 1) * 20));
                victim = startInstance("victim");
                victim.awaitLine(WordApplication.RUNNING);
            }
            results.await(expected.size());
            stays.endInput();
            victim.endInput();
            stays.awaitExit();
            victim.awaitExit();
            results.awaitEnd();

            assertThat(results.twice).as("-Dseed=%d", seed).isEmpty();
            assertThat(results.words).as("-Dseed=%d", seed).isEqualTo(expected);
        } finally {
            stays.close();
            victim.close();
        }
    }

    private KafkaStreams startHere(String name, int letters, KafkaJoinOptions<String, String> options) {
        Properties config = WordApplication.config(broker.address(), "words", folder.resolve(name));
        COMPACTED_SOON.forEach((option, value) -> config.put(StreamsConfig.topicPrefix(option), value));
        KafkaStreams streams =
                new KafkaStreams(WordApplication.topology(WordApplication.spec(letters), options), config);
        streams.start();
        return streams;
    }

    @Test
    void statesComeBackFromTheChangelogAndASpecThatAsksForLess() {
        var options = WordApplication.OPTIONS;
        try (Results results = new Results()) {
            try (KafkaStreams streams = startHere("here", 3, options)) {
                JoinQueries<String, String> joins = KafkaStreamsJoin.queries(streams, WordApplication.spec(3), options);
                for (int i = 0; i < 50; i++) {
                    send(0, Letter.of("order" + i, "a"));
                    if (i % 2 == 0) {
                        send(1, Letter.of("order" + i, "b"));
                    }
                }
                await().atMost(PATIENCE)
                        .ignoreExceptions()
                        .untilAsserted(() -> assertThat(joins.pending(100).stream()
                                        .mapToInt(PendingJoin::parts)
                                        .sum())
                                .isEqualTo(75));
                assertThat(joins.counts().waiting()).isEqualTo(50);
                assertThat(joins.find("order2"))
                        .singleElement()
                        .satisfies(join -> assertThat(join.collected().orElseThrow())
                                .map(Object::toString)
                                .containsExactlyInAnyOrder("a", "b"));
                assertThat(joins.find("nobody")).isEmpty();
            }
            try (KafkaStreams streams = startHere("elsewhere", 2, options.reexamineAtStart())) {
                results.await(25);
                send(2, Letter.of("order1", "x"));
                results.await(26);

                assertThat(results.twice).isEmpty();
                assertThat(results.words.keySet())
                        .filteredOn(key -> key.startsWith("joined"))
                        .hasSize(26);
                assertThat(results.words).containsEntry("joined order2", "ab").containsEntry("joined order1", "ax");
                assertThat(streams.state()).isEqualTo(KafkaStreams.State.RUNNING);
            }
        }
    }

    private void compactEvery(Duration interval) throws Exception {
        AlterConfigOp option = new AlterConfigOp(
                new ConfigEntry("log.cleaner.backoff.ms", Long.toString(interval.toMillis())), OpType.SET);
        admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.BROKER, ""), List.of(option)))
                .all()
                .get();
    }

    /** The keys of which a changelog has more than one record, tombstones and all. */
    private Set<Bytes> superseded(String store) {
        Set<Bytes> keys = new HashSet<>();
        Set<Bytes> twice = new HashSet<>();
        List<TopicPartition> partitions = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            partitions.add(new TopicPartition("words-" + store + "-changelog", i));
        }
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.address()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> {
                    Bytes key = Bytes.wrap(record.key());
                    if (!keys.add(key)) {
                        twice.add(key);
                    }
                });
            }
        }
        return twice;
    }

    private static Map<String, String> entries(KafkaStreams streams, String name) {
        ReadOnlyKeyValueStore<Bytes, byte[]> store =
                streams.store(StoreQueryParameters.fromNameAndType(name, QueryableStoreTypes.keyValueStore()));
        Map<String, String> found = new TreeMap<>();
        try (KeyValueIterator<Bytes, byte[]> entries = store.all()) {
            entries.forEachRemaining(
                    entry -> found.put(entry.key.toString(), Base64.getEncoder().encodeToString(entry.value)));
        }
        return found;
    }

    /** What is in the stores of an instance that does nothing but start. */
    private Map<String, Map<String, String>> stored(String name) {
        try (KafkaStreams streams = startHere(name, 3, AT_REST)) {
            await().atMost(PATIENCE).until(() -> streams.state() == KafkaStreams.State.RUNNING);
            Map<String, Map<String, String>> stored = new TreeMap<>();
            STORES.forEach(store -> stored.put(store, entries(streams, store)));
            return stored;
        }
    }

    /** Joins that wait, that ended, that are remembered, and the parts of all of them, with many records for each key. */
    private void joinAndEnd(Results results) {
        try (KafkaStreams streams = startHere("here", 3, WordApplication.OPTIONS)) {
            var joins = KafkaStreamsJoin.queries(streams, WordApplication.spec(3), WordApplication.OPTIONS);
            Map<String, String> expected = sendWords(0, ORDERS_EACH);
            for (int i = 0; i < 50; i++) {
                send(0, Letter.of("open" + i, "a"));
                send(1, Letter.of("open" + i, "b"));
            }
            results.await(expected.size());
            awaitParts(joins, 100);
            // What is in the last segment of a topic is not compacted: each changelog gets records that replace none.
            for (int i = 0; i < 50; i++) {
                for (int input = 0; input < 3; input++) {
                    send(input, Letter.of("ended" + i, Character.toString('a' + input)));
                }
            }
            results.await(expected.size() + 50);
            for (int i = 0; i < 50; i++) {
                send(0, Letter.of("last" + i, "a"));
            }
            awaitParts(joins, 150);
        }
    }

    private static void awaitParts(JoinQueries<String, String> joins, int parts) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(joins.pending(1_000).stream()
                                .mapToInt(PendingJoin::parts)
                                .sum())
                        .isEqualTo(parts));
    }

    @Test
    void storesComeBackEqualFromChangelogsThatWereCompacted() throws Exception {
        compactEvery(Duration.ofHours(1)); // so that there is something to compact later
        try (Results results = new Results()) {
            joinAndEnd(results);
            Map<String, Map<String, String>> before = stored("here");
            assertThat(before)
                    .allSatisfy((store, entries) -> assertThat(entries).hasSizeGreaterThan(100));
            assertThat(STORES).allSatisfy(store -> assertThat(superseded(store)).isNotEmpty());
            compactEvery(Duration.ofMillis(100));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(STORES)
                            .allSatisfy(store -> assertThat(superseded(store)).isEmpty()));

            assertThat(stored("elsewhere")).isEqualTo(before);
            try (KafkaStreams streams = startHere("elsewhere", 3, AT_REST)) {
                int words = results.words.size();
                send(2, Letter.of("open7", "c"));
                send(2, Letter.of("open7", "a"));
                send(2, Letter.of("order1", "a"));
                results.await(words + 1);
                assertThat(results.words).containsEntry("joined open7", "abc");
                assertThat(results.twice).isEmpty();
                assertThat(streams.state()).isEqualTo(KafkaStreams.State.RUNNING);
            }
        }
    }
}
