package dev.joiner.examples.spring.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.joiner.examples.spring.Workload;
import dev.joiner.examples.spring.Workload.Message;
import dev.joiner.test.brokers.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

@Timeout(180)
class OrderStreamsTest {
    private static final TopicPartition SHIPPED = new TopicPartition("shipped", 0);

    private static ConfigurableApplicationContext start(KafkaBroker broker, Path states) {
        return new SpringApplicationBuilder(OrderStreams.class)
                .properties("spring.config.name=streams")
                .run(
                        "--spring.kafka.bootstrap-servers=" + broker.address(),
                        "--spring.kafka.streams.state-dir=" + states,
                        "--spring.kafka.streams.replication-factor=1",
                        "--spring.kafka.streams.properties.session.timeout.ms=2000", // an instance leaves by it
                        "--spring.kafka.streams.properties.heartbeat.interval.ms=200");
    }

    private static void send(KafkaBroker broker, List<Message> messages) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", broker.address()),
                new StringSerializer(),
                new StringSerializer())) {
            for (Message message : messages) {
                producer.send(new ProducerRecord<>(message.destination(), message.order(), message.json()))
                        .get();
            }
        }
    }

    @Test
    @SuppressWarnings("try") // an application works by running
    void eachOrderIsShippedOnceThoughTheApplicationIsRestarted(@TempDir Path folder) throws Exception {
        Workload workload = Workload.of(50);
        try (KafkaBroker broker = KafkaBroker.start(folder.resolve("broker"))) {
            broker.createTopics(3, "orders", "payments");
            broker.createTopics(2, "shipments");
            broker.createTopics(1, SHIPPED.topic());
            List<String> shipped = new ArrayList<>();
            try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                    Map.of("bootstrap.servers", broker.address(), "isolation.level", "read_committed"),
                    new StringDeserializer(),
                    new StringDeserializer())) {
                consumer.assign(Set.of(SHIPPED));
                consumer.seekToBeginning(Set.of(SHIPPED));
                try (ConfigurableApplicationContext first = start(broker, folder.resolve("states"))) {
                    send(broker, workload.firstHalf());
                    awaitMore(consumer, shipped, 1);
                }
                try (ConfigurableApplicationContext second = start(broker, folder.resolve("states"))) {
                    send(broker, workload.secondHalf());
                    send(broker, workload.firstHalf()); // again
                    awaitMore(consumer, shipped, workload.orders().size());
                }
                awaitMore(consumer, shipped, workload.orders().size());
            }
            assertThat(shipped)
                    .containsExactlyInAnyOrderElementsOf(workload.orders().stream()
                            .map(order -> order + ": post gets 30")
                            .toList());
        }
    }

    private static void awaitMore(KafkaConsumer<String, String> consumer, List<String> shipped, int count) {
        await().atMost(Duration.ofMinutes(1)).pollInSameThread().until(() -> {
            consumer.poll(Duration.ofMillis(100)).forEach(record -> shipped.add(record.key() + ": " + record.value()));
            return shipped.size() >= count;
        });
    }
}
