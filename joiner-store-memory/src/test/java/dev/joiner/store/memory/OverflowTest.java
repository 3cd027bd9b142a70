package dev.joiner.store.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.joiner.Cause;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import dev.joiner.SweepReport;
import dev.joiner.spi.JoinStore;
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

    private static JoinSpec.Builder<String, String, String, String, String> pairs() {
        return JoinSpec.joining(String.class)
                .keyedBy(message -> message.substring(0, message.indexOf(':')))
                .<String>mergedBy((message, pending) -> {
                    String part = message.substring(message.indexOf(':') + 1);
                    return pending == null ? part : pending + part;
                })
                .sufficientWhen(value -> value.length() == 2);
    }

    private static JoinStore<String, String> evicting(long maximumSize) {
        return CaffeineJoinStore.builder().maximumSize(maximumSize).build();
    }

    private KeyedJoiner<String, String, String, String> joiner(JoinStore<String, String> store) {
        return Joiner.create(
                pairs().onExpired(
                                (value, handOver) -> expired.add(handOver.key() + "=" + value + " " + handOver.cause()))
                        .build(),
                store,
                clock);
    }

    @Test
    void anEvictedJoinReachesOnExpiredAtTheNextSweep() {
        try (var joiner = joiner(evicting(2))) {
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
        try (var joiner = joiner(evicting(2))) {
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
        try (var joiner = Joiner.create(
                pairs().keepAfterJoin()
                        .expireAfter(Duration.ofHours(1))
                        .onExpired((value, handOver) -> expired.add(value))
                        .build(),
                evicting(1),
                clock)) {
            joiner.accept("a:1");
            assertThat(joiner.accept("a:2")).isEqualTo(new Outcome.Joined<>("12", true));
            joiner.accept("b:1");

            assertThat(joiner.find("a")).isEmpty();
            joiner.sweep();
            assertThat(expired).isEmpty();
            assertThat(joiner.find("b")).hasSize(1);
        }
    }

    @Test
    void aSpecWithoutAReceiverForEvictedJoinsIsRefused() {
        JoinStore<String, String> store = evicting(2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Joiner.create(pairs().build(), store, clock))
                .withMessageContaining("evict");
    }

    @Test
    void aRejectedMessageIsTakenOnceThereIsRoom() {
        try (var joiner = joiner(MapJoinStore.bounded(2))) {
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
    void aMessageOfABatchIsRejectedAloneAndTheOthersMakeRoom() {
        try (var joiner = joiner(MapJoinStore.bounded(2))) {
            joiner.accept("a:1");

            List<Outcome<String>> outcomes = joiner.acceptAll(List.of("b:1", "c:1", "a:2"));

            assertThat(outcomes.get(0)).isInstanceOf(Outcome.Incomplete.class);
            assertThat(outcomes.get(1)).satisfies(outcome -> {
                assertThat(outcome.isSafe()).isFalse();
                assertThat(((Outcome.Failed<String>) outcome).cause())
                        .isInstanceOf(StoreException.class)
                        .hasMessageContaining("maximumSize is 2");
            });
            assertThat(outcomes.get(2)).isEqualTo(new Outcome.Joined<>("12", true));
            assertThat(joiner.accept("c:1")).isInstanceOf(Outcome.Incomplete.class);
        }
    }
}
