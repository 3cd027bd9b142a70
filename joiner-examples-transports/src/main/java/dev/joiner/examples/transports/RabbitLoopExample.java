package dev.joiner.examples.transports;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import dev.joiner.Joiner;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Joins orders from a queue of RabbitMQ, with any number of consumers.
 *
 * <p>The queue needs a dead-letter exchange ({@code x-dead-letter-exchange}); without one RabbitMQ drops what is rejected.
 */
final class RabbitLoopExample {
    /** How many messages may be here unacknowledged, and so how large a batch can be. */
    static final int PREFETCH = 100;

    private final String queue;
    private final Joiner<OrderEvent, Order> joiner;
    private final Duration backoff;
    private volatile boolean stopped;

    RabbitLoopExample(String queue, Joiner<OrderEvent, Order> joiner, Duration backoff) {
        this.queue = queue;
        this.joiner = joiner;
        this.backoff = backoff;
    }

    void stop() {
        stopped = true;
    }

    // snippet:rabbit-loop
    /** Runs until it is stopped or its channel is closed. What it has not acknowledged by then goes to another channel. */
    void run(Channel channel) throws IOException, InterruptedException {
        BlockingQueue<Delivery> arrived = new LinkedBlockingQueue<>();
        channel.basicQos(PREFETCH);
        channel.basicConsume(queue, false, (consumer, delivery) -> arrived.add(delivery), consumer -> channel.abort());
        while (!stopped && channel.isOpen()) {
            Delivery first = arrived.poll(100, TimeUnit.MILLISECONDS);
            if (first != null) {
                List<Delivery> deliveries = new ArrayList<>(List.of(first));
                arrived.drainTo(deliveries);
                join(deliveries, channel);
            }
        }
    }

    private void join(List<Delivery> deliveries, Channel channel) throws IOException, InterruptedException {
        List<Long> tags = new ArrayList<>();
        List<OrderEvent> batch = new ArrayList<>();
        for (Delivery delivery : deliveries) {
            long tag = delivery.getEnvelope().getDeliveryTag();
            try {
                batch.add(OrderEvent.JSON.decode(delivery.getBody()));
                tags.add(tag);
            } catch (RuntimeException e) {
                channel.basicNack(tag, false, false);
            }
        }
        List<Fate> fates = Fate.of(batch, joiner);
        if (fates.contains(Fate.REDELIVER)) { // the broker delivers at once, so wait before
            Thread.sleep(backoff.toMillis());
        }
        for (int i = 0; i < batch.size(); i++) {
            long tag = tags.get(i);
            switch (fates.get(i)) {
                case ACKNOWLEDGE -> channel.basicAck(tag, false);
                case REDELIVER -> channel.basicNack(tag, false, true);
                case SET_ASIDE -> channel.basicNack(tag, false, false); // to the queue's dead-letter exchange
            }
        }
    }
    // end:rabbit-loop
}
