package dev.joiner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JoinSpecTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final JoinSpec.Handler<String> DROP = (value, handOver) -> {};

    private static JoinSpec.Builder<String, String, String> spec() {
        return JoinSpec.<String>keyedBy(message -> message)
                .<String>mergedBy((message, pending) -> message)
                .sufficientWhen(value -> true);
    }

    private static void assertRefused(
            UnaryOperator<JoinSpec.Builder<String, String, String>> options, String... names) {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> options.apply(spec()).build())
                .satisfies(e -> assertThat(e.getMessage()).contains(names));
    }

    @Test
    void expiryWithoutReceiverIsRefused() {
        assertRefused(s -> s.expireAfter(MINUTE), "expireAfter ", "onExpired", "joinOnExpiry");
        assertRefused(s -> s.expireAfterIdle(MINUTE), "expireAfterIdle", "onExpired", "joinOnExpiry");
        assertRefused(s -> s.expireAt(value -> Instant.EPOCH), "expireAt ", "onExpired", "joinOnExpiry");
        assertThat(spec().expireAfter(MINUTE).onExpired(DROP).build().receivesExpired())
                .isTrue();
        assertThat(spec().expireAfter(MINUTE).joinOnExpiry().build().receivesExpired())
                .isTrue();
        assertThat(spec().build().receivesExpired()).isFalse();
    }

    @Test
    void limitedRetryWithoutReceiverOfPoisonIsRefused() {
        assertRefused(s -> s.retry(3), "retry", "onPoisoned");
        assertThat(spec().retry(3).onPoisoned(DROP).build().maxAttempts()).isEqualTo(3);
    }

    @Test
    void keptValueThatNeverEndsIsRefused() {
        assertRefused(s -> s.keepAfterJoin(), "keepAfterJoin", "expireAfter");
    }

    @Test
    void contradictionsAreRefused() {
        assertRefused(s -> s.atMostOnce().retry(3).onPoisoned(DROP), "atMostOnce", "retry");
        assertRefused(s -> s.expireAfter(MINUTE).onExpired(DROP).joinOnExpiry(), "onExpired", "joinOnExpiry");
        assertRefused(s -> s.onPoisoned(DROP), "onPoisoned", "retry");
        assertRefused(
                s -> s.keepAfterJoin().expireAfter(MINUTE).joinOnExpiry().rememberFor(MINUTE),
                "keepAfterJoin",
                "rememberFor");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S"})
    void durationThatIsNotPositiveIsNamed(Duration duration) {
        assertNamed(() -> spec().expireAfter(duration), "expireAfter", duration);
        assertNamed(() -> spec().expireAfterIdle(duration), "expireAfterIdle", duration);
        assertNamed(() -> spec().rememberFor(duration), "rememberFor", duration);
        assertNamed(() -> spec().identifiedBy(m -> m, duration), "identifiedBy", duration);
        assertNamed(() -> spec().lease(duration), "lease", duration);
        assertNamed(() -> spec().retry(2, duration), "backoff", duration);
        assertNamed(() -> spec().retry(2, MINUTE, duration), "maxBackoff", duration);
    }

    @Test
    void numberOutOfRangeIsNamed() {
        assertNamed(() -> spec().retry(0), "retry", 0);
        assertNamed(() -> spec().maxInFlight(0), "maxInFlight", 0);
    }

    private static void assertNamed(Runnable call, String option, Object value) {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(call::run)
                .withMessageContaining(option)
                .withMessageContaining(value.toString());
    }

    @Test
    void durationsBelowAMillisecondAreRoundedUp() {
        assertThat(spec().lease(Duration.ofNanos(1)).build().lease()).isEqualTo(Duration.ofMillis(1));
        assertThat(spec().lease(Duration.ofNanos(1_000_001)).build().lease()).isEqualTo(Duration.ofMillis(2));
    }

    @Test
    void defaultsAreThoseOfTheDocumentation() {
        JoinSpec<String, String, String> spec = spec().build();

        assertThat(spec.lease()).isEqualTo(MINUTE);
        assertThat(spec.maxAttempts()).isEqualTo(Integer.MAX_VALUE);
        assertThat(spec.backoff()).isEqualTo(Duration.ofSeconds(1));
        assertThat(spec.maxBackoff()).isEqualTo(MINUTE);
        assertThat(spec.maxInFlight()).isEqualTo(64);
        assertThat(spec.rememberFor()).isEmpty();
        assertThat(spec.idsKept()).isEmpty();
        assertThat(spec.idOf("a")).isNull();
    }

    @Test
    void longBackoffIsItsOwnCap() {
        JoinSpec<String, String, String> spec =
                spec().retry(2, Duration.ofHours(2)).onPoisoned(DROP).build();

        assertThat(spec.maxBackoff()).isEqualTo(Duration.ofHours(2));
    }

    @Test
    void builderMayGoOnWithoutChangingWhatWasBuilt() {
        JoinSpec.Builder<String, String, String> builder = spec();
        JoinSpec<String, String, String> before = builder.build();
        builder.lease(Duration.ofHours(1));

        assertThat(before.lease()).isEqualTo(MINUTE);
    }

    @Test
    void idsAreComparedAsText() {
        assertThat(spec().identifiedBy(String::length).build().idOf("abc")).isEqualTo("3");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> spec().identifiedBy(m -> null).build().idOf("abc"))
                .withMessage("identifiedBy returned null");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> spec().identifiedBy(m -> "").build().idOf("abc"))
                .withMessage("id (identifiedBy) is empty");
    }

    @Test
    void nullOptionIsNamed() {
        assertThatExceptionOfType(NullPointerException.class)
                .isThrownBy(() -> spec().onLate(null))
                .withMessage("onLate");
    }

    @Test
    void handlersAndNothingElseAreCalledWithinAScope() throws Exception {
        List<String> calls = new ArrayList<>();
        JoinSpec<String, String, String> spec = spec().expireAfter(MINUTE)
                .onExpired((value, handOver) -> calls.add("expired " + value))
                .retry(1)
                .onPoisoned((value, handOver) -> calls.add("poisoned " + value))
                .onIncomplete(value -> calls.add("incomplete " + value))
                .process(value -> "processed " + value)
                .build();
        JoinSpec<String, String, String> within = spec.within(new JoinSpec.HandOverScope() {
            @Override
            public <T> T call(HandOver handOver, Callable<T> handler) throws Exception {
                calls.add("begin " + handOver.cause());
                T returned = handler.call();
                calls.add("end");
                return returned;
            }
        });

        assertThat(within.handOver("a", handOver(Cause.COMPLETE))).isEqualTo("processed a");
        within.handOver("b", handOver(Cause.EXPIRED));
        within.poisoned("c", handOver(Cause.FORCED));
        within.incomplete("d");

        assertThat(calls)
                .containsExactly(
                        "begin COMPLETE",
                        "end",
                        "begin EXPIRED",
                        "expired b",
                        "end",
                        "begin FORCED",
                        "poisoned c",
                        "end",
                        "incomplete d");
        assertThat(spec.handOver("a", handOver(Cause.COMPLETE))).isEqualTo("processed a");
        assertThat(calls).as("the spec itself is as it was").hasSize(9);
        assertThat(spec().build()
                        .within(new JoinSpec.HandOverScope() {
                            @Override
                            public <T> T call(HandOver handOver, Callable<T> handler) throws Exception {
                                return handler.call();
                            }
                        })
                        .receivesExpired())
                .as("a receiver that is not there does not appear")
                .isFalse();
    }

    private static HandOver handOver(Cause cause) {
        return new Told(cause, "k", 1, Optional.empty(), Instant.EPOCH, 1, 1);
    }

    private record Told(
            Cause cause, Object key, int attempt, Optional<String> lastError, Instant firstAt, int parts, long token)
            implements HandOver {
        @Override
        public boolean renew() {
            return true;
        }
    }
}
