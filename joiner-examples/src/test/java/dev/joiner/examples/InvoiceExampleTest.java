package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.examples.InvoiceExample.Invoice;
import dev.joiner.examples.InvoiceExample.Item;
import java.util.List;
import org.junit.jupiter.api.Test;

class InvoiceExampleTest {

    @Test
    void invoiceIsJoinedWhenAsManyItemsAreThereAsOneOfThemSays() {
        assertThat(Printed.by(out -> InvoiceExample.run(
                        List.of(
                                new Item("a", 2, 250, null),
                                new Item("b", 1, 990, 2),
                                new Item("a", 2, 250, null),
                                new Item("a", 3, 1_000, 3),
                                new Item("b", 2, 10, null),
                                new Item("a", 1, 75, null)),
                        out)))
                .containsExactly(new Invoice("b", 1_000).toString(), new Invoice("a", 1_325).toString());
    }
}
