package dev.joiner.examples.spring.kafka;

import dev.joiner.ContentionException;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import dev.joiner.examples.spring.orders.OrderParts;
import dev.joiner.merge.Parts;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.NestedRuntimeException;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.BatchListenerFailedException;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.stereotype.Component;
import org.springframework.util.backoff.BackOff;
import org.springframework.util.backoff.FixedBackOff;

/** Joins orders from three topics of Kafka, in whole polls. */
@SpringBootApplication
@Import(OrderParts.class)
public class KafkaOrders {

    // snippet:spring-kafka-listener
    @Component
    static class Listener {
        private final Joiner<Object, Parts> joiner;

        Listener(Joiner<Object, Parts> joiner) {
            this.joiner = joiner;
        }

        /** What is before a record that fails is committed; that record and all behind it come again. */
        @KafkaListener(
                topics = {"orders", "payments", "shipments"},
                batch = "true")
        void receive(List<ConsumerRecord<String, byte[]>> records) {
            List<Object> messages = new ArrayList<>();
            RuntimeException unreadable = null;
            for (int i = 0; i < records.size() && unreadable == null; i++) {
                try {
                    messages.add(OrderParts.decoded(
                            records.get(i).topic(), records.get(i).value()));
                } catch (RuntimeException e) {
                    unreadable = e;
                }
            }
            List<Outcome<Parts>> outcomes = accepted(messages, records);
            for (int i = 0; i < outcomes.size(); i++) {
                if (!outcomes.get(i).isSafe() && outcomes.get(i) instanceof Outcome.Failed<Parts> failed) {
                    throw new BatchListenerFailedException("not joined", failed.cause(), records.get(i));
                }
            }
            if (unreadable != null) {
                throw new BatchListenerFailedException("not read", unreadable, records.get(messages.size()));
            }
        }

        private List<Outcome<Parts>> accepted(List<Object> messages, List<ConsumerRecord<String, byte[]>> records) {
            try {
                return joiner.acceptAll(messages);
            } catch (StoreException e) {
                throw new BatchListenerFailedException("not joined", e, records.get(0));
            }
        }
    }
    // end:spring-kafka-listener

    // snippet:spring-kafka-errors
    /** A store that is away is waited for; what a handler throws is tried ten times; all else goes to the dead letters at once. */
    @Bean
    DefaultErrorHandler errors(KafkaTemplate<Object, Object> template) {
        var deadLetters = new DeadLetterPublishingRecoverer(
                template, (message, failure) -> new TopicPartition("dead-letters", -1));
        DefaultErrorHandler errors = new DefaultErrorHandler(deadLetters);
        errors.setBackOffFunction((message, failure) -> backOff(failure));
        return errors;
    }

    private static @Nullable BackOff backOff(Exception failure) {
        if (failure instanceof NestedRuntimeException nested) {
            if (nested.contains(StoreException.class) || nested.contains(ContentionException.class)) {
                return new FixedBackOff(200, FixedBackOff.UNLIMITED_ATTEMPTS);
            }
            if (nested.contains(ProcessingException.class)) {
                return new FixedBackOff(200, 9);
            }
        }
        return new FixedBackOff(0, 0);
    }
    // end:spring-kafka-errors

    public static void main(String[] arguments) {
        new SpringApplicationBuilder(KafkaOrders.class)
                .properties("spring.config.name=kafka")
                .run(arguments);
    }
}
