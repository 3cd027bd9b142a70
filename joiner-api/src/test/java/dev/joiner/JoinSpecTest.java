package dev.joiner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.JoinSpec.Handler;
import dev.joiner.engine.SpecFunctions;
import dev.joiner.internal.spec.Spec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JoinSpecTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Handler<String, String> DROP = (value, handOver) -> {};

    private static JoinSpec.Builder<String, String, String, String, String> spec() {
        return JoinSpec.joining(String.class)
                .keyedBy(message -> message)
                .<String>mergedBy((message, pending) -> message)
                .sufficientWhen(value -> true);
    }

    private static <R> Spec<String, String, String, R> built(
            JoinSpec.Builder<String, String, String, String, R> builder) {
        return (Spec<String, String, String, R>) builder.build();
    }

    private static void assertRefused(
            UnaryOperator<JoinSpec.Builder<String, String, String, String, String>> options, String... names) {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> options.apply(spec()).build())
                .satisfies(e -> assertThat(e.getMessage()).contains(names));
    }

    @Test
    void expiryWithoutReceiverIsRefused() {
        assertRefused(s -> s.expireAfter(MINUTE), "expireAfter ", "onExpired", "joinOnExpiry");
        assertRefused(s -> s.expireAfterIdle(MINUTE), "expireAfterIdle", "onExpired", "joinOnExpiry");
        assertRefused(s -> s.expireAt(value -> Instant.EPOCH), "expireAt ", "onExpired", "joinOnExpiry");
        assertThat(SpecFunctions.of(spec().expireAfter(MINUTE).onExpired(DROP).build())
                        .receivesExpired())
                .isTrue();
        assertThat(SpecFunctions.of(spec().expireAfter(MINUTE).joinOnExpiry().build())
                        .receivesExpired())
                .isTrue();
        assertThat(SpecFunctions.of(spec().build()).receivesExpired()).isFalse();
    }

    @Test
    void limitedRetryWithoutReceiverOfPoisonIsRefused() {
        assertRefused(s -> s.retry(3), "retry", "onPoisoned", "parkPoisoned");
        assertThat(built(spec().retry(3).onPoisoned(DROP)).retries().maxAttempts())
                .isEqualTo(3);
        assertThat(built(spec().retry(3).parkPoisoned()).parkPoisoned()).isTrue();
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
        assertRefused(s -> s.parkPoisoned(), "parkPoisoned", "retry");
        assertRefused(s -> s.retry(2).onPoisoned(DROP).parkPoisoned(), "onPoisoned", "parkPoisoned");
        assertRefused(
                s -> s.keepAfterJoin().expireAfter(MINUTE).joinOnExpiry().rememberFor(MINUTE),
                "keepAfterJoin",
                "rememberFor");
    }

    @Test
    void optionThatIsSetTwiceIsRefused() {
        List<UnaryOperator<JoinSpec.Builder<String, String, String, String, String>>> options = List.of(
                s -> s.named("a"),
                s -> s.process(value -> value),
                s -> s.onIncomplete(value -> {}),
                s -> s.identifiedBy(m -> m),
                s -> s.identifiedBy(m -> m, MINUTE),
                s -> s.rememberFor(MINUTE),
                s -> s.onLate(m -> {}),
                s -> s.expireAfter(MINUTE),
                s -> s.expireAfterIdle(MINUTE),
                s -> s.expireAt(value -> null),
                s -> s.onExpired(DROP),
                s -> s.joinOnExpiry(),
                s -> s.keepAfterJoin(),
                s -> s.atMostOnce(),
                s -> s.retry(3),
                s -> s.onPoisoned(DROP),
                s -> s.parkPoisoned(),
                s -> s.lease(MINUTE),
                s -> s.maxInFlight(3),
                s -> s.listener(new JoinListener() {}));

        assertThat(options)
                .allSatisfy(option -> assertThatExceptionOfType(IllegalStateException.class)
                        .isThrownBy(() -> option.apply(option.apply(spec())))
                        .withMessageEndingWith(" is set twice"));
        assertRefused(s -> s.retry(3).retry(4, MINUTE), "retry is set twice");
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
        assertNamed(() -> collecting().collectAtMost(0), "collectAtMost: parts", 0);
        assertNamed(() -> collecting().collectAtMost(1, 0), "collectAtMost: bytes", 0);
    }

    private static JoinSpec.Builder<String, String, String, Collected<String, String>, Integer> collecting() {
        return JoinSpec.joining(String.class)
                .keyedBy(m -> m)
                .<String>mergedBy((m, pending) -> m)
                .collecting(m -> m, Codec.string())
                .sufficientWhen((value, parts) -> parts == 2)
                .process(Collected::size);
    }

    @Test
    void whatCannotBeWhileASpecCollectsIsRefused() {
        assertThat(refusal(
                        () -> collecting().keepAfterJoin().expireAfter(MINUTE).joinOnExpiry()))
                .startsWith("collecting and keepAfterJoin contradict");
        assertThat(refusal(() -> collecting().atMostOnce())).startsWith("collecting and atMostOnce contradict");
        assertThat(refusal(() -> collecting().collectAtMost(5))).startsWith("collectAtMost needs expireAfter, ");
        assertThat(refusal(() -> collecting().collectAtMost(5).collectAtMost(5)))
                .isEqualTo("collectAtMost is set twice");
        assertThat(refusal(() -> spec().collectAtMost(5))).startsWith("collectAtMost needs collecting");
        assertThat(refusal(() -> JoinSpec.joining(String.class)
                        .keyedBy(m -> m)
                        .<String>mergedBy((m, pending) -> m)
                        .collecting(m -> m, Codec.string())
                        .sufficientWhen((value, parts) -> parts == 2)))
                .startsWith("collecting needs process");
    }

    private static String refusal(Supplier<JoinSpec.Builder<String, String, String, ?, ?>> options) {
        return assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> options.get().build())
                .actual()
                .getMessage();
    }

    @Test
    void textOfASpecThatCollectsHasItsLimit() {
        assertThat(collecting().build()).hasToString("JoinSpec[String, collecting, lease=PT1M, maxInFlight=64]");
        assertThat(collecting()
                        .collectAtMost(5, 70)
                        .expireAfter(MINUTE)
                        .joinOnExpiry()
                        .build()
                        .toString())
                .contains("collecting=5/70 bytes");
    }

    private static void assertNamed(Runnable call, String option, Object value) {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(call::run)
                .withMessageContaining(option)
                .withMessageContaining(value.toString());
    }

    @Test
    void nameIsThatOfTheMessagesUnlessItIsSet() {
        assertThat(spec().build().name()).isEqualTo("String");
        assertThat(spec().named("orders").build().name()).isEqualTo("orders");
        assertThat(JoinSpec.<String>joining()
                        .keyedBy(m -> m)
                        .<String>mergedBy((m, pending) -> m)
                        .sufficientWhen(value -> true)
                        .build()
                        .name())
                .isEqualTo("join");
        assertNamed(() -> spec().named(" "), "named", "\" \"");
        assertNamed(() -> spec().named("n".repeat(101)), "named", "101 bytes");
    }

    @Test
    void textOfASpecIsItsNameAndItsOptions() {
        assertThat(spec().named("orders")
                        .identifiedBy(m -> m, MINUTE)
                        .rememberFor(MINUTE)
                        .expireAfter(MINUTE)
                        .expireAfterIdle(MINUTE)
                        .expireAt(value -> null)
                        .joinOnExpiry()
                        .retry(3)
                        .parkPoisoned()
                        .maxInFlight(7)
                        .build())
                .hasToString("JoinSpec[orders, identifiedBy=PT1M, rememberFor=PT1M, expireAfter=PT1M,"
                        + " expireAfterIdle=PT1M, expireAt, joinOnExpiry, retry=3/PT1S/PT1M, parkPoisoned, lease=PT1M,"
                        + " maxInFlight=7]");
        assertThat(spec().atMostOnce()
                        .keepAfterJoin()
                        .expireAfter(MINUTE)
                        .onExpired(DROP)
                        .identifiedBy(m -> m)
                        .build())
                .hasToString("JoinSpec[String, identifiedBy, expireAfter=PT1M, keepAfterJoin, atMostOnce, lease=PT1M,"
                        + " maxInFlight=64]");
    }

    @Test
    void durationsBelowAMillisecondAreRoundedUp() {
        assertThat(built(spec().lease(Duration.ofNanos(1))).lease()).isEqualTo(Duration.ofMillis(1));
        assertThat(built(spec().lease(Duration.ofNanos(1_000_001))).lease()).isEqualTo(Duration.ofMillis(2));
    }

    @Test
    void defaultsAreThoseOfTheDocumentation() {
        Spec<String, String, String, String> spec = built(spec());

        assertThat(spec.lease()).isEqualTo(MINUTE);
        assertThat(spec.retry()).isNull();
        assertThat(spec.retries()).isEqualTo(new Spec.Retry(Integer.MAX_VALUE, Duration.ofSeconds(1), MINUTE));
        assertThat(spec.maxInFlight()).isEqualTo(64);
        assertThat(spec.rememberFor()).isNull();
        assertThat(spec.idsKept()).isNull();
        assertThat(SpecFunctions.of(spec).hasIds()).isFalse();
        assertThat(SpecFunctions.of(spec).idOf("a")).isNull();
    }

    @Test
    void longBackoffIsItsOwnCap() {
        assertThat(built(spec().retry(2, Duration.ofHours(2)).onPoisoned(DROP))
                        .retries()
                        .maxBackoff())
                .isEqualTo(Duration.ofHours(2));
        assertThat(built(spec().retry(2, Duration.ofSeconds(2)).onPoisoned(DROP))
                        .retries()
                        .maxBackoff())
                .isEqualTo(MINUTE);
    }

    @Test
    void builderMayGoOnWithoutChangingWhatWasBuilt() {
        JoinSpec.Builder<String, String, String, String, String> builder = spec();
        Spec<String, String, String, String> before = built(builder);
        builder.lease(Duration.ofHours(1));

        assertThat(before.lease()).isEqualTo(MINUTE);
    }

    @Test
    void nullOptionIsNamed() {
        assertThatExceptionOfType(NullPointerException.class)
                .isThrownBy(() -> spec().onLate(null))
                .withMessage("onLate");
    }
}
