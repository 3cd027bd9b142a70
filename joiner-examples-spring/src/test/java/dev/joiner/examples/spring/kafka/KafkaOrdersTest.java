package dev.joiner.examples.spring.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.joiner.examples.spring.Database;
import dev.joiner.examples.spring.Workload;
import dev.joiner.examples.spring.Workload.Message;
import dev.joiner.test.brokers.KafkaBroker;
import dev.joiner.test.servers.JavaProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Each test leaves nothing in the topics for the next, but in that of the dead letters. */
@Timeout(120)
class KafkaOrdersTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int PARTITIONS = 3;

    private static KafkaBroker broker;
    private static KafkaProducer<String, byte[]> producer;
    private static Admin admin;

    private final Database database = Database.create();

    @BeforeAll
    static void startBroker(@TempDir Path folder) throws Exception {
        broker = KafkaBroker.start(folder);
        broker.createTopics(PARTITIONS, "orders", "payments", "shipments");
        broker.createTopics(1, "dead-letters");
        Map<String, Object> config = Map.of("bootstrap.servers", broker.address());
        producer = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
        admin = Admin.create(config);
    }

    @AfterAll
    static void closeBroker() {
        producer.close();
        admin.close();
        broker.close();
    }

    /** Messages of one order are in different topics and partitions. */
    private static void send(List<Message> messages) throws Exception {
        for (Message message : messages) {
            send(message.destination(), message.order(), message.json());
        }
    }

    private static void send(String topic, String key, String value) throws Exception {
        producer.send(new ProducerRecord<>(topic, key, value.getBytes(StandardCharsets.UTF_8)))
                .get();
    }

    private String[] options() {
        List<String> options = new ArrayList<>(database.options());
        options.add("--spring.kafka.bootstrap-servers=" + broker.address());
        options.add("--spring.kafka.consumer.max-poll-records=20");
        options.add("--spring.kafka.consumer.properties.session.timeout.ms=2000");
        options.add("--spring.kafka.consumer.heartbeat-interval=200ms");
        return options.toArray(String[]::new);
    }

    private ConfigurableApplicationContext start() {
        return new SpringApplicationBuilder(KafkaOrders.class)
                .properties("spring.config.name=kafka")
                .run(options());
    }

    private static void awaitConsumers(int count) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(admin.describeConsumerGroups(Set.of("shipping"))
                                .describedGroups()
                                .get("shipping")
                                .get()
                                .members())
                        .hasSize(count)
                        .noneMatch(
                                member -> member.assignment().topicPartitions().isEmpty()));
    }

    @Test
    @SuppressWarnings("try") // an application works by running
    void eachOrderIsShippedOnceThoughAConsumerComesAndGoes() throws Exception {
        Workload workload = Workload.of(100);
        try (ConfigurableApplicationContext first = start()) {
            send(workload.firstHalf());
            try (ConfigurableApplicationContext second = start()) {
                awaitConsumers(2);
                send(workload.secondHalf().subList(0, 75));
            }
            send(workload.secondHalf().subList(75, 150));
            database.awaitEachShippedOnce(workload);
        }
        database.awaitEachShippedOnce(workload);
        database.assertNothingWaits();
    }

    @Test
    @SuppressWarnings("try")
    void eachOrderIsShippedOnceThoughAConsumerIsKilled() throws Exception {
        Workload workload = Workload.of(200);
        send(workload.messages());
        try (JavaProcess child = JavaProcess.start(KafkaOrders.class, options())) {
            awaitTable();
            database.awaitShipped(10);
            child.kill();
        }
        assertThat(database.shipped()).as("in the middle").hasSizeLessThan(200);

        try (ConfigurableApplicationContext other = start()) {
            database.awaitEachShippedOnce(workload);
        }
        database.awaitEachShippedOnce(workload);
        database.assertNothingWaits();
    }

    private void awaitTable() {
        await().atMost(PATIENCE)
                .until(() ->
                        database.jdbc().queryForObject("SELECT to_regclass('shipped') IS NOT NULL", Boolean.class));
    }

    @Test
    @SuppressWarnings("try")
    void storeThatIsAwayIsWaitedFor() throws Exception {
        Workload workload = Workload.of(10);
        long deadLetters = deadLetters();
        try (ConfigurableApplicationContext application = start()) {
            send(workload.firstHalf());
            awaitConsumers(1);
            database.without("joiner_joins", () -> {
                try {
                    send(workload.secondHalf());
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            database.awaitEachShippedOnce(workload);
        }
        assertThat(deadLetters()).isEqualTo(deadLetters);
    }

    @Test
    @SuppressWarnings("try")
    void whatCannotBeJoinedGoesToTheDeadLetters() throws Exception {
        Workload workload = Workload.of(5);
        send(workload.firstHalf());
        send("payments", "order-1", "no JSON");
        send("payments", "order-2", "{\"orderId\":\"\",\"amount\":1}");
        send(workload.secondHalf());

        try (ConfigurableApplicationContext application = start()) {
            database.awaitEachShippedOnce(workload);

            assertThat(awaitDeadLetters(2)).containsExactlyInAnyOrder("no JSON", "{\"orderId\":\"\",\"amount\":1}");
        }
    }

    private static long deadLetters() throws Exception {
        TopicPartition partition = new TopicPartition("dead-letters", 0);
        return admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                .partitionResult(partition)
                .get()
                .offset();
    }

    /** Waits for so many. */
    private static List<String> awaitDeadLetters(int count) {
        TopicPartition partition = new TopicPartition("dead-letters", 0);
        List<String> letters = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.address()), new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(Set.of(partition));
            consumer.seekToBeginning(Set.of(partition));
            await().atMost(PATIENCE).until(() -> {
                for (ConsumerRecord<String, byte[]> letter : consumer.poll(Duration.ofMillis(100))) {
                    letters.add(new String(letter.value(), StandardCharsets.UTF_8));
                }
                return letters.size() >= count;
            });
        }
        return letters;
    }
}
