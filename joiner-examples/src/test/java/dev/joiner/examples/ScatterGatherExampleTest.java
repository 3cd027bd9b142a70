package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Joiner;
import dev.joiner.examples.ScatterGatherExample.BikeQuote;
import dev.joiner.examples.ScatterGatherExample.CourierQuote;
import dev.joiner.examples.ScatterGatherExample.PostQuote;
import dev.joiner.examples.ScatterGatherExample.Request;
import dev.joiner.store.memory.MapJoinStore;
import dev.joiner.testing.HandSetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScatterGatherExampleTest {
    private static final PostQuote POST = new PostQuote("r", 300);
    private static final BikeQuote BIKE = new BikeQuote("r", 250);
    private static final CourierQuote COURIER = new CourierQuote("r", 320);

    private final HandSetClock clock = new HandSetClock(Instant.EPOCH);

    private List<String> printed(Duration passing, Object... messages) {
        return Printed.by(out -> {
            try (var joiner = Joiner.create(ScatterGatherExample.cheapest(clock, out), MapJoinStore.create(), clock)) {
                joiner.acceptAll(List.of(messages));
                clock.advance(passing);
                joiner.sweep();
            }
        });
    }

    @Test
    void cheapestOfAllIsKnownAtOnce() {
        assertThat(printed(Duration.ZERO, new Request("r", "Rome"), POST, COURIER, BIKE))
                .containsExactly("r: Optional[" + BIKE + "], without an answer: []");
    }

    @Test
    void cheapestOfThoseThatHaveAnsweredIsKnownInTheEnd() {
        assertThat(printed(Duration.ofMillis(1_999), POST, new Request("r", "Rome"), COURIER))
                .isEmpty();
        assertThat(printed(Duration.ofSeconds(2), POST, new Request("r", "Rome"), COURIER))
                .containsExactly("r: Optional[" + POST + "], without an answer: [bike]");
    }

    @Test
    void nobodyMayHaveAnswered() {
        assertThat(printed(Duration.ofSeconds(2), new Request("r", "Rome")))
                .containsExactly("r: Optional.empty, without an answer: [post, courier, bike]");
    }
}
