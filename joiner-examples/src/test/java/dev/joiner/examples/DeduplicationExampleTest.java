package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.examples.DeduplicationExample.Payment;
import dev.joiner.testing.JoinerTesting;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeduplicationExampleTest {
    private static final Payment SMALL = new Payment("bill", "p-1", 10_00);
    private static final Payment LARGE = new Payment("bill", "p-2", 25_00);

    @Test
    void paymentCountsOnce() {
        assertThat(Printed.by(out -> DeduplicationExample.run(List.of(SMALL, SMALL, LARGE, LARGE), out)))
                .containsExactly("p-1: Incomplete", "p-1: Duplicate", "p-2: Joined", "p-2: Duplicate");
    }

    @Test
    void idIsForgottenAfterAnHour() {
        var bills = JoinerTesting.of(DeduplicationExample.bills());
        bills.accept(SMALL).isIncomplete();
        bills.accept(LARGE).isJoined(35_00);

        bills.passes(Duration.ofMinutes(59));
        bills.accept(SMALL).isDuplicate();
        bills.passes(Duration.ofMinutes(1));
        bills.accept(SMALL).isIncomplete();
    }
}
