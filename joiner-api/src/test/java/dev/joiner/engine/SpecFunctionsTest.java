package dev.joiner.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.Cause;
import dev.joiner.HandOver;
import dev.joiner.InvalidMessageException;
import dev.joiner.JoinSpec;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

class SpecFunctionsTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static JoinSpec.Builder<String, String, String, String, String> spec() {
        return JoinSpec.joining(String.class)
                .keyedBy(message -> message)
                .<String>mergedBy((message, pending) -> message)
                .sufficientWhen(value -> true);
    }

    private static SpecFunctions<String, String, String, String> of(
            JoinSpec.Builder<String, String, String, String, String> spec) {
        return SpecFunctions.of(spec.build());
    }

    @Test
    void idsAreComparedAsText() {
        assertThat(of(spec().identifiedBy(String::length)).idOf("abc")).isEqualTo("3");
        assertThat(of(spec().identifiedBy(m -> null)).idOf("abc")).isNull();
        assertThat(of(spec().identifiedBy(m -> null)).hasIds()).isTrue();
    }

    @Test
    void idsAreRememberedWhereTheyAreKeptOrTheKeyIs() {
        Duration day = Duration.ofDays(1);

        assertThat(of(spec().rememberFor(day)).remembersIds()).isFalse();
        assertThat(of(spec().identifiedBy(m -> m)).remembersIds()).isFalse();
        assertThat(of(spec().identifiedBy(m -> m, day)).remembersIds()).isTrue();
        assertThat(of(spec().identifiedBy(m -> m).rememberFor(day)).remembersIds())
                .isTrue();
    }

    @Test
    void messagesThatCannotBeJoinedAreToldFromWhatTheirFunctionsThrow() {
        assertInvalid(() -> of(spec()).keyOf(null), "String: the message is null");
        assertInvalid(() -> of(spec()).keyOf(""), "String: the key is empty");
        assertInvalid(() -> of(spec()).keyOf("a\u0000"), "String: the key contains U+0000 at index 1: \"a\u0000\"");
        assertInvalid(() -> of(spec().identifiedBy(m -> "")).idOf("a"), "String: the id (identifiedBy) is empty");
        assertInvalid(
                () -> SpecFunctions.of(JoinSpec.joining(String.class)
                                .keyedBy(m -> (Object) null)
                                .<String>mergedBy((m, pending) -> m)
                                .sufficientWhen(value -> true)
                                .build())
                        .keyOf("a"),
                "String: keyedBy returned null");
    }

    private static void assertInvalid(Runnable call, String message) {
        assertThatExceptionOfType(InvalidMessageException.class)
                .isThrownBy(call::run)
                .withMessage(message)
                .satisfies(e -> assertThat(e.isSafe()).isFalse());
    }

    private static final class Noting implements HandOverScope {
        private final List<String> calls;

        Noting(List<String> calls) {
            this.calls = calls;
        }

        @Override
        public <T> T call(HandOver<?> handOver, Callable<T> handler) throws Exception {
            calls.add("begin " + handOver.cause());
            T returned = handler.call();
            calls.add("end");
            return returned;
        }
    }

    @Test
    void handlersAndNothingElseAreCalledWithinAScope() throws Exception {
        List<String> calls = new ArrayList<>();
        SpecFunctions<String, String, String, String> functions = SpecFunctions.of(spec().expireAfter(MINUTE)
                .onExpired((value, handOver) -> calls.add("expired " + value))
                .retry(1)
                .onPoisoned((value, handOver) -> calls.add("poisoned " + value))
                .onIncomplete(value -> calls.add("incomplete " + value))
                .process(value -> "processed " + value)
                .build());
        SpecFunctions<String, String, String, String> within = functions.within(new Noting(calls));

        assertThat(within.handOver(join("a"), handOver(Cause.COMPLETE), Sight.OF_STATE))
                .isEqualTo("processed a");
        within.handOver(join("b"), handOver(Cause.EXPIRED), Sight.OF_STATE);
        within.poisoned(join("c"), handOver(Cause.FORCED), Sight.OF_STATE);
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
        assertThat(functions.handOver(join("a"), handOver(Cause.COMPLETE), Sight.OF_STATE))
                .isEqualTo("processed a");
        assertThat(calls).as("the functions themselves are as they were").hasSize(9);
    }

    @Test
    void handlerThatIsNotThereIsNamed() {
        SpecFunctions<String, String, String, String> functions = of(spec());

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> functions.handOver(join("a"), handOver(Cause.EVICTED), Sight.OF_STATE))
                .withMessage("String: the spec has no onExpired, for a join with cause EVICTED");
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> functions.poisoned(join("a"), handOver(Cause.COMPLETE), Sight.OF_STATE))
                .withMessage("String: the spec has no onPoisoned, for a join that failed 1 times");
        assertThat(functions.hearsOfIncomplete()).isFalse();
        functions.incomplete("a");
        functions.late("a");
    }

    @Test
    void causesGoToTheirHandlers() {
        assertThat(Cause.values()).allSatisfy(cause -> {
            boolean isPartial = cause == Cause.EXPIRED || cause == Cause.EVICTED;
            assertThat(of(spec()).isProcessed(cause)).isEqualTo(!isPartial);
            assertThat(of(spec().joinOnExpiry()).isProcessed(cause)).isTrue();
        });
    }

    @Test
    void missingIsWhatTheSpecSays() {
        assertThat(of(spec()).missing("a", 1)).isEmpty();
        assertThat(of(spec().missing(value -> List.of("not " + value))).missing("a", 1))
                .containsExactly("not a");
    }

    @Test
    void missingThatThrowsSaysSo() {
        JoinSpec.Builder<String, String, String, String, String> spec = spec().missing(value -> {
            throw new IllegalStateException("boom");
        });

        assertThat(of(spec).missing("a", 1)).containsExactly("(missing threw java.lang.IllegalStateException: boom)");
    }

    private static Join<String> join(String value) {
        return new Join<>(value, 1, 0, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false);
    }

    private static HandOver<String> handOver(Cause cause) {
        return new Told("String", cause, "k", 1, Optional.empty(), Instant.EPOCH, 1, List.of(), 1);
    }

    private record Told(
            String join,
            Cause cause,
            String key,
            int attempt,
            Optional<String> lastError,
            Instant firstAt,
            int parts,
            List<String> missing,
            long token)
            implements HandOver<String> {
        @Override
        public boolean renew() {
            return true;
        }
    }
}
