package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.examples.PartialResultExample.Best;
import dev.joiner.examples.PartialResultExample.Quote;
import dev.joiner.testing.JoinerTesting;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PartialResultExampleTest {
    private static final Quote NORTH = new Quote("r", "north", 300);
    private static final Quote EAST = new Quote("r", "east", 250);
    private static final Quote SOUTH = new Quote("r", "south", 320);

    @Test
    void bestOfAllIsKnownAtOnce() {
        assertThat(Printed.by(out -> {
                    var best = JoinerTesting.of(PartialResultExample.best(out));
                    best.accept(NORTH).isIncomplete();
                    best.accept(EAST).isIncomplete();
                    best.accept(SOUTH).isJoined(new Best(EAST, 3));
                }))
                .containsExactly("r: " + EAST);
    }

    @Test
    void bestOfThoseThatHaveAnsweredIsKnownInTheEnd() {
        assertThat(Printed.by(out -> {
                    var best = JoinerTesting.of(PartialResultExample.best(out));
                    best.accept(NORTH).isIncomplete();
                    best.accept(EAST).isIncomplete();
                    best.passes(Duration.ofSeconds(2));
                    best.isEmpty();
                }))
                .containsExactly("r: " + EAST + ", not all have answered");
    }
}
