package dev.joiner.test.brokers;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.io.TempDir;

class KafkaBrokerTest {
    @TempDir
    private Path folder;

    @Test
    void messagesAreThereAfterRestart() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(folder);
                KafkaProducer<String, String> producer =
                        new KafkaProducer<>(config(broker), new StringSerializer(), new StringSerializer())) {
            broker.createTopics(2, "topic");
            producer.send(new ProducerRecord<>("topic", 1, "key", "value")).get();
        }

        try (KafkaBroker broker = KafkaBroker.start(folder);
                KafkaConsumer<String, String> consumer =
                        new KafkaConsumer<>(config(broker), new StringDeserializer(), new StringDeserializer())) {
            TopicPartition partition = new TopicPartition("topic", 1);
            consumer.assign(Set.of(partition));
            consumer.seekToBeginning(Set.of(partition));
            List<String> values = new ArrayList<>();
            while (values.isEmpty()) {
                consumer.poll(Duration.ofSeconds(1)).forEach(message -> values.add(message.value()));
            }
            assertThat(values).containsExactly("value");
        }
    }

    private static Map<String, Object> config(KafkaBroker broker) {
        return Map.of("bootstrap.servers", broker.address());
    }
}
