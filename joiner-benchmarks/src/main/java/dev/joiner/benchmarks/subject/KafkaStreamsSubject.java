package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Receiver;
import dev.joiner.benchmarks.work.Whole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Objects;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka Streams processor that keeps what is pending in RocksDB, with a task for each thread. The test driver stands
 * in for the broker: what the broker, the network and the commits would cost is not in its figures.
 */
final class KafkaStreamsSubject implements Subject {
    private static final String INPUT = "messages";
    private static final String STORE = "pending";
    private static final String APPLICATION = "joins";
    private static final int DRAINED_EVERY = 1000;

    private final Receiver receiver;

    KafkaStreamsSubject(Receiver receiver) {
        this.receiver = receiver;
    }

    @Override
    public Lane lane(int node) throws IOException {
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION);
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:9092");
        config.put(
                StreamsConfig.STATE_DIR_CONFIG,
                Files.createTempDirectory("streams").toString());
        Topology topology = new Topology()
                .addSource("source", new StringDeserializer(), new ByteArrayDeserializer(), INPUT)
                .addProcessor("join", () -> new Join(receiver), "source")
                .addStateStore(
                        Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(STORE), Serdes.String(), Serdes.ByteArray()),
                        "join");
        return new Task(new TopologyTestDriver(topology, config));
    }

    @Override
    public void close() {}

    /** A part of a thing as a record's value. */
    private static byte[] encoded(Message message) {
        return ByteBuffer.allocate(2 * Integer.BYTES + message.value().length)
                .putInt(message.part())
                .putInt(message.parts())
                .put(message.value())
                .array();
    }

    private static Message decoded(String key, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int part = in.getInt();
        int parts = in.getInt();
        byte[] value = new byte[in.remaining()];
        in.get(value);
        return new Message(key, part, parts, value);
    }

    private static final class Task implements Lane {
        private final TopologyTestDriver driver;
        private final TestInputTopic<String, byte[]> input;
        private final TestOutputTopic<byte[], byte[]> changes;
        private int sinceDrained;

        Task(TopologyTestDriver driver) {
            this.driver = driver;
            input = driver.createInputTopic(INPUT, new StringSerializer(), new ByteArraySerializer());
            changes = driver.createOutputTopic(
                    APPLICATION + "-" + STORE + "-changelog", new ByteArrayDeserializer(), new ByteArrayDeserializer());
        }

        @Override
        public void accept(Message message) {
            input.pipeInput(message.key(), encoded(message));
            if (++sinceDrained == DRAINED_EVERY) {
                sinceDrained = 0;
                while (!changes.isEmpty()) { // the driver keeps what a broker would have taken
                    changes.readRecord();
                }
            }
        }

        @Override
        public void close() {
            try {
                driver.close();
            } catch (UncheckedIOException e) {
                // its folder is temporary
            }
        }
    }

    private static final class Join implements Processor<String, byte[], Void, Void> {
        private final Receiver receiver;
        private @Nullable KeyValueStore<String, byte[]> pending;

        Join(Receiver receiver) {
            this.receiver = receiver;
        }

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            pending = context.getStateStore(STORE);
        }

        @Override
        public void process(Record<String, byte[]> part) {
            KeyValueStore<String, byte[]> store = Objects.requireNonNull(pending);
            byte @Nullable [] before = store.get(part.key());
            Whole merged =
                    Whole.merge(decoded(part.key(), part.value()), before == null ? null : Whole.decoded(before));
            if (merged.isWhole()) {
                receiver.receive(part.key(), merged);
                store.delete(part.key());
            } else {
                store.put(part.key(), merged.encoded());
            }
        }
    }
}
