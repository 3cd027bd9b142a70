package dev.joiner.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Lines of a shop in which three services tell of each order: one that takes it, one that is paid, and one that ships.
 *
 * <p>The same arguments give the same lines on every JDK. Holds the orders that are open, and no others.
 */
final class OrderGenerator {
    private static final int PARTS = 3;
    /** Among so many of the last lines is the one that comes again. */
    private static final int REPEATABLE = 200;

    private static final String[] METHODS = {"card", "invoice", "transfer", "voucher"};
    private static final String[] CARRIERS = {"bike", "drone", "post", "van"};

    /** Fixed by the documentation of the class, unlike the generators behind {@code RandomGenerator.getDefault()}. */
    private final Random random;

    private final double duplicates;
    private final double incomplete;
    private final int mostOpen;
    private final List<Order> open = new ArrayList<>();
    private final List<String> recent = new ArrayList<>();
    private long complete;
    private long orders;
    private long events;

    /** An order, and which of its parts are still to come, the last first. */
    private static final class Order {
        final long number;
        final int customer;
        final int cents;
        final List<Integer> parts = new ArrayList<>(PARTS);

        Order(long number, int customer, int cents) {
            this.number = number;
            this.customer = customer;
            this.cents = cents;
        }
    }

    /**
     * @param joins how many orders become complete
     * @param duplicates how likely a line comes again later
     * @param incomplete how likely an order is an additional one that never becomes complete
     * @param mostOpen how many orders are open at a time
     */
    OrderGenerator(long seed, long joins, double duplicates, double incomplete, int mostOpen) {
        random = new Random(seed);
        complete = joins;
        this.duplicates = duplicates;
        this.incomplete = incomplete;
        this.mostOpen = mostOpen;
    }

    /** Appends the next line, without its end. False if there are no more. */
    boolean next(StringBuilder line) {
        if (!recent.isEmpty() && random.nextDouble() < duplicates) {
            line.append(recent.get(random.nextInt(recent.size())));
            return true;
        }
        while (open.size() < mostOpen && complete > 0) {
            open.add(order());
        }
        if (open.isEmpty()) {
            return false;
        }
        int start = line.length();
        int index = random.nextInt(open.size());
        Order order = open.get(index);
        write(order, order.parts.remove(order.parts.size() - 1), line);
        if (order.parts.isEmpty()) {
            open.set(index, open.get(open.size() - 1));
            open.remove(open.size() - 1);
        }
        if (duplicates > 0) {
            remember(line.substring(start));
        }
        return true;
    }

    private Order order() {
        Order order = new Order(++orders, 1 + random.nextInt(500), 100 + random.nextInt(50_000));
        for (int part = 0; part < PARTS; part++) {
            order.parts.add(random.nextInt(part + 1), part);
        }
        if (random.nextDouble() < incomplete) {
            order.parts.subList(1 + random.nextInt(PARTS - 1), PARTS).clear();
        } else {
            complete--;
        }
        return order;
    }

    private void write(Order order, int part, StringBuilder line) {
        line.append("{\"event\":\"e")
                .append(++events)
                .append("\",\"order\":{\"id\":\"o")
                .append(order.number);
        if (part == 0) {
            line.append("\",\"customer\":\"c").append(order.customer).append("\",\"total\":");
            writeMoney(order.cents, line);
            line.append("}}");
        } else if (part == 1) {
            line.append("\"},\"payment\":{\"method\":\"")
                    .append(METHODS[random.nextInt(METHODS.length)])
                    .append("\",\"amount\":");
            writeMoney(order.cents, line);
            line.append("}}");
        } else {
            line.append("\"},\"shipment\":{\"carrier\":\"")
                    .append(CARRIERS[random.nextInt(CARRIERS.length)])
                    .append("\",\"parcels\":")
                    .append(1 + random.nextInt(3))
                    .append("}}");
        }
    }

    private static void writeMoney(int cents, StringBuilder line) {
        line.append(cents / 100).append('.').append(cents / 10 % 10).append(cents % 10);
    }

    private void remember(String line) {
        if (recent.size() < REPEATABLE) {
            recent.add(line);
        } else {
            recent.set((int) (events % REPEATABLE), line);
        }
    }
}
