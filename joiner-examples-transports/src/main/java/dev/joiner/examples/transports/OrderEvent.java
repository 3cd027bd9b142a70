package dev.joiner.examples.transports;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.joiner.Codec;
import dev.joiner.codec.jackson.JacksonCodec;

/** What three services tell of an order. The id is the sender's, so that it is the same each time the event is sent. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(name = "placed", value = OrderEvent.Placed.class),
    @JsonSubTypes.Type(name = "paid", value = OrderEvent.Paid.class),
    @JsonSubTypes.Type(name = "shipped", value = OrderEvent.Shipped.class)
})
sealed interface OrderEvent {
    Codec<OrderEvent> JSON = JacksonCodec.of(OrderEvent.class);

    String id();

    String orderId();

    record Placed(String id, String orderId, int total) implements OrderEvent {}

    /** An order may be paid in parts. */
    record Paid(String id, String orderId, int amount) implements OrderEvent {}

    record Shipped(String id, String orderId, String carrier) implements OrderEvent {}
}
