package dev.joiner.examples;

// snippet:testing-in-a-project
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.joiner.JoinSpec;
import dev.joiner.testing.JoinerTesting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OrderJoinTest {

    record Order(
            String id, @Nullable String paidBy, @Nullable String sentBy) {
        static Order merge(Order message, @Nullable Order pending) {
            return pending == null
                    ? message
                    : new Order(
                            message.id,
                            message.paidBy != null ? message.paidBy : pending.paidBy,
                            message.sentBy != null ? message.sentBy : pending.sentBy);
        }

        boolean isWhole() {
            return paidBy != null && sentBy != null;
        }
    }

    private final List<Order> deadLetters = new ArrayList<>();

    private final JoinSpec<Order, String, Order, Order> spec = JoinSpec.joining(Order.class)
            .keyedBy(Order::id)
            .mergedBy(Order::merge)
            .sufficientWhen(Order::isWhole)
            .expireAfter(Duration.ofMinutes(10))
            .onExpired((order, handOver) -> deadLetters.add(order))
            .build();

    @Test
    void paymentAndShipmentAreJoined() {
        var join = JoinerTesting.of(spec);

        join.accept(new Order("o-1", "card", null)).isIncomplete();
        join.accept(new Order("o-1", null, "post")).isJoined(new Order("o-1", "card", "post"));
        join.isEmpty();
    }

    @Test
    void orderThatIsNotSentIsGivenUp() {
        var join = JoinerTesting.of(spec);

        join.accept(new Order("o-2", "card", null)).isIncomplete();
        join.passes(Duration.ofMinutes(10));

        assertEquals(List.of(new Order("o-2", "card", null)), deadLetters);
    }
}
// end:testing-in-a-project
