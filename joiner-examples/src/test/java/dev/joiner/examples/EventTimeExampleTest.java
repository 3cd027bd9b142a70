package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.examples.EventTimeExample.Visit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventTimeExampleTest {
    private static Visit visit(String user, int minute) {
        return new Visit(user, Instant.EPOCH.plus(Duration.ofMinutes(minute)));
    }

    @Test
    void sessionEndsBySilenceInTheLog() {
        List<Visit> log = List.of(
                visit("ann", 0),
                visit("bob", 10),
                visit("ann", 29),
                visit("bob", 40), // half an hour later: another session
                visit("ann", 58),
                visit("cat", 200));

        assertThat(Printed.by(out -> EventTimeExample.run(log, out)))
                .containsExactlyInAnyOrder("bob: 1 visits", "ann: 3 visits", "bob: 1 visits");
    }
}
