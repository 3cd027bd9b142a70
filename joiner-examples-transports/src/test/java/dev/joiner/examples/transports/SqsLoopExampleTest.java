package dev.joiner.examples.transports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.joiner.Joiner;
import dev.joiner.store.memory.MapJoinStore;
import dev.joiner.store.tck.FaultyStore;
import dev.joiner.test.brokers.SqsServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

@SuppressWarnings("try") // a loop works by being open
class SqsLoopExampleTest {
    private static final Duration WAIT = Duration.ofSeconds(1);

    private static SqsServer server;
    private static SqsClient sqs;

    private final SharedJoins joins = new SharedJoins();
    private String queue;
    private String deadLetters;

    @BeforeAll
    static void startServer() {
        server = SqsServer.start();
        sqs = SqsClient.builder()
                .endpointOverride(server.endpoint())
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }

    @AfterAll
    static void closeServer() {
        sqs.close();
        server.close();
    }

    @BeforeEach
    void createQueues() {
        queue = createQueue(Duration.ofSeconds(30));
        deadLetters = createQueue(Duration.ofSeconds(30));
    }

    @AfterEach
    void closeJoins() {
        joins.close();
    }

    private static String createQueue(Duration visibilityTimeout) {
        return sqs.createQueue(create -> create.queueName("queue-" + UUID.randomUUID())
                        .attributes(Map.of(
                                QueueAttributeName.VISIBILITY_TIMEOUT, Long.toString(visibilityTimeout.toSeconds()))))
                .queueUrl();
    }

    private void send(String message) {
        sqs.sendMessage(send -> send.queueUrl(queue).messageBody(message));
    }

    private void send(List<OrderEvent> events) {
        events.forEach(event -> send(new String(OrderEvent.JSON.encode(event), StandardCharsets.UTF_8)));
    }

    private RunningLoop start(Joiner<OrderEvent, Order> joiner) {
        SqsLoopExample loop = new SqsLoopExample(sqs, queue, deadLetters, joiner, WAIT, Duration.ZERO);
        return RunningLoop.start(
                () -> {
                    try (joiner) {
                        loop.run();
                    }
                },
                loop::stop);
    }

    /** Counts the messages, also those that are hidden. */
    private static int size(String queue) {
        return sqs
                .getQueueAttributes(get -> get.queueUrl(queue)
                        .attributeNames(
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE))
                .attributes()
                .values()
                .stream()
                .mapToInt(Integer::parseInt)
                .sum();
    }

    private void awaitAllDeleted() {
        await().atMost(SharedJoins.PATIENCE)
                .untilAsserted(() -> assertThat(size(queue)).isZero());
    }

    @Test
    void eachOrderComesOutOnceFromTwoConsumers() throws Exception {
        Workload workload = Workload.of(40);
        send(workload.firstHalf());
        try (RunningLoop first = start(joins.node());
                RunningLoop second = start(joins.node())) {
            send(workload.secondHalf());
            joins.awaitEachOnce(workload);
            awaitAllDeleted();
        }
        joins.awaitEachOnce(workload);
        joins.assertNothingWaits();
    }

    @Test
    void messagesComeBackWhenTheStoreHasFailed() throws Exception {
        Workload workload = Workload.of(10);
        FaultyStore<String, Order> store = new FaultyStore<>(MapJoinStore.create());
        store.nextWrites(FaultyStore.Fault.LOST, FaultyStore.Fault.ANSWER_LOST);
        send(workload.placed());
        try (RunningLoop loop = start(Joiner.create(Order.spec(joins::receive), store))) {
            awaitAllDeleted();
            send(workload.allButPlaced());
            joins.awaitEachOnce(workload);
        }
    }

    @Test
    void messagesOfTheDeadComeBack() throws Exception {
        queue = createQueue(Duration.ofSeconds(1));
        Workload workload = Workload.of(5);
        send(workload.events());
        RunningLoop dying = start(new DyingJoiner(joins.node()));
        assertThat(dying.failure()).isInstanceOf(DyingJoiner.Died.class);
        assertThat(size(queue)).isEqualTo(20);

        try (RunningLoop loop = start(joins.node())) {
            joins.awaitEachOnce(workload);
            awaitAllDeleted();
        }
        joins.awaitEachOnce(workload);
        joins.assertNothingWaits();
    }

    @Test
    void whatCannotBeJoinedGoesToTheDeadLetters() throws Exception {
        Workload workload = Workload.of(3);
        send("no JSON");
        send(List.of(new OrderEvent.Paid("paid", "", 10)));
        send(workload.events());

        try (RunningLoop loop = start(joins.node())) {
            joins.awaitEachOnce(workload);
            awaitAllDeleted();
        }

        assertThat(sqs.receiveMessage(receive -> receive.queueUrl(deadLetters).maxNumberOfMessages(10))
                        .messages())
                .extracting(Message::body)
                .containsExactlyInAnyOrder(
                        "no JSON", "{\"type\":\"paid\",\"id\":\"paid\",\"orderId\":\"\",\"amount\":10}");
    }
}
