package dev.joiner.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Cause;
import dev.joiner.HandOver;
import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import dev.joiner.ProcessingException;
import dev.joiner.engine.Delivery.End;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import dev.joiner.spi.JoinState.Join;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class DeliveryTest {
    private static final int ATTEMPTS = 3;

    private final List<String> log = new ArrayList<>();
    private final RuntimeException boom = new IllegalStateException("boom");
    private long now = 1_000;
    private boolean isStopping;

    private JoinSpec.Handler<String, String> onProcess = (word, handOver) -> {};
    private JoinSpec.Handler<String, String> onExpired = (word, handOver) -> {};
    private JoinSpec.Handler<String, String> onPoisoned = (word, handOver) -> {};

    @AfterEach
    void noInterruptIsLeftOver() {
        assertThat(Thread.interrupted()).isFalse();
    }

    private final JoinListener noting = new JoinListener() {
        @Override
        public void joined(HandOver<?> handOver, Duration age, Duration took) {
            log.add("joined " + handOver.key() + " " + age + " " + took);
        }

        @Override
        public void expired(HandOver<?> handOver, Duration age, Duration took) {
            log.add("expired " + handOver.key() + " " + age + " " + took);
        }

        @Override
        public void poisoned(HandOver<?> handOver, Duration age, Duration took) {
            log.add("poisoned " + handOver.key() + " " + age + " " + took);
        }

        @Override
        public void failed(HandOver<?> handOver, Duration age, Duration took, Throwable error, boolean last) {
            log.add("failed " + handOver.key() + " " + age + " " + took + " "
                    + error.getClass().getSimpleName() + " " + last);
        }
    };

    private JoinSpec.Builder<String, String, String, String, String> spec() {
        return JoinSpec.joining(String.class)
                .keyedBy(message -> message)
                .<String>mergedBy((message, pending) -> message)
                .sufficientWhen(word -> true)
                .named("words")
                .missing(word -> List.of("all but " + word))
                .expireAfter(Duration.ofMinutes(1))
                .listener(noting)
                .process((word, handOver) -> {
                    log.add("process " + word);
                    onProcess.handle(word, handOver);
                    return word + "!";
                });
    }

    private JoinSpec.Builder<String, String, String, String, String> poisoning() {
        return spec().onExpired((word, handOver) -> {
                    log.add("expire " + word);
                    onExpired.handle(word, handOver);
                })
                .retry(ATTEMPTS)
                .onPoisoned((word, handOver) -> {
                    log.add("poison " + word);
                    onPoisoned.handle(word, handOver);
                });
    }

    private final class Hand extends Delivery<String, String, String> {
        private final Shared<String, String, String> shared;

        Hand(JoinSpec.Builder<String, String, String, String, String> spec, Flight<String> flight) {
            super("k", flight);
            SpecFunctions<String, String, String, String> functions = SpecFunctions.of(spec.build());
            shared = new Shared<>(
                    functions,
                    new Transition<>(functions),
                    new SafeListener(functions, () -> Instant.ofEpochMilli(now)));
        }

        @Override
        protected Shared<String, String, String> shared() {
            return shared;
        }

        @Override
        protected boolean isStopping() {
            return isStopping;
        }

        @Override
        public boolean renew() {
            return true;
        }
    }

    private static Flight<String> flight(Cause cause, Status status, int attempts, @Nullable String lastError) {
        Join<String> join = new Join<>("ab", 2, 400, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false);
        return new Flight<>(join, cause, status, false, 4711, 42, attempts, lastError, 5_000);
    }

    /** The claim of an attempt, made by a write of its own. */
    private Hand attempt(int attempt) {
        return new Hand(
                poisoning(),
                flight(Cause.COMPLETE, Status.CLAIMED_ALONE, attempt, attempt == 1 ? null : "the last problem"));
    }

    private static JoinSpec.Handler<String, String> throwing(Throwable thrown) {
        return (word, handOver) -> DeliveryTest.<RuntimeException>sneak(thrown);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // nothing of the type is there at run time
    private static <E extends Throwable> void sneak(Throwable thrown) throws E {
        throw (E) thrown;
    }

    @Nested
    class ToItsHandler {

        @Test
        void tellsWhatThereIsToKnow() {
            Hand hand = new Hand(poisoning(), flight(Cause.COMPLETE, Status.CLAIMED_TOGETHER, 1, "the last problem"));
            onProcess = (word, handOver) -> {
                assertThat(handOver.join()).isEqualTo("words");
                assertThat(handOver.key()).isEqualTo("k");
                assertThat(handOver.cause()).isEqualTo(Cause.COMPLETE);
                assertThat(handOver.attempt()).isEqualTo(2);
                assertThat(handOver.lastError()).contains("the last problem");
                assertThat(handOver.firstAt()).isEqualTo(Instant.ofEpochMilli(400));
                assertThat(handOver.parts()).isEqualTo(2);
                assertThat(handOver.missing()).containsExactly("all but ab");
                assertThat(handOver.token()).isEqualTo(42);
            };

            assertThat(hand.run()).isEqualTo(End.RETURNED);
            assertThat(hand.flight().claim()).isEqualTo(4711);
        }

        @Test
        void tellsOfNoErrorAtTheFirstAttempt() {
            Hand hand = attempt(1);
            onProcess = (word, handOver) -> {
                assertThat(handOver.attempt()).isEqualTo(1);
                assertThat(handOver.lastError()).isEqualTo(Optional.empty());
            };

            assertThat(hand.run()).isEqualTo(End.RETURNED);
            assertThat(hand.errorText()).isEmpty();
        }

        @Test
        void keepsWhatItReturnedAndTellsTheListener() {
            Hand hand = attempt(1);
            onProcess = (word, handOver) -> now += 20;

            assertThat(hand.run()).isEqualTo(End.RETURNED);
            assertThat(hand.result()).isEqualTo("ab!");
            assertThat(log).containsExactly("process ab", "joined k PT0.62S PT0.02S");
        }

        @Test
        void isToOnExpiredForAnExpiredJoin() {
            Hand hand = new Hand(poisoning(), flight(Cause.EXPIRED, Status.CLAIMED_ALONE, 1, null));

            assertThat(hand.run()).isEqualTo(End.RETURNED);
            assertThat(hand.result()).isNull();
            assertThat(log).containsExactly("expire ab", "expired k PT0.6S PT0S");
        }

        @Test
        void isToProcessForAnExpiredJoinIfTheSpecSaysSo() {
            Hand hand = new Hand(spec().joinOnExpiry(), flight(Cause.EXPIRED, Status.CLAIMED_ALONE, 1, null));

            assertThat(hand.run()).isEqualTo(End.RETURNED);
            assertThat(log).containsExactly("process ab", "joined k PT0.6S PT0S");
        }

        @Test
        void endsWithWhatThatThrows() {
            Hand hand = attempt(1);
            onProcess = (word, handOver) -> {
                now += 20;
                throw boom;
            };

            assertThat(hand.run()).isEqualTo(End.THREW);
            assertThat(hand.errorText()).isEqualTo(boom.toString());
            assertThat(hand.lastError()).contains(boom.toString());
            assertThat(hand.result()).isNull();
            assertThat(log).containsExactly("process ab", "failed k PT0.62S PT0.02S IllegalStateException false");
            assertThat(hand.failure(End.THREW))
                    .isInstanceOf(ProcessingException.class)
                    .hasMessage("words: key \"k\", attempt 1: the handler threw java.lang.IllegalStateException: boom")
                    .hasCause(boom)
                    .satisfies(e -> assertThat(e.attempt()).isEqualTo(1));
        }

        @Test
        void endsWithErrorsToo() {
            for (Throwable error : List.of(new OutOfMemoryError("x"), new StackOverflowError(), new AssertionError())) {
                Hand hand = attempt(1);
                onProcess = throwing(error);

                assertThat(hand.run()).isEqualTo(End.THREW);
                assertThat(hand.failure(End.THREW)).hasCause(error);
            }
        }

        @Test
        void isNotSpoiltByAListenerThatThrows() {
            JoinListener throwing = new JoinListener() {
                @Override
                public void joined(HandOver<?> handOver, Duration age, Duration took) {
                    throw boom;
                }
            };
            Hand hand = new Hand(
                    JoinSpec.joining(String.class)
                            .keyedBy(message -> message)
                            .<String>mergedBy((message, pending) -> message)
                            .sufficientWhen(word -> true)
                            .listener(throwing),
                    flight(Cause.COMPLETE, Status.CLAIMED_ALONE, 1, null));

            assertThat(SafeListenerTest.logged(() -> assertThat(hand.run()).isEqualTo(End.RETURNED)))
                    .hasSize(1);
        }
    }

    @Nested
    class AfterTheLastAttempt {

        @Test
        void isToOnPoisonedWhichSeesWhatThatThrew() {
            Hand hand = attempt(ATTEMPTS);
            onProcess = throwing(boom);
            onPoisoned = (word, handOver) -> {
                assertThat(handOver.attempt()).isEqualTo(ATTEMPTS);
                assertThat(handOver.lastError()).contains(boom.toString());
                now += 20;
            };

            assertThat(hand.run()).isEqualTo(End.POISONED);
            assertThat(log)
                    .containsExactly(
                            "process ab",
                            "failed k PT0.6S PT0S IllegalStateException true",
                            "poison ab",
                            "poisoned k PT0.62S PT0.02S");
            assertThat(hand.failure(End.POISONED))
                    .hasMessage("words: key \"k\", attempt 3: the handler threw java.lang.IllegalStateException: boom;"
                            + " onPoisoned took the join")
                    .hasCause(boom);
        }

        @Test
        void isParkedIfTheSpecSaysSo() {
            Hand hand = new Hand(
                    spec().joinOnExpiry().retry(ATTEMPTS).parkPoisoned(),
                    flight(Cause.COMPLETE, Status.CLAIMED_ALONE, ATTEMPTS, "the last problem"));
            onProcess = throwing(boom);

            assertThat(hand.run()).isEqualTo(End.THREW);
            assertThat(log).containsExactly("process ab", "failed k PT0.6S PT0S IllegalStateException true");
        }

        @Test
        void isToOnPoisonedAloneIfAllWereMadeBefore() {
            Hand hand = attempt(ATTEMPTS + 1);
            onPoisoned = (word, handOver) -> {
                assertThat(handOver.attempt()).isEqualTo(ATTEMPTS);
                assertThat(handOver.lastError()).contains("the last problem");
            };

            assertThat(hand.run()).isEqualTo(End.POISONED);
            assertThat(log).containsExactly("poison ab", "poisoned k PT0.6S PT0S");
            assertThat(hand.failure(End.POISONED))
                    .hasMessage("words: key \"k\", attempt 3: no attempt is left, the last one threw the last problem;"
                            + " onPoisoned took the join")
                    .hasNoCause();
        }

        @Test
        void endsWithBothIfOnPoisonedThrowsToo() {
            Hand hand = attempt(ATTEMPTS);
            RuntimeException bang = new IllegalArgumentException("bang");
            onProcess = throwing(boom);
            onPoisoned = throwing(bang);

            assertThat(hand.run()).isEqualTo(End.THREW);
            assertThat(log).last().isEqualTo("failed k PT0.6S PT0S IllegalArgumentException true");
            assertThat(hand.errorText()).isEqualTo(boom.toString());
            assertThat(hand.failure(End.THREW)).hasCause(boom);
            assertThat(boom).hasSuppressedException(bang);
        }

        @Test
        void endsIfOnPoisonedThrowsTheSameObject() {
            Hand hand = attempt(ATTEMPTS);
            onProcess = throwing(boom);
            onPoisoned = throwing(boom);

            assertThat(hand.run()).isEqualTo(End.THREW);
            assertThat(boom.getSuppressed()).isEmpty();
        }

        @Test
        void keepsTheErrorOfTheHandlerIfOnPoisonedThrowsLater() {
            Hand hand = attempt(ATTEMPTS + 1);
            onPoisoned = throwing(boom);

            assertThat(hand.run()).isEqualTo(End.THREW);
            assertThat(hand.errorText()).isEqualTo("the last problem");
            assertThat(hand.failure(End.THREW)).hasCause(boom);
        }

        @Test
        void hasTheErrorOfOnPoisonedIfTheHandlerLeftNone() {
            Hand hand = new Hand(poisoning(), flight(Cause.COMPLETE, Status.CLAIMED_ALONE, ATTEMPTS + 1, null));
            onPoisoned = throwing(boom);

            assertThat(hand.run()).isEqualTo(End.THREW);
            assertThat(hand.errorText()).isEqualTo(boom.toString());
        }
    }

    @Nested
    class WhoseThreadIsInterrupted {

        /** What a method of the JDK throws on an interrupted thread, whose flag it clears. */
        private InterruptedException ofTheJdk() {
            Thread.currentThread().interrupt();
            try {
                Thread.sleep(1);
                throw new AssertionError("not interrupted");
            } catch (InterruptedException e) {
                return e;
            }
        }

        private void assertDoesNotCount(Hand hand) {
            assertThat(hand.run()).isEqualTo(End.INTERRUPTED);
            assertThat(Thread.interrupted()).isTrue();
        }

        @Test
        void doesNotCountIfAMethodOfTheJdkSaysSo() {
            onProcess = (word, handOver) -> {
                throw ofTheJdk();
            };

            assertDoesNotCount(attempt(1));
        }

        @Test
        void doesNotCountIfThatIsTheCauseOfWhatIsThrown() {
            onProcess = (word, handOver) -> {
                throw new IllegalStateException(new RuntimeException(ofTheJdk()));
            };

            assertDoesNotCount(attempt(1));
        }

        @Test
        void doesNotCountIfThatIsTheCauseOfAnotherSuchException() {
            onProcess = (word, handOver) -> {
                InterruptedException own = new InterruptedException("stopped");
                own.initCause(ofTheJdk());
                throw own;
            };

            assertDoesNotCount(attempt(1));
        }

        @Test
        void doesNotCountIfItsFlagIsSetAndSomethingElseIsThrown() {
            onProcess = (word, handOver) -> {
                Thread.currentThread().interrupt();
                throw boom;
            };

            assertDoesNotCount(attempt(1));
        }

        @Test
        void countsIfAClientReportsATimeoutThatWay() {
            onProcess = throwing(new InterruptedException("timeout"));

            assertThat(attempt(1).run()).isEqualTo(End.THREW);
            assertThat(Thread.interrupted()).as("nothing else begins").isTrue();
        }

        @Test
        void countsIfThatClientSetsTheFlagItself() {
            onProcess = (word, handOver) -> {
                Thread.currentThread().interrupt();
                throw new InterruptedException("timeout");
            };

            assertThat(attempt(1).run()).isEqualTo(End.THREW);
            assertThat(Thread.interrupted()).isTrue();
        }

        @Test
        void countsIfTheReportOfAClientIsWrapped() {
            onProcess = throwing(new IllegalStateException(new InterruptedException("timeout")));

            assertThat(attempt(1).run()).isEqualTo(End.THREW);
        }

        @Test
        void countsIfTheReportHasNoStackTrace() {
            InterruptedException bare = new InterruptedException("timeout");
            bare.setStackTrace(new StackTraceElement[0]);
            onProcess = throwing(bare);

            assertThat(attempt(1).run()).isEqualTo(End.THREW);
            assertThat(Thread.interrupted()).isTrue();
        }

        @Test
        void doesNotCountIfAClientReportsItWhileTheJoinerStops() {
            isStopping = true;
            onProcess = throwing(new IllegalStateException(new InterruptedException("asked to stop")));

            assertDoesNotCount(attempt(1));
        }

        @Test
        void countsIfSomethingElseIsThrownWhileTheJoinerStops() {
            isStopping = true;
            onProcess = throwing(boom);

            assertThat(attempt(1).run()).isEqualTo(End.THREW);
        }

        @Test
        void isNoMatterIfTheHandlerReturns() {
            onProcess = (word, handOver) -> Thread.currentThread().interrupt();

            assertThat(attempt(1).run()).isEqualTo(End.RETURNED);
            assertThat(Thread.interrupted()).isTrue();
        }

        @Test
        void doesNotGoOnToOnPoisoned() {
            onProcess = (word, handOver) -> {
                throw ofTheJdk();
            };

            assertDoesNotCount(attempt(ATTEMPTS));
            assertThat(log).doesNotContain("poison ab");
        }

        @Test
        void ofOnPoisonedLeavesTheAttemptThatWasMadeBeforeIt() {
            onProcess = throwing(boom);
            onPoisoned = (word, handOver) -> {
                throw ofTheJdk();
            };

            assertThat(attempt(ATTEMPTS).run()).isEqualTo(End.THREW);
            assertThat(Thread.interrupted()).as("nothing else begins").isTrue();
        }

        @Test
        void staysSoIfOnPoisonedTakesWhatAClientReported() {
            onProcess = throwing(new InterruptedException("timeout"));

            assertThat(attempt(ATTEMPTS).run()).isEqualTo(End.POISONED);
            assertThat(Thread.interrupted()).isTrue();
        }

        @Test
        void isLookedForAmongTheFirst20CausesOnly() {
            assertThat(causes(19)).isEqualTo(End.INTERRUPTED);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(causes(20)).isEqualTo(End.THREW);
        }

        private End causes(int depth) {
            Throwable thrown = ofTheJdk();
            for (int i = 0; i < depth; i++) {
                thrown = new IllegalStateException(thrown);
            }
            onProcess = throwing(thrown);
            return attempt(1).run();
        }

        @Test
        void isNotLookedForForEverInCausesThatCauseEachOther() {
            RuntimeException first = new IllegalStateException("first");
            RuntimeException second = new IllegalStateException("second", first);
            first.initCause(second);
            onProcess = throwing(first);

            assertThat(attempt(1).run()).isEqualTo(End.THREW);
        }
    }

    @Nested
    class OfAnExceptionThatIsHostile {

        @Test
        void namesItsClassIfItCannotSayWhatItIs() {
            Hand hand = attempt(1);
            onProcess = throwing(new RuntimeException("x") {
                private static final long serialVersionUID = 1L;

                @Override
                @SuppressWarnings("OverrideThrowableToString") // it is the one that throws
                public String toString() {
                    throw boom;
                }
            });

            assertThat(hand.run()).isEqualTo(End.THREW);
            assertThat(hand.errorText())
                    .startsWith("dev.joiner.engine.DeliveryTest$")
                    .endsWith(" (its toString threw java.lang.IllegalStateException)");
            assertThat(hand.failure(End.THREW)).hasMessageContaining("its toString threw");
        }

        @Test
        void endsIfItCannotSayItsCause() {
            onProcess = throwing(new RuntimeException("x") {
                private static final long serialVersionUID = 1L;

                @Override
                public synchronized Throwable getCause() {
                    throw boom;
                }
            });

            assertThat(attempt(1).run()).isEqualTo(End.THREW);
        }

        @Test
        void endsIfItHasNoStackTraceAtAll() {
            onProcess = throwing(new InterruptedException("x") {
                private static final long serialVersionUID = 1L;

                @Override
                public StackTraceElement[] getStackTrace() {
                    return null;
                }
            });

            assertThat(attempt(1).run()).isEqualTo(End.THREW);
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
