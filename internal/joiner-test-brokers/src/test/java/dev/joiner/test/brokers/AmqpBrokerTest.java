package dev.joiner.test.brokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AmqpBrokerTest {
    @TempDir
    private Path folder;

    @Test
    void rejectedMessageGoesToTheDeadLetterExchange() throws Exception {
        try (AmqpBroker broker = AmqpBroker.start(folder);
                Connection connection = connect(broker)) {
            Channel channel = connection.createChannel();
            channel.exchangeDeclare("dead", "fanout");
            channel.queueDeclare("dead", false, false, false, Map.of());
            channel.queueBind("dead", "dead", "");
            channel.queueDeclare("queue", false, false, false, AmqpBroker.deadLetterTo("dead"));

            channel.basicPublish("", "queue", null, "text".getBytes(StandardCharsets.UTF_8));
            GetResponse message = channel.basicGet("queue", false);
            channel.basicNack(message.getEnvelope().getDeliveryTag(), false, false);

            assertThat(channel.basicGet("dead", true).getBody()).asString().isEqualTo("text");
        }
    }

    @Test
    void closedBrokerRefusesConnections() throws Exception {
        AmqpBroker broker = AmqpBroker.start(folder);

        broker.close();

        assertThatThrownBy(() -> connect(broker)).isInstanceOf(ConnectException.class);
    }

    private static Connection connect(AmqpBroker broker) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.url());
        return factory.newConnection();
    }
}
