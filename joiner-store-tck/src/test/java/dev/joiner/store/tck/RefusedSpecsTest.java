package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.JoinSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Specs that would leave a value without a receiver, or that contradict themselves. */
class RefusedSpecsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private interface Option extends UnaryOperator<JoinSpec.Builder<String, String, String, String, String>> {}

    private static JoinSpec.Builder<String, String, String, String, String> spec() {
        return JoinSpec.joining(String.class)
                .keyedBy(key -> key)
                .<String>mergedBy((message, pending) -> message)
                .sufficientWhen(value -> true);
    }

    private static Arguments of(Option options, String... names) {
        return Arguments.of(options, names);
    }

    static Stream<Arguments> combinations() {
        return Stream.of(
                of(spec -> spec.expireAfter(SECOND), "expireAfter ", "onExpired", "joinOnExpiry"),
                of(spec -> spec.expireAfterIdle(SECOND), "expireAfterIdle", "onExpired", "joinOnExpiry"),
                of(spec -> spec.expireAt(value -> Instant.EPOCH), "expireAt", "onExpired", "joinOnExpiry"),
                of(spec -> spec.onExpired((value, handOver) -> {}).joinOnExpiry(), "onExpired", "joinOnExpiry"),
                of(spec -> spec.retry(3), "retry", "onPoisoned", "parkPoisoned"),
                of(spec -> spec.onPoisoned((value, handOver) -> {}), "onPoisoned", "retry"),
                of(JoinSpec.Builder::parkPoisoned, "parkPoisoned", "retry"),
                of(
                        spec -> spec.retry(3).parkPoisoned().onPoisoned((value, handOver) -> {}),
                        "onPoisoned",
                        "parkPoisoned"),
                of(JoinSpec.Builder::keepAfterJoin, "keepAfterJoin", "expireAfter", "expireAfterIdle", "expireAt"),
                of(
                        spec -> spec.keepAfterJoin()
                                .expireAfter(SECOND)
                                .joinOnExpiry()
                                .rememberFor(SECOND),
                        "keepAfterJoin",
                        "rememberFor"),
                of(spec -> spec.atMostOnce().retry(3).onPoisoned((value, handOver) -> {}), "atMostOnce", "retry"));
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void optionsThatDoNotGoTogetherAreRefusedByName(Option options, String... names) {
        JoinSpec.Builder<String, String, String, String, String> builder = options.apply(spec());

        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(names);
    }

    static Stream<Arguments> values() {
        return Stream.of(
                of(spec -> spec.expireAfter(Duration.ZERO), "expireAfter ", "PT0S"),
                of(spec -> spec.expireAfter(SECOND.negated()), "expireAfter ", "PT-1S"),
                of(spec -> spec.expireAfterIdle(Duration.ZERO), "expireAfterIdle", "PT0S"),
                of(spec -> spec.rememberFor(Duration.ZERO), "rememberFor", "PT0S"),
                of(spec -> spec.identifiedBy(message -> message, Duration.ZERO), "identifiedBy", "PT0S"),
                of(spec -> spec.lease(Duration.ZERO), "lease", "PT0S"),
                of(spec -> spec.retry(0), "retry", "0"),
                of(spec -> spec.retry(1, Duration.ZERO), "retry", "backoff", "PT0S"),
                of(spec -> spec.retry(1, SECOND.negated(), SECOND), "retry", "backoff", "PT-1S"),
                of(spec -> spec.retry(1, SECOND, Duration.ofMillis(999)), "retry", "maxBackoff", "PT0.999S"),
                of(spec -> spec.maxInFlight(0), "maxInFlight", "0"));
    }

    @ParameterizedTest
    @MethodSource("values")
    void valuesThatMakeNoSenseAreRefusedAtOnceByNameAndValue(Option options, String... names) {
        assertThatThrownBy(() -> options.apply(spec()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(names);
    }

    static Stream<Arguments> nulls() {
        return Stream.of(
                of(spec -> spec.onIncomplete(null), "onIncomplete"),
                of(spec -> spec.onLate(null), "onLate"),
                of(spec -> spec.onExpired(null), "onExpired"),
                of(spec -> spec.onPoisoned(null), "onPoisoned"),
                of(spec -> spec.identifiedBy(null), "identifiedBy"),
                of(spec -> spec.expireAt(null), "expireAt"),
                of(spec -> spec.listener(null), "listener"));
    }

    @ParameterizedTest
    @MethodSource("nulls")
    void handlersThatAreNullAreRefusedByName(Option options, String... names) {
        assertThatThrownBy(() -> options.apply(spec()))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContainingAll(names);
    }

    @Test
    void everythingThatGoesTogetherIsTaken() {
        JoinSpec<String, String, String, Integer> spec = spec().process(String::length)
                .identifiedBy(message -> message, SECOND)
                .rememberFor(SECOND)
                .expireAfter(SECOND)
                .expireAfterIdle(SECOND)
                .expireAt(value -> null)
                .onExpired((value, handOver) -> {})
                .retry(3, SECOND)
                .onPoisoned((value, handOver) -> {})
                .lease(SECOND)
                .maxInFlight(1)
                .build();

        assertThat(spec).asString().contains("retry=3/", "maxInFlight=1");
    }

    /** A positive duration must not become none. */
    @Test
    void durationsAreRoundedUpToMilliseconds() {
        assertThat(spec().lease(Duration.ofNanos(1)).build()).asString().contains("lease=PT0.001S");
    }
}
