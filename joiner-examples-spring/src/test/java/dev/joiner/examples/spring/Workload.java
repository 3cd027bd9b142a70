package dev.joiner.examples.spring;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Orders, and the messages of each, shuffled. */
public record Workload(long seed, List<String> orders, List<Message> messages) {

    /** A message as it is sent to a topic, a queue or a table. */
    public record Message(String destination, String order, String json) {}

    public static Workload of(int size) {
        long seed = Long.getLong("seed", System.nanoTime());
        List<String> orders = new ArrayList<>();
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            String order = "order-" + i;
            orders.add(order);
            messages.add(new Message("orders", order, "{\"id\":\"" + order + "\",\"total\":30}"));
            messages.add(new Message("payments", order, "{\"orderId\":\"" + order + "\",\"amount\":30}"));
            messages.add(new Message("shipments", order, "{\"orderId\":\"" + order + "\",\"carrier\":\"post\"}"));
        }
        Collections.shuffle(messages, new Random(seed));
        return new Workload(seed, orders, messages);
    }

    public List<Message> firstHalf() {
        return messages.subList(0, messages.size() / 2);
    }

    public List<Message> secondHalf() {
        return messages.subList(messages.size() / 2, messages.size());
    }
}
