package dev.joiner.examples;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.merge.Part;
import dev.joiner.merge.Parts;
import dev.joiner.store.memory.MapJoinStore;
import java.io.PrintStream;
import java.util.List;

/** Three services answer about an order, each in a class of its own; a coupon may be there or not. */
public final class ThreeServicesExample {

    // snippet:merges-parts-classes
    record Price(String orderId, int cents) {}

    record Stock(String orderId, String warehouse) {}

    record Delivery(String orderId, String carrier) {}

    record Coupon(String orderId, int cents) {}

    static final Part<Price> PRICE = Part.of("price", Price.class, Price::orderId);
    static final Part<Stock> STOCK = Part.of("stock", Stock.class, Stock::orderId);
    static final Part<Delivery> DELIVERY = Part.of("delivery", Delivery.class, Delivery::orderId);
    static final Part<Coupon> COUPON = Part.of("coupon", Coupon.class, Coupon::orderId);
    // end:merges-parts-classes

    record Offer(int cents, String warehouse, String carrier) {}

    private ThreeServicesExample() {}

    /** Joins the answers about two orders, one of them with a coupon. */
    public static void main(String[] args) {
        run(
                List.of(
                        new Stock("o-1", "north"),
                        new Price("o-2", 500),
                        new Coupon("o-1", 200),
                        new Delivery("o-1", "post"),
                        new Price("o-1", 1_250),
                        new Stock("o-2", "south"),
                        new Delivery("o-2", "bike")),
                System.out);
    }

    static void run(List<Object> answers, PrintStream out) {
        try (Joiner<Object, Offer> joiner = Joiner.create(offers(), MapJoinStore.create())) {
            for (Object answer : answers) {
                if (joiner.accept(answer) instanceof Outcome.Joined<Offer> joined) {
                    out.println(joined.result());
                }
            }
        }
    }

    static JoinSpec<Object, String, Parts, Offer> offers() {
        // snippet:merges-parts
        var spec = Parts.of(PRICE, STOCK, DELIVERY)
                .optional(COUPON)
                .keyedBy(String.class)
                .process(parts -> new Offer(
                        parts.get(PRICE).cents()
                                - parts.find(COUPON).map(Coupon::cents).orElse(0),
                        parts.get(STOCK).warehouse(),
                        parts.get(DELIVERY).carrier()))
                .build();
        // end:merges-parts
        return spec;
    }
}
