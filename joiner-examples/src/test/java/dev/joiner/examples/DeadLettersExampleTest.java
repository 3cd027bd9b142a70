package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.examples.DeadLettersExample.Half;
import dev.joiner.examples.DeadLettersExample.Invoice;
import dev.joiner.testing.HandSetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadLettersExampleTest {
    private static final List<Half> HALVES = List.of(new Half("o", "here", null), new Half("o", null, "9.90"));

    private final List<Invoice> sent = new ArrayList<>();
    private boolean isUp;
    private int calls;

    private void mail(Invoice invoice) {
        calls++;
        if (!isUp) {
            throw new IllegalStateException("down");
        }
        sent.add(invoice);
    }

    @Test
    void whatCannotBeSentIsParkedAndSentAgain() {
        HandSetClock clock = new HandSetClock(Instant.EPOCH);
        try (var joiner = DeadLettersExample.joiner(this::mail, clock)) {
            assertThat(Printed.by(out -> DeadLettersExample.deliver(joiner, HALVES, out)))
                    .singleElement()
                    .asString()
                    .contains("key \"o\"", "attempt 1", "down");
            for (int sweeps = 0; sweeps < 2; sweeps++) {
                assertThat(DeadLettersExample.isParked(joiner)).isFalse();
                clock.advance(Duration.ofHours(1));
                joiner.sweep();
            }
            assertThat(DeadLettersExample.isParked(joiner)).isTrue();
            assertThat(calls).isEqualTo(3);
            assertThat(Printed.by(out -> DeadLettersExample.show(joiner, out)))
                    .containsExactly("o PARKED after 3 attempts: java.lang.IllegalStateException: down");

            isUp = true;
            DeadLettersExample.sendAgain(joiner);

            assertThat(sent).containsExactly(new Invoice("o", "here", "9.90"));
            assertThat(joiner.counts().parked()).isZero();
        }
    }
}
