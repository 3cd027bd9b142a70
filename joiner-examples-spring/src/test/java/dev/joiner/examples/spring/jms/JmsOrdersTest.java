package dev.joiner.examples.spring.jms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.examples.spring.Database;
import dev.joiner.examples.spring.Workload;
import dev.joiner.examples.spring.Workload.Message;
import java.util.List;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.artemis.autoconfigure.ArtemisConfigurationCustomizer;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jms.core.JmsTemplate;

@Timeout(120)
class JmsOrdersTest {
    private static final String DEAD_LETTERS = "dead-letters";

    private final Database database = Database.create();
    private ConfigurableApplicationContext application;
    private JmsTemplate jms;

    /** The broker in the application's JVM. It waits before it delivers again, and sets payments aside after two times. */
    @Configuration(proxyBeanMethods = false)
    static class Broker {
        @Bean
        ArtemisConfigurationCustomizer redelivery() {
            return configuration -> {
                configuration.addAddressSetting("#", settings(-1));
                configuration.addAddressSetting("payments", settings(2));
            };
        }

        private static AddressSettings settings(int deliveries) {
            return new AddressSettings()
                    .setRedeliveryDelay(20)
                    .setMaxDeliveryAttempts(deliveries)
                    .setDeadLetterAddress(SimpleString.of(DEAD_LETTERS));
        }
    }

    @BeforeEach
    void start() {
        application = new SpringApplicationBuilder(JmsOrders.class, Broker.class)
                .properties("spring.config.name=jms", "spring.artemis.embedded.queues=" + DEAD_LETTERS)
                .run(database.options().toArray(String[]::new));
        jms = application.getBean(JmsTemplate.class);
        jms.setReceiveTimeout(60_000);
    }

    @AfterEach
    void stop() {
        application.close();
    }

    private void send(List<Message> messages) {
        messages.forEach(message -> jms.convertAndSend(message.destination(), message.json()));
    }

    @Test
    void eachOrderIsShippedOnce() {
        Workload workload = Workload.of(50);
        send(workload.messages());
        send(workload.firstHalf()); // as if their acknowledgments had been lost

        database.awaitEachShippedOnce(workload);
    }

    @Test
    void messageIsDeliveredAgainWhenTheStoreWasAway() {
        Message order = new Message("orders", "1", "{\"id\":\"1\",\"total\":30}");
        Message shipment = new Message("shipments", "1", "{\"orderId\":\"1\",\"carrier\":\"post\"}");
        database.without("joiner_joins", () -> send(List.of(order, shipment)));
        send(List.of(new Message("payments", "1", "{\"orderId\":\"1\",\"amount\":30}")));

        database.awaitShipped(1);

        assertThat(database.shipped()).containsExactly("1");
    }

    @Test
    void whatCannotBeReadIsSetAside() {
        send(List.of(new Message("payments", "1", "no JSON")));

        assertThat(jms.receiveAndConvert(DEAD_LETTERS)).isEqualTo("no JSON");
    }
}
