package dev.joiner.examples.spring;

import dev.joiner.examples.spring.kafka.KafkaOrders;
import dev.joiner.test.brokers.KafkaBroker;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Starts the consumer of Kafka with a broker and a database of its own, and sends it some messages. */
final class KafkaLauncher {
    private KafkaLauncher() {}

    public static void main(String[] arguments) throws Exception {
        KafkaBroker broker = KafkaBroker.start(Files.createTempDirectory("kafka"));
        broker.createTopics(3, "orders", "payments", "shipments");
        broker.createTopics(1, "dead-letters");
        Database database = Database.create();
        KafkaOrders.main(Stream.concat(
                        database.options().stream(), Stream.of("--spring.kafka.bootstrap-servers=" + broker.address()))
                .toArray(String[]::new));
        List<Workload.Message> messages = Workload.of(10).messages();
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", broker.address()),
                new StringSerializer(),
                new StringSerializer())) {
            for (Workload.Message message : messages) {
                producer.send(new ProducerRecord<>(message.destination(), message.order(), message.json()))
                        .get();
            }
        }
        database.printShipped(10);
    }
}
