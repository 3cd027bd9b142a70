package dev.joiner.examples.transports;

import dev.joiner.Joiner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Joins orders from topics of Kafka, with any number of consumers in a group.
 *
 * <p>The consumer returns values as bytes, so that one that cannot be decoded is found by the loop, which sets it aside. A
 * deserializer would make {@code poll} fail, again and again at the same message.
 */
final class KafkaLoopExample {
    private final Consumer<String, byte[]> consumer;
    private final Producer<String, byte[]> producer;
    private final Joiner<OrderEvent, Order> joiner;
    private final Set<String> topics;
    private final String deadLetters;
    private final Duration backoff;
    private volatile boolean stopped;

    /**
     * Creates a loop.
     *
     * @param deadLetters the topic for what cannot be joined
     * @param backoff the pause after a failure of the store, far below {@code max.poll.interval.ms}
     */
    KafkaLoopExample(
            Consumer<String, byte[]> consumer,
            Producer<String, byte[]> producer,
            Joiner<OrderEvent, Order> joiner,
            Set<String> topics,
            String deadLetters,
            Duration backoff) {
        this.consumer = consumer;
        this.producer = producer;
        this.joiner = joiner;
        this.topics = topics;
        this.deadLetters = deadLetters;
        this.backoff = backoff;
    }

    // snippet:kafka-config
    static Map<String, Object> config(String servers, String group) {
        Map<String, Object> config = new HashMap<>();
        config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
        config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return config;
    }
    // end:kafka-config

    void stop() {
        stopped = true;
    }

    // snippet:kafka-loop
    void run() throws ExecutionException, InterruptedException {
        consumer.subscribe(topics);
        while (!stopped) {
            ConsumerRecords<String, byte[]> messages = consumer.poll(Duration.ofMillis(100));
            if (!messages.isEmpty()) {
                join(messages);
            }
        }
    }

    private void join(ConsumerRecords<String, byte[]> messages) throws ExecutionException, InterruptedException {
        List<ConsumerRecord<String, byte[]>> decoded = new ArrayList<>();
        List<OrderEvent> batch = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> message : messages) {
            try {
                batch.add(OrderEvent.JSON.decode(message.value()));
                decoded.add(message);
            } catch (RuntimeException e) {
                setAside(message);
            }
        }
        List<Fate> fates = Fate.of(batch, joiner);
        Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>(messages.nextOffsets());
        Set<TopicPartition> goBack = new HashSet<>();
        for (int i = batch.size() - 1; i >= 0; i--) { // backwards: the first of each partition decides
            ConsumerRecord<String, byte[]> message = decoded.get(i);
            switch (fates.get(i)) {
                case ACKNOWLEDGE -> {}
                case SET_ASIDE -> setAside(message);
                case REDELIVER -> {
                    TopicPartition partition = new TopicPartition(message.topic(), message.partition());
                    positions.put(partition, new OffsetAndMetadata(message.offset()));
                    goBack.add(partition);
                }
            }
        }
        commit(positions, goBack);
    }

    private void commit(Map<TopicPartition, OffsetAndMetadata> positions, Set<TopicPartition> goBack)
            throws InterruptedException {
        positions.keySet().retainAll(consumer.assignment());
        goBack.retainAll(consumer.assignment());
        goBack.forEach(partition -> consumer.seek(partition, positions.get(partition)));
        try {
            consumer.commitSync(positions);
        } catch (CommitFailedException | RebalanceInProgressException e) {
            // Whoever takes these partitions over gets the messages again, and their ids are known.
        }
        if (!goBack.isEmpty()) {
            Thread.sleep(backoff.toMillis());
        }
    }

    /** Returns when the broker has the message. After a failure a message may be set aside twice. */
    private void setAside(ConsumerRecord<String, byte[]> message) throws ExecutionException, InterruptedException {
        var letter = new ProducerRecord<>(deadLetters, null, message.key(), message.value(), message.headers());
        producer.send(letter).get();
    }
    // end:kafka-loop
}
