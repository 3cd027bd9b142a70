package dev.joiner.examples.spring;

import dev.joiner.examples.spring.jms.JmsOrders;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.jms.core.JmsTemplate;

/** Starts the consumer of JMS with a broker in this JVM and a database of its own, and sends it some messages. */
final class JmsLauncher {
    private JmsLauncher() {}

    public static void main(String[] arguments) {
        Database database = Database.create();
        JmsTemplate jms = new SpringApplicationBuilder(JmsOrders.class)
                .properties("spring.config.name=jms")
                .run(database.options().toArray(String[]::new))
                .getBean(JmsTemplate.class);
        Workload.of(10).messages().forEach(message -> jms.convertAndSend(message.destination(), message.json()));
        database.printShipped(10);
    }
}
