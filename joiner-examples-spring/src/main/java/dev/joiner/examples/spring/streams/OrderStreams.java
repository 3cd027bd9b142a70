package dev.joiner.examples.spring.streams;

import dev.joiner.Codec;
import dev.joiner.KeyCodec;
import dev.joiner.codec.jackson.JacksonCodec;
import dev.joiner.examples.spring.orders.OrderParts.Order;
import dev.joiner.examples.spring.orders.OrderParts.Payment;
import dev.joiner.examples.spring.orders.OrderParts.Shipment;
import dev.joiner.kafka.streams.JoinInput;
import dev.joiner.kafka.streams.JoinedStreams;
import dev.joiner.kafka.streams.KafkaJoinOptions;
import dev.joiner.kafka.streams.KafkaStreamsJoin;
import dev.joiner.merge.Part;
import dev.joiner.merge.Parts;
import dev.joiner.merge.PartsMerge;
import java.time.Duration;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.annotation.EnableKafkaStreams;

/** Joins orders from three topics into a fourth, by the topology that Spring for Apache Kafka starts and stops. */
@SpringBootApplication
@EnableKafkaStreams
public class OrderStreams {
    // snippet:spring-kafka-streams
    private static final Part<Order> ORDER = Part.of("order", Order.class, Order::id);
    private static final Part<Payment> PAYMENT = Part.of("payment", Payment.class, Payment::orderId);
    private static final Part<Shipment> SHIPMENT = Part.of("shipment", Shipment.class, Shipment::orderId);
    private static final PartsMerge ALL = Parts.of(ORDER, PAYMENT, SHIPMENT);

    @Bean
    JoinedStreams<Object, String, Parts, String> orders(StreamsBuilder builder) {
        var spec = ALL.keyedBy(String.class)
                .rememberFor(Duration.ofDays(7)) // longer than any redelivery takes
                .process(parts -> parts.get(SHIPMENT).carrier() + " gets "
                        + parts.get(PAYMENT).amount())
                .build();
        var orders = KafkaStreamsJoin.join(
                spec,
                KafkaJoinOptions.of("orders", KeyCodec.string(), JacksonCodec.of(ALL)),
                input(builder, "orders", Order.class),
                input(builder, "payments", Payment.class),
                input(builder, "shipments", Shipment.class));
        orders.joined().to("shipped", Produced.with(Serdes.String(), Serdes.String()));
        return orders;
    }

    private static <T> JoinInput<T> input(StreamsBuilder builder, String topic, Class<T> messages) {
        Serde<T> serde = serde(JacksonCodec.of(messages));
        return JoinInput.of(topic, builder.stream(topic, Consumed.with(Serdes.String(), serde)), serde);
    }
    // end:spring-kafka-streams

    private static <T> Serde<T> serde(Codec<T> codec) {
        return Serdes.serdeFrom((topic, message) -> codec.encode(message), (topic, json) -> codec.decode(json));
    }

    public static void main(String[] arguments) {
        new SpringApplicationBuilder(OrderStreams.class)
                .properties("spring.config.name=streams")
                .run(arguments);
    }
}
