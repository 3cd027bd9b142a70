package dev.joiner.examples.transports;

import dev.joiner.JoinSpec;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is known of an order so far. */
record Order(
        String id,
        @Nullable Integer total,
        int paid,
        @Nullable String carrier) {

    // snippet:transports-spec
    static JoinSpec<OrderEvent, String, Order, Order> spec(Consumer<Order> receiver) {
        return JoinSpec.joining(OrderEvent.class)
                .keyedBy(OrderEvent::orderId)
                .mergedBy(Order::merge)
                .sufficientWhen(Order::isWhole)
                .identifiedBy(OrderEvent::id, Duration.ofDays(14)) // longer than any redelivery takes
                .process(order -> {
                    receiver.accept(order);
                    return order;
                })
                .build();
    }
    // end:transports-spec

    static Order merge(OrderEvent event, @Nullable Order pending) {
        Order order = pending == null ? new Order(event.orderId(), null, 0, null) : pending;
        if (event instanceof OrderEvent.Placed placed) {
            return new Order(order.id, placed.total(), order.paid, order.carrier);
        }
        if (event instanceof OrderEvent.Paid paid) {
            return new Order(order.id, order.total, order.paid + paid.amount(), order.carrier);
        }
        return new Order(order.id, order.total, order.paid, ((OrderEvent.Shipped) event).carrier());
    }

    boolean isWhole() {
        return total != null && paid >= total && carrier != null;
    }
}
