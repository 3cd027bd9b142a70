package dev.joiner.examples;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.merge.Collecting;
import dev.joiner.store.memory.MapJoinStore;
import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The items of an invoice come in any order, and one of them says how many there are. */
public final class InvoiceExample {

    /** @param count of the invoice's items; null if this one does not say */
    record Item(
            String invoice,
            int position,
            int cents,
            @Nullable Integer count) {
        String toLine() {
            return invoice + "," + position + "," + cents + (count == null ? "" : "," + count);
        }

        static Item parse(String line) {
            String[] fields = line.split(",", -1);
            return new Item(
                    fields[0],
                    Integer.parseInt(fields[1]),
                    Integer.parseInt(fields[2]),
                    fields.length < 4 ? null : Integer.valueOf(fields[3]));
        }
    }

    record Invoice(String number, int cents) {}

    private InvoiceExample() {}

    /** Joins the items of two invoices, one of which comes again. */
    public static void main(String[] args) {
        run(
                List.of(
                        new Item("2026-17", 2, 250, null),
                        new Item("2026-18", 1, 990, 2),
                        new Item("2026-17", 2, 250, null),
                        new Item("2026-17", 3, 1_000, 3),
                        new Item("2026-18", 2, 10, null),
                        new Item("2026-17", 1, 75, null)),
                System.out);
    }

    static void run(List<Item> items, PrintStream out) {
        try (Joiner<Item, Invoice> joiner = Joiner.create(invoices(), MapJoinStore.create())) {
            for (Item item : items) {
                if (joiner.accept(item) instanceof Outcome.Joined<Invoice> joined) {
                    out.println(joined.result());
                }
            }
        }
    }

    static JoinSpec<Item, String, Long, Invoice> invoices() {
        // snippet:merges-collecting
        var spec = Collecting.of(Item.class, Codec.ofText(Item::toLine, Item::parse))
                .bySize(Item::count)
                .keyedBy(Item::invoice)
                .identifiedBy(Item::position)
                .process((items, handOver) -> {
                    int cents = 0;
                    for (Item item : items) { // a Collected<Long, Item>
                        cents += item.cents();
                    }
                    return new Invoice(handOver.key(), cents);
                })
                .build();
        // end:merges-collecting
        return spec;
    }
}
