package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.examples.CorrectedPriceExample.Order;
import dev.joiner.examples.CorrectedPriceExample.Price;
import dev.joiner.testing.JoinerTesting;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CorrectedPriceExampleTest {

    @Test
    void invoiceGoesOutAgainWithANewerPriceOnly() {
        assertThat(Printed.by(out -> {
                    var invoices = JoinerTesting.of(CorrectedPriceExample.invoices(out));
                    invoices.accept(new Order("o", "Ada")).isIncomplete();
                    invoices.accept(new Price("o", 2, 1_150)).isJoined("Ada pays 1150");
                    invoices.accept(new Price("o", 1, 1_250)).isUnchanged();
                    invoices.accept(new Price("o", 2, 1_150)).isUnchanged();
                    invoices.accept(new Price("o", 3, 1_100)).isJoined("Ada pays 1100");
                    invoices.passes(Duration.ofDays(30));
                    invoices.isEmpty();
                }))
                .containsExactly("Ada pays 1150", "Ada pays 1100");
    }

    @Test
    void priceWithoutAnOrderIsReported() {
        assertThat(Printed.by(out -> {
                    var invoices = JoinerTesting.of(CorrectedPriceExample.invoices(out));
                    invoices.accept(new Price("o", 1, 1_250)).isIncomplete();
                    invoices.passes(Duration.ofDays(30));
                }))
                .containsExactly("o lacks [order]");
    }
}
