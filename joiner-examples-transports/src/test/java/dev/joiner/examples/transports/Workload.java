package dev.joiner.examples.transports;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Orders, and the events that tell of them, shuffled. An event that counts twice makes another order of it. */
record Workload(long seed, List<Order> orders, List<OrderEvent> events) {

    static Workload of(int size) {
        long seed = Long.getLong("seed", System.nanoTime());
        List<Order> orders = new ArrayList<>();
        List<OrderEvent> events = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            String order = "order-" + i;
            orders.add(new Order(order, 30, 30, "post"));
            events.add(new OrderEvent.Placed("placed-" + i, order, 30));
            events.add(new OrderEvent.Paid("first-" + i, order, 10));
            events.add(new OrderEvent.Paid("second-" + i, order, 20));
            events.add(new OrderEvent.Shipped("shipped-" + i, order, "post"));
        }
        Collections.shuffle(events, new Random(seed));
        return new Workload(seed, orders, events);
    }

    List<OrderEvent> placed() {
        return events.stream().filter(OrderEvent.Placed.class::isInstance).toList();
    }

    List<OrderEvent> allButPlaced() {
        return events.stream()
                .filter(event -> !(event instanceof OrderEvent.Placed))
                .toList();
    }

    List<OrderEvent> firstHalf() {
        return events.subList(0, events.size() / 2);
    }

    List<OrderEvent> secondHalf() {
        return events.subList(events.size() / 2, events.size());
    }
}
