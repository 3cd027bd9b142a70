package dev.joiner.examples.transports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.joiner.Joiner;
import dev.joiner.store.memory.MapJoinStore;
import dev.joiner.store.tck.FaultyStore;
import dev.joiner.test.brokers.KafkaBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // a loop works by being open
class KafkaLoopExampleTest {
    private static final int PARTITIONS = 3;
    private static final Duration BACKOFF = Duration.ofMillis(10);

    private static KafkaBroker broker;
    private static Admin admin;
    private static KafkaProducer<String, byte[]> producer;

    private final String group = UUID.randomUUID().toString();
    private final String orders = "orders-" + group;
    private final String payments = "payments-" + group;
    private final String shipments = "shipments-" + group;
    private final Set<String> topics = Set.of(orders, payments, shipments);
    private final String deadLetters = "dead-letters-" + group;
    private final SharedJoins joins = new SharedJoins();

    @BeforeAll
    static void startBroker(@TempDir Path folder) throws Exception {
        broker = KafkaBroker.start(folder);
        Map<String, Object> config = Map.of("bootstrap.servers", broker.address());
        admin = Admin.create(config);
        producer = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
    }

    @AfterAll
    static void closeBroker() {
        producer.close();
        admin.close();
        broker.close();
    }

    @BeforeEach
    void createTopics() throws Exception {
        broker.createTopics(PARTITIONS, orders, payments, shipments);
        broker.createTopics(1, deadLetters);
    }

    @AfterEach
    void closeJoins() {
        joins.close();
    }

    /** Sends events to the topics of their classes. Those of one order are in several partitions. */
    private void send(List<OrderEvent> events) {
        for (OrderEvent event : events) {
            send(new ProducerRecord<>(topic(event), event.id(), OrderEvent.JSON.encode(event)));
        }
    }

    private void send(ProducerRecord<String, byte[]> message) {
        try {
            producer.send(message).get();
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError("not sent: " + message, e);
        }
    }

    private String topic(OrderEvent event) {
        if (event instanceof OrderEvent.Placed) {
            return orders;
        }
        return event instanceof OrderEvent.Paid ? payments : shipments;
    }

    private RunningLoop start(Joiner<OrderEvent, Order> joiner) {
        Map<String, Object> config = new HashMap<>(KafkaLoopExample.config(broker.address(), group));
        config.put("max.poll.records", 50); // so that there are several batches
        KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(config);
        KafkaLoopExample loop = new KafkaLoopExample(consumer, producer, joiner, topics, deadLetters, BACKOFF);
        return RunningLoop.start(
                () -> {
                    try (consumer;
                            joiner) {
                        loop.run();
                    }
                },
                loop::stop);
    }

    /** Returns the positions of the group that are not at the beginning. */
    private Map<TopicPartition, Long> committed() throws Exception {
        Map<TopicPartition, Long> committed = new HashMap<>();
        admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get()
                .forEach((partition, offset) -> committed.put(partition, offset.offset()));
        committed.values().removeIf(offset -> offset == 0);
        return committed;
    }

    private static Map<TopicPartition, Long> ends(Set<String> topics) throws Exception {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        for (String topic : topics) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                latest.put(new TopicPartition(topic, partition), OffsetSpec.latest());
            }
        }
        Map<TopicPartition, Long> ends = new HashMap<>();
        admin.listOffsets(latest).all().get().forEach((partition, end) -> ends.put(partition, end.offset()));
        ends.values().removeIf(end -> end == 0);
        return ends;
    }

    private void awaitAllCommitted() {
        await().atMost(SharedJoins.PATIENCE)
                .untilAsserted(() -> assertThat(committed()).isEqualTo(ends(topics)));
    }

    /** Waits until so many consumers have partitions. */
    private void awaitConsumers(int count) {
        await().atMost(SharedJoins.PATIENCE)
                .untilAsserted(() -> assertThat(admin.describeConsumerGroups(Set.of(group))
                                .describedGroups()
                                .get(group)
                                .get()
                                .members())
                        .hasSize(count)
                        .noneMatch(
                                member -> member.assignment().topicPartitions().isEmpty()));
    }

    @Test
    void eachOrderComesOutOnceThoughConsumersCome() throws Exception {
        Workload workload = Workload.of(200);
        send(workload.firstHalf());
        try (RunningLoop first = start(joins.node())) {
            awaitAllCommitted();
            send(workload.secondHalf().subList(0, 200));
            try (RunningLoop second = start(joins.node())) {
                awaitConsumers(2);
                send(workload.secondHalf().subList(200, 400));
                joins.awaitEachOnce(workload);
                awaitAllCommitted();
            }
        }
        joins.awaitEachOnce(workload);
        joins.assertNothingWaits();
    }

    @Test
    void messagesAreReadAgainWhenTheStoreHasFailed() throws Exception {
        Workload workload = Workload.of(20);
        FaultyStore<String, Order> store = new FaultyStore<>(MapJoinStore.create());
        store.nextWrites(FaultyStore.Fault.LOST, FaultyStore.Fault.ANSWER_LOST);
        send(workload.placed());
        try (RunningLoop loop = start(Joiner.create(Order.spec(joins::receive), store))) {
            awaitAllCommitted();
            send(workload.allButPlaced());
            joins.awaitEachOnce(workload);
        }
    }

    @Test
    void messagesOfTheDeadAreReadAgain() throws Exception {
        Workload workload = Workload.of(50);
        send(workload.events());
        RunningLoop dying = start(new DyingJoiner(joins.node()));
        assertThat(dying.failure()).isInstanceOf(DyingJoiner.Died.class);
        assertThat(committed()).isEmpty();

        try (RunningLoop loop = start(joins.node())) {
            joins.awaitEachOnce(workload);
            awaitAllCommitted();
        }
        joins.awaitEachOnce(workload);
        joins.assertNothingWaits();
    }

    @Test
    void positionIsTheFirstMessageThatIsNotSafe() throws Exception {
        TopicPartition partition = new TopicPartition(payments, 0);
        for (int i = 0; i < 5; i++) {
            OrderEvent paid = new OrderEvent.Paid("paid-" + i, "order", 10);
            send(new ProducerRecord<>(payments, 0, null, OrderEvent.JSON.encode(paid)));
        }
        OrderEvent shipped = new OrderEvent.Shipped("shipped", "order", "post");
        send(new ProducerRecord<>(shipments, 0, null, OrderEvent.JSON.encode(shipped)));
        StubbornJoiner joiner = new StubbornJoiner(joins.node(), "paid-2");

        try (RunningLoop loop = start(joiner)) {
            await().atMost(SharedJoins.PATIENCE)
                    .untilAsserted(() -> assertThat(committed())
                            .isEqualTo(Map.of(partition, 2L, new TopicPartition(shipments, 0), 1L)));
            joiner.yieldAtLast();
            awaitAllCommitted();
            OrderEvent placed = new OrderEvent.Placed("placed", "order", 50);
            send(List.of(placed));
            joins.awaitEachOnce(new Workload(0, List.of(new Order("order", 50, 50, "post")), List.of()));
        }
    }

    @Test
    void whatCannotBeJoinedGoesToTheDeadLetters() throws Exception {
        Workload workload = Workload.of(3);
        send(new ProducerRecord<>(payments, "key", "no JSON".getBytes(StandardCharsets.UTF_8)));
        send(new ProducerRecord<>(payments, "key", null));
        send(List.of(new OrderEvent.Paid("paid", "", 10)));
        send(workload.events());

        try (RunningLoop loop = start(joins.node())) {
            joins.awaitEachOnce(workload);
            awaitAllCommitted();
        }

        assertThat(deadLetters())
                .containsExactlyInAnyOrder(
                        "no JSON", null, "{\"type\":\"paid\",\"id\":\"paid\",\"orderId\":\"\",\"amount\":10}");
    }

    private List<String> deadLetters() {
        List<String> letters = new ArrayList<>();
        TopicPartition partition = new TopicPartition(deadLetters, 0);
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(KafkaLoopExample.config(broker.address(), "reader"))) {
            consumer.assign(Set.of(partition));
            consumer.seekToBeginning(Set.of(partition));
            long end = consumer.endOffsets(Set.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofSeconds(1))
                        .forEach(letter -> letters.add(
                                letter.value() == null ? null : new String(letter.value(), StandardCharsets.UTF_8)));
            }
        }
        return letters;
    }
}
