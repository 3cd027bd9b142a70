package dev.joiner.internal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class InterruptsTest {

    @Test
    void workDoesNotSeeTheInterruptWhichIsKept() {
        Thread.currentThread().interrupt();

        assertThat(Interrupts.shielded(() -> Thread.currentThread().isInterrupted()))
                .isFalse();

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void theInterruptIsKeptIfWorkThrows() {
        RuntimeException boom = new IllegalStateException("boom");
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> Interrupts.shielded(() -> {
                    throw boom;
                }))
                .isSameAs(boom);

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void noneIsMade() {
        assertThat(Interrupts.shielded(() -> "done")).isEqualTo("done");

        assertThat(Thread.interrupted()).isFalse();
    }
}
