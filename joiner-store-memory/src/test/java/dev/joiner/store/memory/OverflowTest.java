package dev.joiner.store.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.joiner.Cause;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import dev.joiner.SweepReport;
import dev.joiner.store.memory.CaffeineJoinStore.Overflow;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a joiner makes of a store that is full. Messages are {@code key:part}; two parts are a join. */
class OverflowTest {
    private final List<String> expired = new ArrayList<>();
    private final InstantSource clock = InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));

    private static JoinSpec.Builder<String, String, String> pairs() {
        return JoinSpec.<String>keyedBy(message -> message.substring(0, message.indexOf(':')))
                .<String>mergedBy((message, pending) -> {
                    String part = message.substring(message.indexOf(':') + 1);
                    return pending == null ? part : pending + part;
                })
                .sufficientWhen(value -> value.length() == 2);
    }

    private Joiner<String, String> joiner(Overflow overflow) {
        return Joiner.create(
                pairs().onExpired(
                                (value, handOver) -> expired.add(handOver.key() + "=" + value + " " + handOver.cause()))
                        .build(),
                CaffeineJoinStore.builder().maximumSize(2).overflow(overflow).build(),
                clock);
    }

    @Test
    void anEvictedJoinReachesOnExpiredAtTheNextSweep() {
        try (Joiner<String, String> joiner = joiner(Overflow.EVICT)) {
            joiner.accept("a:1");
            joiner.accept("b:1");
            joiner.accept("c:1");
            assertThat(expired).isEmpty();

            SweepReport report = joiner.sweep();

            assertThat(expired).containsExactly("a=1 " + Cause.EVICTED);
            assertThat(report.expired()).isEqualTo(1);
            assertThat(report.failures()).isEmpty();
            assertThat(joiner.find("a")).isEmpty();
            assertThat(joiner.accept("b:2")).isEqualTo(new Outcome.Joined<>("12", true));
            assertThat(joiner.accept("c:2")).isEqualTo(new Outcome.Joined<>("12", true));
            joiner.sweep();
            assertThat(expired).hasSize(1);
        }
    }

    @Test
    void aMessageAfterTheEvictionOpensAnotherJoin() {
        try (Joiner<String, String> joiner = joiner(Overflow.EVICT)) {
            joiner.accept("a:1");
            joiner.accept("b:1");
            joiner.accept("c:1");
            assertThat(joiner.accept("a:2")).isInstanceOf(Outcome.Incomplete.class);

            joiner.sweep();

            assertThat(expired).containsExactlyInAnyOrder("a=1 EVICTED", "b=1 EVICTED");
            assertThat(joiner.accept("a:3")).isEqualTo(new Outcome.Joined<>("23", true));
        }
    }

    @Test
    void anEvictedJoinThatWasHandedOverEndsQuietly() {
        try (Joiner<String, String> joiner = Joiner.create(
                pairs().keepAfterJoin()
                        .expireAfter(Duration.ofHours(1))
                        .onExpired((value, handOver) -> expired.add(value))
                        .build(),
                CaffeineJoinStore.builder()
                        .maximumSize(1)
                        .overflow(Overflow.EVICT)
                        .build(),
                clock)) {
            joiner.accept("a:1");
            assertThat(joiner.accept("a:2")).isEqualTo(new Outcome.Joined<>("12", true));
            joiner.accept("b:1");

            assertThat(joiner.find("a")).isEmpty();
            joiner.sweep();
            assertThat(expired).isEmpty();
            assertThat(joiner.find("b")).isPresent();
        }
    }

    @Test
    void aSpecWithoutAReceiverForEvictedJoinsIsRefused() {
        CaffeineJoinStore<String, String> store = CaffeineJoinStore.builder()
                .maximumSize(2)
                .overflow(Overflow.EVICT)
                .build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Joiner.create(pairs().build(), store, clock))
                .withMessageContaining("evict");
    }

    @Test
    void aRejectedMessageIsTakenOnceThereIsRoom() {
        try (Joiner<String, String> joiner = joiner(Overflow.REJECT)) {
            joiner.accept("a:1");
            joiner.accept("b:1");
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> joiner.accept("c:1"))
                    .withMessageContaining("maximumSize is 2");
            assertThat(joiner.accept("a:2")).isEqualTo(new Outcome.Joined<>("12", true));

            assertThat(joiner.accept("c:1")).isInstanceOf(Outcome.Incomplete.class);
            assertThat(joiner.accept("c:2")).isEqualTo(new Outcome.Joined<>("12", true));
            assertThat(joiner.accept("b:2")).isEqualTo(new Outcome.Joined<>("12", true));
            assertThat(expired).isEmpty();
        }
    }

    @Test
    void aRejectedBatchIsNotWritten() {
        try (Joiner<String, String> joiner = joiner(Overflow.REJECT)) {
            joiner.accept("a:1");
            List<String> batch = List.of("b:1", "c:1", "a:2");
            assertThatExceptionOfType(StoreException.class).isThrownBy(() -> joiner.acceptAll(batch));
            joiner.drop("a");

            assertThat(joiner.acceptAll(batch.subList(0, 2))).allMatch(Outcome.Incomplete.class::isInstance);
            assertThat(joiner.accept("b:2")).isEqualTo(new Outcome.Joined<>("12", true));
        }
    }
}
