package dev.joiner.examples.spring.jms;

import dev.joiner.Joiner;
import dev.joiner.JoinerException;
import dev.joiner.examples.spring.orders.OrderParts;
import dev.joiner.merge.Parts;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Import;
import org.springframework.jms.annotation.JmsListener;
import org.springframework.stereotype.Component;

/** Joins orders from three queues of JMS. */
@SpringBootApplication
@Import(OrderParts.class)
public class JmsOrders {

    // snippet:spring-jms-listener
    @Component
    static class Listener {
        private final Joiner<Object, Parts> joiner;

        Listener(Joiner<Object, Parts> joiner) {
            this.joiner = joiner;
        }

        /** The message is acknowledged when this returns, and delivered again if it throws. */
        @JmsListener(destination = "orders")
        @JmsListener(destination = "payments")
        @JmsListener(destination = "shipments")
        void receive(TextMessage message) throws JMSException {
            String queue = ((Queue) message.getJMSDestination()).getQueueName();
            try {
                joiner.accept(OrderParts.decoded(queue, message.getText().getBytes(StandardCharsets.UTF_8)));
            } catch (JoinerException e) {
                if (!e.isSafe()) {
                    throw e;
                }
            }
        }
    }
    // end:spring-jms-listener

    public static void main(String[] arguments) {
        new SpringApplicationBuilder(JmsOrders.class)
                .properties("spring.config.name=jms")
                .run(arguments);
    }
}
