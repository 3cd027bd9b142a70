package dev.joiner.examples.transports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.store.memory.MapJoinStore;
import dev.joiner.store.tck.FaultyStore;
import dev.joiner.test.brokers.AmqpBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // a loop works by being open
class RabbitLoopExampleTest {
    private static AmqpBroker broker;
    private static Connection connection;

    private final String queue = "order-events-" + UUID.randomUUID();
    private final String deadLetters = "dead-" + queue;
    private final SharedJoins joins = new SharedJoins();
    private Channel channel;

    @BeforeAll
    static void startBroker(@TempDir Path folder) throws Exception {
        broker = AmqpBroker.start(folder);
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.url());
        connection = factory.newConnection();
    }

    @AfterAll
    static void closeBroker() throws Exception {
        connection.close();
        broker.close();
    }

    @BeforeEach
    void declareQueues() throws Exception {
        channel = connection.createChannel();
        channel.exchangeDeclare(deadLetters, "fanout");
        channel.queueDeclare(deadLetters, false, false, false, Map.of());
        channel.queueBind(deadLetters, deadLetters, "");
        channel.queueDeclare(queue, false, false, false, AmqpBroker.deadLetterTo(deadLetters));
    }

    @AfterEach
    void close() throws Exception {
        channel.close();
        joins.close();
    }

    private void send(byte[] message) throws IOException {
        channel.basicPublish("", queue, null, message);
    }

    private void send(List<OrderEvent> events) throws IOException {
        for (OrderEvent event : events) {
            send(OrderEvent.JSON.encode(event));
        }
    }

    /** Starts a loop on a channel of its own. */
    private RunningLoop start(Joiner<OrderEvent, Order> joiner) throws IOException {
        return start(joiner, connection.createChannel());
    }

    private RunningLoop start(Joiner<OrderEvent, Order> joiner, Channel own) {
        RabbitLoopExample loop = new RabbitLoopExample(queue, joiner, Duration.ofMillis(10));
        return RunningLoop.start(
                () -> {
                    try (joiner) {
                        loop.run(own);
                    } finally {
                        own.abort();
                    }
                },
                loop::stop);
    }

    /** Closes the channel when it has taken a batch, before the first message is acknowledged. */
    private static final class CuttingJoiner extends ForwardingJoiner {
        private final Channel channel;

        CuttingJoiner(Joiner<OrderEvent, Order> joiner, Channel channel) {
            super(joiner);
            this.channel = channel;
        }

        @Override
        public List<Outcome<Order>> acceptAll(Collection<? extends OrderEvent> messages) {
            List<Outcome<Order>> outcomes = super.acceptAll(messages);
            try {
                channel.abort();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return outcomes;
        }
    }

    /** Waits until the queue is empty; what was not acknowledged has come back, now that its channel is closed. */
    private void awaitAllAcknowledged() {
        await().atMost(SharedJoins.PATIENCE)
                .untilAsserted(() -> assertThat(channel.messageCount(queue)).isZero());
    }

    @Test
    void eachOrderComesOutOnceFromTwoConsumers() throws Exception {
        Workload workload = Workload.of(200);
        send(workload.firstHalf());
        try (RunningLoop first = start(joins.node());
                RunningLoop second = start(joins.node())) {
            send(workload.secondHalf());
            joins.awaitEachOnce(workload);
        }
        assertThat(channel.messageCount(queue)).isZero();
        joins.assertNothingWaits();
    }

    @Test
    void messagesComeBackWhenTheStoreHasFailed() throws Exception {
        Workload workload = Workload.of(20);
        FaultyStore<String, Order> store = new FaultyStore<>(MapJoinStore.create());
        store.nextWrites(FaultyStore.Fault.LOST, FaultyStore.Fault.ANSWER_LOST);
        send(workload.placed());
        try (RunningLoop loop = start(Joiner.create(Order.spec(joins::receive), store))) {
            await().atMost(SharedJoins.PATIENCE).until(() -> store.size() == 20);
            send(workload.allButPlaced());
            joins.awaitEachOnce(workload);
        }
    }

    @Test
    void messagesComeBackWhenTheChannelIsClosed() throws Exception {
        Workload workload = Workload.of(100);
        send(workload.events());
        Channel doomed = connection.createChannel();
        RunningLoop cut = start(new CuttingJoiner(joins.node(), doomed), doomed);
        assertThat(cut.failure()).isInstanceOf(AlreadyClosedException.class);

        try (RunningLoop loop = start(joins.node())) {
            joins.awaitEachOnce(workload);
        }
        awaitAllAcknowledged();
        joins.awaitEachOnce(workload);
        joins.assertNothingWaits();
    }

    @Test
    void whatCannotBeJoinedGoesToTheDeadLetters() throws Exception {
        Workload workload = Workload.of(3);
        send("no JSON".getBytes(StandardCharsets.UTF_8));
        send(List.of(new OrderEvent.Paid("paid", "", 10)));
        send(workload.events());

        try (RunningLoop loop = start(joins.node())) {
            joins.awaitEachOnce(workload);
            await().atMost(SharedJoins.PATIENCE).until(() -> channel.messageCount(deadLetters) == 2);
        }

        awaitAllAcknowledged();
        assertThat(deadLetters())
                .containsExactlyInAnyOrder(
                        "no JSON", "{\"type\":\"paid\",\"id\":\"paid\",\"orderId\":\"\",\"amount\":10}");
    }

    private List<String> deadLetters() throws IOException {
        List<String> letters = new ArrayList<>();
        GetResponse letter = channel.basicGet(deadLetters, true);
        while (letter != null) {
            letters.add(new String(letter.getBody(), StandardCharsets.UTF_8));
            letter = channel.basicGet(deadLetters, true);
        }
        return letters;
    }
}
