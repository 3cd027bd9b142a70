package dev.joiner.examples;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.merge.Part;
import dev.joiner.merge.Parts;
import dev.joiner.store.memory.MapJoinStore;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/** A price is corrected after its invoice went out: the invoice goes out again. What comes late is an older price, and is left. */
public final class CorrectedPriceExample {

    record Order(String id, String customer) {}

    record Price(String orderId, int version, int cents) {}

    // snippet:merges-newest
    static final Part<Order> ORDER = Part.of("order", Order.class, Order::id);
    static final Part<Price> PRICE =
            Part.of("price", Price.class, Price::orderId).newest(Price::version);
    // end:merges-newest

    private CorrectedPriceExample() {}

    /** The second price overtakes the first, and comes twice. */
    public static void main(String[] args) {
        run(
                List.of(
                        new Order("o-1", "Ada"),
                        new Price("o-1", 2, 1_150),
                        new Price("o-1", 1, 1_250),
                        new Price("o-1", 2, 1_150),
                        new Price("o-1", 3, 1_100)),
                System.out);
    }

    static void run(List<Object> messages, PrintStream out) {
        try (Joiner<Object, String> joiner = Joiner.create(invoices(out), MapJoinStore.create())) {
            messages.forEach(joiner::accept);
        }
    }

    static JoinSpec<Object, String, Parts, String> invoices(PrintStream out) {
        // snippet:merges-keep-after-join
        var spec = Parts.of(ORDER, PRICE)
                .keyedBy(String.class)
                .keepAfterJoin()
                .expireAfter(Duration.ofDays(30))
                .onExpired((parts, handOver) -> out.println(handOver.key() + " lacks " + parts.missing()))
                .process(parts -> {
                    String invoice = parts.get(ORDER).customer() + " pays "
                            + parts.get(PRICE).cents();
                    out.println(invoice);
                    return invoice;
                })
                .build();
        // end:merges-keep-after-join
        return spec;
    }
}
