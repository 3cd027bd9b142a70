package dev.joiner.examples;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.store.memory.MapJoinStore;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An order, its payment and its shipment are told of by three services, in any order, and become one. */
public final class OrdersExample {

    /** What the services send. */
    sealed interface Event {
        String orderId();
    }

    record Placed(String orderId, BigDecimal total) implements Event {}

    record Paid(String orderId, String method) implements Event {}

    record Shipped(String orderId, String carrier) implements Event {}

    /** What is known of an order so far. */
    record Order(
            String id,
            @Nullable BigDecimal total,
            @Nullable String paidBy,
            @Nullable String shippedBy) {

        static Order merge(Event event, @Nullable Order pending) {
            Order order = pending == null ? new Order(event.orderId(), null, null, null) : pending;
            if (event instanceof Placed placed) {
                return new Order(order.id, placed.total(), order.paidBy, order.shippedBy);
            }
            if (event instanceof Paid paid) {
                return new Order(order.id, order.total, paid.method(), order.shippedBy);
            }
            return new Order(order.id, order.total, order.paidBy, ((Shipped) event).carrier());
        }

        boolean isWhole() {
            return total != null && paidBy != null && shippedBy != null;
        }
    }

    private OrdersExample() {}

    /** Joins the events of two orders. */
    public static void main(String[] args) {
        run(
                List.of(
                        new Paid("o-1", "card"),
                        new Placed("o-2", new BigDecimal("5.00")),
                        new Placed("o-1", new BigDecimal("12.50")),
                        new Shipped("o-2", "bike"),
                        new Shipped("o-1", "post"),
                        new Paid("o-2", "voucher")),
                System.out);
    }

    static void run(List<Event> events, PrintStream out) {
        var spec = JoinSpec.joining(Event.class)
                .keyedBy(Event::orderId)
                .mergedBy(Order::merge)
                .sufficientWhen(Order::isWhole)
                .build();

        try (Joiner<Event, Order> joiner = Joiner.create(spec, MapJoinStore.create())) {
            for (Event event : events) {
                if (joiner.accept(event) instanceof Outcome.Joined<Order> joined) {
                    out.println(joined.result());
                }
            }
        }
    }
}
