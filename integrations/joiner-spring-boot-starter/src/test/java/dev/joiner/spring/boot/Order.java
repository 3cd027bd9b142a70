package dev.joiner.spring.boot;

import dev.joiner.JoinSpec;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An order of which two parts are joined. */
record Order(UUID id, @Nullable String paidBy, @Nullable String sentBy) {
    static final UUID ID = new UUID(0, 1);

    static Order paid(UUID id) {
        return new Order(id, "card", null);
    }

    static Order sent(UUID id) {
        return new Order(id, null, "post");
    }

    static Order whole(UUID id) {
        return new Order(id, "card", "post");
    }

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

    static JoinSpec.Merged<Order, UUID, Order> joining() {
        return JoinSpec.joining(Order.class).keyedBy(Order::id).mergedBy(Order::merge);
    }
}
