package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EventBusExampleTest {

    @Test
    void wholeIsPostedOnce() {
        assertThat(Printed.by(EventBusExample::run)).containsExactly("moon: waxing, waning");
    }
}
