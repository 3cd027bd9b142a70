package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Receiver;
import dev.joiner.benchmarks.work.Work;
import dev.joiner.test.brokers.KafkaBroker;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;

/**
 * Kafka Streams as it is used: messages go to a topic of a broker, and come from there to a processor that keeps what is
 * pending in RocksDB and in a changelog topic. A message counts when it is sent; so many are on their way at most.
 */
final class KafkaStreamsOnBroker implements Subject {
    private static final String TOPIC = "messages";
    private static final int ON_THEIR_WAY = 10_000;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final KafkaBroker broker;
    private final Semaphore room = new Semaphore(ON_THEIR_WAY);
    private final KafkaProducer<String, byte[]> producer;
    private final KafkaStreams streams;

    KafkaStreamsOnBroker(Work work, Receiver receiver) throws Exception {
        broker = KafkaBroker.start(Files.createTempDirectory("kafka"));
        broker.createTopics(work.threads(), TOPIC);
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "joins");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker.address());
        config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, work.threads());
        config.put(
                StreamsConfig.STATE_DIR_CONFIG,
                Files.createTempDirectory("streams").toString());
        streams = new KafkaStreams(KafkaJoin.topology(TOPIC, "pending", receiver, room::release), config);
        streams.start();
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.address()), new StringSerializer(), new ByteArraySerializer());
    }

    @Override
    public Lane lane(int node) {
        return new Lane() {
            private @Nullable Future<RecordMetadata> last;

            @Override
            public void accept(Message message) throws Exception {
                take(1);
                last = producer.send(new ProducerRecord<>(TOPIC, message.key(), KafkaJoin.encoded(message)));
            }

            /** When all that was sent has come through. */
            @Override
            public void close() {
                producer.flush();
                try {
                    if (last != null) {
                        last.get();
                    }
                    take(ON_THEIR_WAY);
                } catch (InterruptedException | ExecutionException | TimeoutException e) {
                    throw new IllegalStateException("Kafka Streams did not come to an end", e);
                }
                room.release(ON_THEIR_WAY);
            }
        };
    }

    private void take(int permits) throws InterruptedException, TimeoutException {
        if (!room.tryAcquire(permits, PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new TimeoutException("no message has come through for " + PATIENCE);
        }
    }

    @Override
    public void close() {
        producer.close();
        streams.close();
        broker.close();
    }
}
