package dev.joiner.examples;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.store.memory.MapJoinStore;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An order says how many items it has, and each item comes by itself, perhaps before the order does. */
public final class OneToManyExample {

    sealed interface Message {
        String orderId();
    }

    record Header(String orderId, int items) implements Message {}

    record Item(String orderId, String article) implements Message {}

    record Order(@Nullable Header header, List<String> articles) {
        static Order merge(Message message, @Nullable Order pending) {
            Order order = pending == null ? new Order(null, List.of()) : pending;
            if (message instanceof Header header) {
                return new Order(header, order.articles);
            }
            // A value is not changed, but made anew: others may be looking at it.
            List<String> articles = new ArrayList<>(order.articles);
            articles.add(((Item) message).article());
            return new Order(order.header, List.copyOf(articles));
        }

        boolean isWhole() {
            return header != null && articles.size() == header.items();
        }
    }

    private OneToManyExample() {}

    /** Joins an order of three items, one of which is faster than the order. */
    public static void main(String[] args) {
        run(
                List.of(new Item("o", "hat"), new Header("o", 3), new Item("o", "umbrella"), new Item("o", "fish")),
                System.out);
    }

    static void run(List<Message> messages, PrintStream out) {
        var spec = JoinSpec.joining(Message.class)
                .keyedBy(Message::orderId)
                .mergedBy(Order::merge)
                .sufficientWhen(Order::isWhole)
                .process(order -> order.articles())
                .build();

        try (Joiner<Message, List<String>> joiner = Joiner.create(spec, MapJoinStore.create())) {
            for (Message message : messages) {
                if (joiner.accept(message) instanceof Outcome.Joined<List<String>> joined) {
                    out.println(message.orderId() + ": " + joined.result());
                }
            }
        }
    }
}
