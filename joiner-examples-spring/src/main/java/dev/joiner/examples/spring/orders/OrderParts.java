package dev.joiner.examples.spring.orders;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.codec.jackson.JacksonCodec;
import dev.joiner.merge.Part;
import dev.joiner.merge.Parts;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** What three services tell of an order, and what becomes of it once all have. */
@Configuration(proxyBeanMethods = false)
public class OrderParts {
    public record Order(String id, int total) {}

    public record Payment(String orderId, int amount) {}

    public record Shipment(String orderId, String carrier) {}

    static final Part<Order> ORDER = Part.of("order", Order.class, Order::id);
    static final Part<Payment> PAYMENT = Part.of("payment", Payment.class, Payment::orderId);
    static final Part<Shipment> SHIPMENT = Part.of("shipment", Shipment.class, Shipment::orderId);

    private static final Map<String, Codec<?>> BY_SOURCE = Map.of(
            "orders", JacksonCodec.of(Order.class),
            "payments", JacksonCodec.of(Payment.class),
            "shipments", JacksonCodec.of(Shipment.class));

    /**
     * Decodes a message.
     *
     * @param source the topic or queue that it came by
     * @throws RuntimeException if it cannot be read
     */
    public static Object decoded(String source, byte[] json) {
        return Optional.ofNullable(BY_SOURCE.get(source))
                .orElseThrow(() -> new IllegalArgumentException("nothing is known of " + source))
                .decode(json);
    }

    @Bean
    JoinSpec<Object, String, Parts, Parts> orderJoin(JdbcTemplate jdbc) {
        return Parts.of(ORDER, PAYMENT, SHIPMENT)
                .keyedBy(String.class)
                .named("orders")
                .rememberFor(Duration.ofDays(7)) // longer than any redelivery takes
                .process(parts -> {
                    jdbc.update(
                            "INSERT INTO shipped (id, total, carrier) VALUES (?, ?, ?)",
                            parts.get(ORDER).id(),
                            parts.get(ORDER).total(),
                            parts.get(SHIPMENT).carrier());
                    return parts;
                })
                .build();
    }
}
