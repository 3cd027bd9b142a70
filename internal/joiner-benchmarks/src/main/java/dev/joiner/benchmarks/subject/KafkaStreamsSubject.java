package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Receiver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;

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
        return new Task(new TopologyTestDriver(KafkaJoin.topology(INPUT, STORE, receiver, () -> {}), config));
    }

    @Override
    public void close() {}

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
            input.pipeInput(message.key(), KafkaJoin.encoded(message));
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
}
