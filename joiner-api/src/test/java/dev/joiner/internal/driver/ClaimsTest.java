package dev.joiner.internal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import dev.joiner.SweepReport;
import dev.joiner.engine.SpecFunctions;
import dev.joiner.engine.Transition;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Claims that are made together: here by a batch whose messages are whole words, or by a sweep. */
@Timeout(60)
class ClaimsTest {
    private static final List<String> KLM = List.of("k:a", "l:b", "m:c");
    private static final Outcome<String> INCOMPLETE = new Outcome.Incomplete<>();

    private final Words words = new Words();
    private final KeyedJoiner<String, String, String, String> joiner = words.joiner(words.retrying(1, 3));

    @AfterEach
    void noInterruptIsLeftOver() {
        assertThat(Thread.interrupted()).isFalse();
    }

    private static Outcome<String> joined(String result, boolean confirmed) {
        return new Outcome.Joined<>(result, confirmed);
    }

    /** Runs a hook before the write of that number, from 1. */
    private void beforeWrite(int number, Consumer<List<String>> hook) {
        AtomicInteger count = new AtomicInteger();
        words.store.beforeWrite(keys -> {
            if (count.incrementAndGet() == number) {
                hook.accept(keys);
            }
        });
    }

    /** Lets a handler do something for the join of one key. */
    private void onProcess(String key, Runnable work) {
        words.onProcess = (word, handOver) -> {
            if (handOver.key().equals(key)) {
                work.run();
            }
        };
    }

    private void takeAway(String key) {
        words.put(key, States.inFlight(States.claimed("x", 4711, JoinState.NEVER)));
    }

    private void assertGivenBack(String key) {
        Flight<String> flight = words.flight(key);
        assertThat(flight.status()).isEqualTo(Status.GIVEN_BACK);
        assertThat(flight.attempts()).isZero();
        assertThat(flight.dueAt()).isEqualTo(words.clock.millis());
    }

    private void assertIsMine(String key) {
        assertThat(words.flight(key).status()).isEqualTo(Status.CLAIMED_TOGETHER);
        assertThat(words.flight(key).claim()).isNotEqualTo(4711);
    }

    @Nested
    class AreWrittenOff {

        @Test
        void togetherAtTheEnd() {
            assertThat(joiner.acceptAll(KLM)).containsExactly(joined("A", true), joined("B", true), joined("C", true));
            assertThat(words.log)
                    .containsExactly("writeAll k l m", "process k a", "process l b", "process m c", "writeAll k l m");
            assertThat(words.store.size()).isZero();
        }

        @Test
        void eachAsItEnded() {
            RuntimeException boom = new IllegalStateException("boom");
            onProcess("l", () -> {
                throw boom;
            });

            List<Outcome<String>> outcomes = joiner.acceptAll(KLM);

            assertThat(outcomes.get(0)).isEqualTo(joined("A", true));
            assertThat(outcomes.get(1)).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                assertThat(failed.isSafe()).isTrue();
                assertThat(failed.cause())
                        .isInstanceOf(ProcessingException.class)
                        .hasMessage("words: key \"l\", attempt 1: the handler threw " + boom)
                        .hasCause(boom);
            });
            assertThat(outcomes.get(2)).isEqualTo(joined("C", true));
            assertThat(words.store.size()).isEqualTo(1);
            assertThat(words.flight("l").attempts()).isEqualTo(1);
            assertThat(words.flight("l").status()).isEqualTo(Status.THREW);
        }

        @Test
        void uncountedIfTheirHandlerWasInterrupted() {
            onProcess("l", () -> {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("stopped");
            });

            joiner.acceptAll(KLM);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(words.flight("l").attempts()).isZero();
            assertThat(words.flight("l").status()).isEqualTo(Status.THREW);
        }

        @Test
        void severalOfOneKeyInOneWrite() {
            onProcess("l", () -> {
                throw new IllegalStateException("boom");
            });

            List<Outcome<String>> outcomes = joiner.acceptAll(List.of("k:a", "l:x", "k:b", "l:y", "k:c"));

            assertThat(outcomes.stream().map(Outcome::isSafe)).containsOnly(true);
            assertThat(List.of(outcomes.get(0), outcomes.get(2), outcomes.get(4)))
                    .containsExactly(joined("A", true), joined("B", true), joined("C", true));
            assertThat(words.writes()).containsExactly("writeAll k l", "writeAll k l");
            assertThat(words.store.state("k")).isNull();
            assertThat(words.store.state("l").inFlight())
                    .extracting(flight -> flight.join().value())
                    .containsExactly("x", "y");
        }

        @Test
        void withoutConfirmationIfTheStoreFails() {
            StoreException down = new StoreException("down");
            onProcess("l", () -> {
                throw new IllegalStateException("boom");
            });
            beforeWrite(2, keys -> {
                throw down;
            });

            List<Outcome<String>> outcomes = joiner.acceptAll(KLM);

            assertThat(List.of(outcomes.get(0), outcomes.get(2)))
                    .containsExactly(joined("A", false), joined("C", false));
            assertThat(outcomes.get(1))
                    .isInstanceOfSatisfying(
                            Outcome.Failed.class,
                            failed -> assertThat(failed.cause()).hasSuppressedException(down));
            assertThat(words.writes()).as("it is not tried again").hasSize(2);
        }

        @Test
        void againIfAnInterruptCameMeanwhileWhichIsKept() {
            List<Boolean> seen = new ArrayList<>();
            beforeWrite(2, keys -> {
                Thread.currentThread().interrupt();
                beforeWrite(1, again -> seen.add(Thread.currentThread().isInterrupted()));
                throw new StoreException("interrupted");
            });

            assertThat(joiner.acceptAll(KLM)).containsExactly(joined("A", true), joined("B", true), joined("C", true));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(seen).containsExactly(false);
            assertThat(words.store.size()).isZero();
        }

        @Test
        void withoutConfirmationWhereTheyAreLost() {
            beforeWrite(2, keys -> takeAway("l"));

            assertThat(joiner.acceptAll(KLM)).containsExactly(joined("A", true), joined("B", false), joined("C", true));
            assertThat(words.flight("l").claim()).isEqualTo(4711);
        }

        @Test
        void withoutConfirmationWhereTheEntryCannotBeReadAnyMore() {
            beforeWrite(2, keys -> words.store.put("l", MapStore.unreadable(1, "l")));

            assertThat(joiner.acceptAll(KLM)).containsExactly(joined("A", true), joined("B", false), joined("C", true));
        }

        @Test
        void andForgottenByTheJoiner() {
            SpecFunctions<String, String, String, String> functions =
                    SpecFunctions.of(words.of(1).build());
            Context<String, String, String, String> context = Context.of(
                    new Transition<>(functions), functions, words.store, words.clock, Randomness.ofProcess());
            WeakReference<Claims<String, String, String>> ended = new WeakReference<>(handedOver(context));

            await().until(() -> {
                System.gc();
                return ended.get() == null;
            });
            assertThat(context.mayBegin()).as("and goes on").isTrue();
        }

        private static Claims<String, String, String> handedOver(Context<String, String, String, String> context) {
            Claims<String, String, String> claims = new Claims<>(context);
            claims.handOver(List.of());
            return claims;
        }

        @Test
        void onAThreadThatAHandlerLeavesInterrupted() {
            List<Boolean> seen = new ArrayList<>();
            onProcess("m", () -> Thread.currentThread().interrupt());
            beforeWrite(2, keys -> seen.add(Thread.currentThread().isInterrupted()));

            joiner.acceptAll(KLM);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(seen).containsExactly(false);
        }
    }

    @Nested
    class OnceHalfTheLeaseIsUsed {

        private void theFirstHandlerTakes(Duration duration) {
            onProcess("k", () -> words.clock.pass(duration));
        }

        @Test
        void areWrittenOffAndRenewedBeforeTheNextBegins() {
            List<Long> leases = new ArrayList<>();
            words.onProcess = (word, handOver) -> {
                switch (handOver.key()) {
                    case "k" -> words.clock.pass(Words.HALF_LEASE);
                    case "l" -> {
                        assertThat(words.store.state("k")).isNull();
                        leases.add(words.flight("l").dueAt());
                        leases.add(words.flight("m").dueAt());
                    }
                    default -> {}
                }
            };

            assertThat(joiner.acceptAll(KLM)).containsExactly(joined("A", true), joined("B", true), joined("C", true));
            assertThat(words.log)
                    .containsExactly(
                            "writeAll k l m",
                            "process k a",
                            "writeAll k l m",
                            "process l b",
                            "process m c",
                            "writeAll l m");
            long renewed = words.clock.millis() + Words.MINUTE.toMillis();
            assertThat(leases).containsExactly(renewed, renewed);
        }

        @Test
        void areNotWrittenBeforeThat() {
            theFirstHandlerTakes(Words.HALF_LEASE.minusMillis(1));

            joiner.acceptAll(KLM);

            assertThat(words.writes()).hasSize(2);
        }

        @Test
        void areWrittenAgainWhenHalfOfTheRenewedLeaseIsUsed() {
            words.onProcess = (word, handOver) -> words.clock.pass(Words.HALF_LEASE);

            joiner.acceptAll(KLM);

            assertThat(words.writes())
                    .containsExactly("writeAll k l m", "writeAll k l m", "writeAll l m", "writeAll m");
        }

        @Test
        void doNotBeginWhereTheyAreLost() {
            onProcess("k", () -> {
                words.clock.pass(Words.HALF_LEASE);
                takeAway("l");
            });

            assertThat(joiner.acceptAll(KLM)).containsExactly(joined("A", true), INCOMPLETE, joined("C", true));
            assertThat(words.handled()).containsExactly("process k a", "process m c");
            assertThat(words.writes())
                    .as("nothing is left to write of what is lost")
                    .containsExactly("writeAll k l m", "writeAll k l m", "writeAll m");
            assertThat(words.flight("l").claim()).isEqualTo(4711);
        }

        @Test
        void doNotBeginIfTheStoreCannotRenewThem() {
            theFirstHandlerTakes(Words.HALF_LEASE);
            beforeWrite(2, keys -> {
                throw new StoreException("down");
            });

            assertThat(joiner.acceptAll(KLM)).containsExactly(joined("A", false), INCOMPLETE, INCOMPLETE);
            assertThat(words.handled()).containsExactly("process k a");
            assertThat(words.writes()).hasSize(2);
        }
    }

    @Nested
    class AreGivenBackWhereTheyHaveNotBegun {

        private void assertThatOnlyTheFirstBegan(List<Outcome<String>> outcomes) {
            assertThat(outcomes).containsExactly(joined("A", true), INCOMPLETE, INCOMPLETE);
            assertThat(words.log).containsExactly("writeAll k l m", "process k a", "writeAll k l m");
            assertThat(words.store.state("k")).isNull();
            assertGivenBack("l");
            assertGivenBack("m");
        }

        @Test
        void ifTheThreadIsInterrupted() {
            onProcess("k", () -> Thread.currentThread().interrupt());

            assertThatOnlyTheFirstBegan(joiner.acceptAll(KLM));
            assertThat(Thread.interrupted()).isTrue();
        }

        @Test
        void ifTheJoinerCloses() {
            onProcess("k", () -> DeterministicJoiner.beginToClose(joiner));

            assertThatOnlyTheFirstBegan(joiner.acceptAll(KLM));
        }

        @Test
        void ifASweepIsNotToGoOn() {
            for (String key : List.of("k", "l", "m")) {
                words.put(key, States.inFlight(States.givenBack("a", words.clock.millis())));
            }
            AtomicInteger asked = new AtomicInteger();

            SweepReport report = joiner.sweep(() -> asked.incrementAndGet() <= 2);

            assertThat(report.joined())
                    .as("once for the page, once for the first")
                    .isEqualTo(1);
            assertThat(report.failed()).isZero();
            assertThat(words.handled()).hasSize(1);
            assertThat(words.store.size()).isEqualTo(2);
            words.due().forEach(due -> assertGivenBack(due.key()));
        }

        @Test
        void ifTheQuestionWhetherASweepGoesOnThrows() {
            for (String key : List.of("k", "l", "m")) {
                words.put(key, States.inFlight(States.givenBack("a", words.clock.millis())));
            }
            AtomicInteger asked = new AtomicInteger();
            RuntimeException boom = new IllegalStateException("boom");

            assertThatThrownBy(() -> joiner.sweep(() -> {
                        if (asked.incrementAndGet() > 2) {
                            throw boom;
                        }
                        return true;
                    }))
                    .isSameAs(boom);

            assertThat(words.handled()).hasSize(1);
            assertThat(words.due()).hasSize(2);
        }
    }

    @Nested
    class RenewedByOneOfTheirHandlers {
        private final List<Boolean> renewed = new ArrayList<>();

        @Test
        void areRenewedAllAndWhatEndedIsWrittenOff() {
            words.onProcess = (word, handOver) -> {
                if (handOver.key().equals("l")) {
                    words.clock.pass(Duration.ofSeconds(10));
                    renewed.add(handOver.renew());
                    long whole = words.clock.millis() + Words.MINUTE.toMillis();
                    assertThat(words.store.state("k")).isNull();
                    assertThat(words.flight("l").dueAt()).isEqualTo(whole);
                    assertThat(words.flight("m").dueAt()).isEqualTo(whole);
                    assertIsMine("l");
                    assertIsMine("m");
                }
            };

            assertThat(joiner.acceptAll(KLM)).containsExactly(joined("A", true), joined("B", true), joined("C", true));
            assertThat(renewed).containsExactly(true);
            assertThat(words.writes()).containsExactly("writeAll k l m", "writeAll k l m", "writeAll l m");
        }

        @Test
        void areLostIfSomebodyElseHasTheJoin() {
            words.onProcess = (word, handOver) -> {
                if (handOver.key().equals("l")) {
                    takeAway("l");
                    renewed.add(handOver.renew());
                }
            };

            assertThat(joiner.acceptAll(KLM)).containsExactly(joined("A", true), joined("B", false), joined("C", true));
            assertThat(renewed).containsExactly(false);
        }

        @Test
        void throwWhatTheStoreThrows() {
            StoreException down = new StoreException("down");
            words.onProcess = (word, handOver) -> {
                if (handOver.key().equals("l")) {
                    beforeWrite(1, keys -> {
                        throw down;
                    });
                    assertThatThrownBy(handOver::renew).isSameAs(down);
                }
            };

            assertThat(joiner.acceptAll(KLM))
                    .as("those that wait may be anybody's by now")
                    .containsExactly(joined("A", false), joined("B", true), INCOMPLETE);
        }
    }

    @Nested
    class WithNothingToHandOver {

        @Test
        void costNoReads() {
            words.put("k", States.closed(0));
            words.put("l", States.closed(1));

            SweepReport report = joiner.sweep();

            assertThat(report.ended()).isEqualTo(2);
            assertThat(words.log).containsExactly("due 1024", "findAll k l", "writeAll k l");
        }
    }
}
