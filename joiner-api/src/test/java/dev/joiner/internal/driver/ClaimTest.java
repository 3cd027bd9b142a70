package dev.joiner.internal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.CodecException;
import dev.joiner.HandOver;
import dev.joiner.JoinListener;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Claims that are made alone: here by one message that is a whole word. */
@Timeout(60)
class ClaimTest {
    private static final Outcome<String> INCOMPLETE = new Outcome.Incomplete<>();

    private final Words words = new Words();
    private final KeyedJoiner<String, String, String, String> joiner = words.joiner(words.retrying(1, 3));
    private final RuntimeException boom = new IllegalStateException("boom");

    @AfterEach
    void noInterruptIsLeftOver() {
        assertThat(Thread.interrupted()).isFalse();
    }

    private static Outcome<String> joined(String result, boolean confirmed) {
        return new Outcome.Joined<>(result, confirmed);
    }

    /** Runs a hook before the write of that number, from 1. */
    private void beforeWrite(int number, Consumer<List<String>> hook) {
        words.store.beforeWrite(at(number, hook));
    }

    private void afterWrite(int number, Consumer<List<String>> hook) {
        words.store.afterWrite(at(number, hook));
    }

    private static <T> Consumer<T> at(int number, Consumer<T> hook) {
        AtomicInteger count = new AtomicInteger();
        return value -> {
            if (count.incrementAndGet() == number) {
                hook.accept(value);
            }
        };
    }

    private void assertGivenBack(String key, int attempts) {
        Flight<String> flight = words.flight(key);
        assertThat(flight.status()).isEqualTo(Status.GIVEN_BACK);
        assertThat(flight.attempts()).isEqualTo(attempts);
        assertThat(flight.dueAt()).isEqualTo(words.clock.millis());
    }

    /** Another node takes the join of k, as if the lease had run out. */
    private void takeAway() {
        words.put("k", States.inFlight(States.claimed("a", 4711, JoinState.NEVER)));
    }

    @Test
    void areHandedOverAndWrittenOff() {
        assertThat(joiner.accept("k:a")).isEqualTo(joined("A", true));
        assertThat(words.log).containsExactly("write k", "process k a", "write k");
        assertThat(words.store.size()).isZero();
    }

    @Test
    void areRememberedFromTheEndOfTheirHandlerOn() {
        words.onProcess = (word, handOver) -> words.clock.pass(Words.MINUTE);

        try (var remembering = words.joiner(words.of(1).rememberFor(Words.MINUTE))) {
            remembering.accept("k:a");
        }

        assertThat(words.store.state("k").closed().until()).isEqualTo(words.clock.millis() + Words.MINUTE.toMillis());
    }

    @Nested
    class WhoseHandlerThrows {

        @Test
        void waitForTheirBackoffAndTellTheCaller() {
            words.onProcess = (word, handOver) -> {
                throw boom;
            };

            assertThatExceptionOfType(ProcessingException.class)
                    .isThrownBy(() -> joiner.accept("k:a"))
                    .withMessage("words: key \"k\", attempt 1: the handler threw " + boom)
                    .withCause(boom)
                    .satisfies(e -> assertThat(e.isSafe()).isTrue());

            Flight<String> flight = words.flight("k");
            assertThat(flight.status()).isEqualTo(Status.THREW);
            assertThat(flight.attempts()).isEqualTo(1);
            assertThat(flight.lastError()).isEqualTo(boom.toString());
            assertThat(flight.dueAt()).isEqualTo(words.clock.millis() + 500);
        }

        @Test
        void waitForTheWholeOfTheirBackoffAtMost() {
            words.onProcess = (word, handOver) -> {
                throw boom;
            };
            Randomness late = new Randomness() {
                @Override
                public long nonce() {
                    return words.number();
                }

                @Override
                public double jitter() {
                    return 1;
                }
            };
            try (var jittered = StoreJoiner.create(words.retrying(1, 3).build(), words.store, words.clock, late)) {
                assertThatExceptionOfType(ProcessingException.class).isThrownBy(() -> jittered.accept("k:a"));
            }

            assertThat(words.flight("k").dueAt()).isEqualTo(words.clock.millis() + 1_000);
        }

        @Test
        void goToOnPoisonedAfterTheLastAttemptAndLeave() {
            words.put("k", States.inFlight(States.flight("a", Status.THREW, true, 0, 2, "boom", 0)));
            words.onProcess = (word, handOver) -> {
                throw boom;
            };

            joiner.sweep();

            assertThat(words.handled()).containsExactly("process k a", "poison k a");
            assertThat(words.store.size()).isZero();
        }

        @Test
        void survivesAnOnPoisonedThatThrowsTheSameObject() {
            words.onProcess = (word, handOver) -> {
                throw boom;
            };
            words.onPoisoned = words.onProcess;
            try (var once = words.joiner(words.retrying(1, 1))) {
                assertThatExceptionOfType(ProcessingException.class)
                        .isThrownBy(() -> once.accept("k:a"))
                        .withCause(boom);
            }

            assertThat(words.handled()).containsExactly("process k a", "poison k a");
            assertThat(words.flight("k").status()).isEqualTo(Status.THREW);
            assertThat(boom.getSuppressed()).isEmpty();
        }

        @Test
        void tellTheListenerWhenTheyAreParked() {
            List<String> told = new ArrayList<>();
            JoinListener noting = new JoinListener() {
                @Override
                public void parked(String join, Object key, int attempts, Duration age) {
                    told.add(join + " " + key + " " + attempts + " " + age);
                }
            };
            words.onProcess = (word, handOver) -> {
                words.clock.pass(Duration.ofSeconds(3));
                throw boom;
            };
            try (var parking = words.joiner(words.of(1).retry(1).parkPoisoned().listener(noting))) {
                assertThatExceptionOfType(ProcessingException.class).isThrownBy(() -> parking.accept("k:a"));
            }

            assertThat(words.flight("k").status()).isEqualTo(Status.PARKED);
            assertThat(told).containsExactly("words k 1 PT3S");
        }
    }

    @Nested
    class ThatMayNotBegin {

        @Test
        void areGivenBackIfTheJoinerCloses() {
            afterWrite(1, keys -> DeterministicJoiner.beginToClose(joiner));

            assertThat(joiner.accept("k:a")).isEqualTo(INCOMPLETE);
            assertThat(words.handled()).isEmpty();
            assertGivenBack("k", 0);
        }

        @Test
        void areGivenBackIfTheThreadIsInterruptedWhichItStays() {
            afterWrite(1, keys -> Thread.currentThread().interrupt());

            assertThat(joiner.accept("k:a")).isEqualTo(INCOMPLETE);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(words.handled()).isEmpty();
            assertGivenBack("k", 0);
        }

        @Test
        void areNotMadeOnAnInterruptedThread() {
            Thread.currentThread().interrupt();

            assertThat(joiner.accept("k:a")).isEqualTo(INCOMPLETE);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(words.log).containsExactly("write k");
            assertGivenBack("k", 0);

            assertThat(joiner.sweep().joined()).isEqualTo(1);
        }

        @Test
        void areNotMadeWhileTheJoinerCloses() {
            words.store.beforeWrite(keys -> DeterministicJoiner.beginToClose(joiner));
            words.put("k", States.open("x"));

            assertThat(joiner.accept("k:a")).isEqualTo(INCOMPLETE);
            assertThat(words.handled()).isEmpty();
            assertGivenBack("k", 0);
        }

        @Test
        void areNotKnownToBeGivenBackIfTheStoreFails() {
            beforeWrite(2, keys -> {
                throw new StoreException("down");
            });
            afterWrite(1, keys -> DeterministicJoiner.beginToClose(joiner));

            assertThat(joiner.accept("k:a")).isEqualTo(INCOMPLETE);
            assertThat(words.flight("k").status()).isEqualTo(Status.CLAIMED_ALONE);
        }
    }

    @Nested
    class WhoseWriteTookLong {

        private void theWriteTakes(Duration duration) {
            afterWrite(1, keys -> words.clock.pass(duration));
        }

        @Test
        void areRenewedBeforeTheyBeginOnceHalfTheLeaseIsUsed() {
            words.store.remote();
            theWriteTakes(Words.HALF_LEASE);
            List<Long> leases = new ArrayList<>();
            words.onProcess = (word, handOver) -> leases.add(words.flight("k").dueAt());

            assertThat(joiner.accept("k:a")).isEqualTo(joined("A", true));
            assertThat(words.log).containsExactly("write k", "write k", "process k a", "write k");
            assertThat(leases).containsExactly(words.clock.millis() + Words.MINUTE.toMillis());
        }

        @Test
        void areNotRenewedBeforeThat() {
            words.store.remote();
            theWriteTakes(Words.HALF_LEASE.minusMillis(1));

            assertThat(joiner.accept("k:a")).isEqualTo(joined("A", true));
            assertThat(words.log).containsExactly("write k", "process k a", "write k");
        }

        @Test
        void areNotRenewedOnAStoreWithoutANetwork() {
            theWriteTakes(Words.HALF_LEASE);

            joiner.accept("k:a");

            assertThat(words.log).containsExactly("write k", "process k a", "write k");
        }

        @Test
        void areGivenBackOnceTheLeaseIsOver() {
            words.store.remote();
            theWriteTakes(Words.MINUTE);

            assertThat(joiner.accept("k:a")).isEqualTo(INCOMPLETE);
            assertThat(words.handled()).isEmpty();
            assertGivenBack("k", 0);
        }

        @Test
        void areRenewedUntilTheLeaseIsOver() {
            words.store.remote();
            theWriteTakes(Words.MINUTE.minusMillis(1));

            assertThat(joiner.accept("k:a")).isEqualTo(joined("A", true));
        }

        @Test
        void doNotBeginIfSomebodyElseHasTheJoin() {
            words.store.remote();
            theWriteTakes(Words.HALF_LEASE);
            beforeWrite(2, keys -> takeAway());

            assertThat(joiner.accept("k:a")).isEqualTo(INCOMPLETE);
            assertThat(words.handled()).isEmpty();
            assertThat(words.writes()).as("nothing is left to write").hasSize(2);
            assertThat(words.flight("k").claim()).isEqualTo(4711);
        }

        @Test
        void beginOnWhatIsLeftOfTheirLeaseIfTheStoreCannotRenewThem() {
            words.store.remote();
            theWriteTakes(Words.HALF_LEASE);
            beforeWrite(2, keys -> {
                throw new StoreException("down");
            });

            assertThat(joiner.accept("k:a")).isEqualTo(new Outcome.Joined<>("A", true));
            assertThat(words.writes()).hasSize(3);
        }

        @Test
        void areGivenBackIfTheirLeaseIsOverWhenTheStoreHasFailedToRenewThem() {
            words.store.remote();
            theWriteTakes(Words.HALF_LEASE);
            beforeWrite(2, keys -> {
                words.clock.pass(Words.HALF_LEASE);
                throw new StoreException("down");
            });

            assertThat(joiner.accept("k:a")).isEqualTo(INCOMPLETE);
            assertThat(words.handled()).isEmpty();
            assertThat(words.flight("k").attempts()).isZero();
            assertThat(words.due()).hasSize(1);
        }
    }

    @Nested
    class RenewedByTheirHandler {
        private final List<Boolean> renewed = new ArrayList<>();

        private void renew(HandOver<String> handOver) {
            renewed.add(handOver.renew());
        }

        @Test
        void haveTheirWholeLeaseAgain() {
            words.onProcess = (word, handOver) -> {
                words.clock.pass(Words.HALF_LEASE);
                renew(handOver);
                assertThat(words.flight("k").dueAt()).isEqualTo(words.clock.millis() + Words.MINUTE.toMillis());
                assertThat(words.flight("k").status()).isEqualTo(Status.CLAIMED_ALONE);
            };

            assertThat(joiner.accept("k:a")).isEqualTo(joined("A", true));
            assertThat(renewed).containsExactly(true);
            assertThat(words.store.size()).isZero();
        }

        @Test
        void mayBeRenewedAgain() {
            words.onProcess = (word, handOver) -> {
                renew(handOver);
                renew(handOver);
            };

            assertThat(joiner.accept("k:a")).isEqualTo(joined("A", true));
            assertThat(renewed).containsExactly(true, true);
            assertThat(words.log)
                    .as("each on what the last one wrote")
                    .containsExactly("write k", "process k a", "write k", "write k", "write k");
        }

        @Test
        void areLostIfSomebodyElseHasTheJoin() {
            words.onProcess = (word, handOver) -> {
                takeAway();
                renew(handOver);
            };

            assertThat(joiner.accept("k:a")).isEqualTo(joined("A", false));
            assertThat(renewed).containsExactly(false);
            assertThat(words.flight("k").claim()).isEqualTo(4711);
        }

        @Test
        void areLostForGoodIfNothingIsThereAnyMore() {
            words.onProcess = (word, handOver) -> {
                words.store.put("k", null);
                renew(handOver);
                renew(handOver);
            };

            assertThat(joiner.accept("k:a")).isEqualTo(joined("A", false));
            assertThat(renewed).containsExactly(false, false);
            assertThat(words.store.size()).isZero();
        }

        @Test
        void throwWhatTheStoreThrows() {
            StoreException down = new StoreException("down");
            words.onProcess = (word, handOver) -> {
                words.store.beforeWrite(at(1, keys -> {
                    throw down;
                }));
                assertThatExceptionOfType(StoreException.class)
                        .isThrownBy(handOver::renew)
                        .isSameAs(down);
            };

            assertThat(joiner.accept("k:a")).as("the last write went well").isEqualTo(joined("A", true));
        }

        @Test
        void throwAStoreExceptionForWhateverElsePreventsIt() {
            RuntimeException bad = new CodecException("k", "bad", null);
            words.onProcess = (word, handOver) -> {
                words.store.beforeWrite(at(1, keys -> {
                    throw bad;
                }));
                assertThatExceptionOfType(StoreException.class)
                        .isThrownBy(handOver::renew)
                        .withMessage("words: the lease of key \"k\" could not be renewed")
                        .withCause(bad);
            };

            joiner.accept("k:a");
        }

        @Test
        void haveNoLeaseAtMostOnce() {
            words.onProcess = (word, handOver) -> renew(handOver);

            words.put("k", States.open("a"));
            words.store.guess(words.store::get);
            try (var atMostOnce = words.joiner(words.of(2).atMostOnce())) {
                atMostOnce.accept("k:b");
            }

            assertThat(renewed).containsExactly(true);
            assertThat(words.log).containsExactly("write k", "process k ab", "close");
        }
    }

    @Nested
    class WhoseLastWriteFails {

        @Test
        void areNotConfirmed() {
            beforeWrite(2, keys -> {
                throw new StoreException("down");
            });

            assertThat(joiner.accept("k:a")).isEqualTo(joined("A", false));
        }

        @Test
        void areNotConfirmedIfSomebodyElseHasTheJoin() {
            beforeWrite(2, keys -> takeAway());

            assertThat(joiner.accept("k:a")).isEqualTo(joined("A", false));
            assertThat(words.flight("k").claim()).isEqualTo(4711);
        }

        @Test
        void areNotConfirmedIfTheEntryCannotBeReadAnyMore() {
            beforeWrite(2, keys -> words.store.put("k", MapStore.unreadable(1, "k")));

            assertThat(joiner.accept("k:a")).isEqualTo(joined("A", false));
        }

        @Test
        void sayBothWhatTheHandlerThrewAndWhatTheStoreThrew() {
            StoreException down = new StoreException("down");
            words.onProcess = (word, handOver) -> {
                throw boom;
            };
            beforeWrite(2, keys -> {
                throw down;
            });

            assertThatExceptionOfType(ProcessingException.class)
                    .isThrownBy(() -> joiner.accept("k:a"))
                    .withCause(boom)
                    .satisfies(e -> assertThat(e.getSuppressed()).containsExactly(down));
        }

        @Test
        void areWrittenAgainIfAnInterruptCameMeanwhileWhichIsKept() {
            beforeWrite(2, keys -> {
                Thread.currentThread().interrupt();
                throw new StoreException("interrupted");
            });

            assertThat(joiner.accept("k:a")).isEqualTo(joined("A", true));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(words.writes()).hasSize(3);
        }

        @Test
        void sayWhatTheStoreThrewWhenTheyWereWrittenAgain() {
            StoreException down = new StoreException("down");
            words.onProcess = (word, handOver) -> {
                throw boom;
            };
            words.store.beforeWrite(keys -> {
                if (words.writes().size() == 2) {
                    Thread.currentThread().interrupt();
                    throw new StoreException("interrupted");
                } else if (words.writes().size() > 2) {
                    throw down;
                }
            });

            assertThatExceptionOfType(ProcessingException.class)
                    .isThrownBy(() -> joiner.accept("k:a"))
                    .withCause(boom)
                    .satisfies(e -> assertThat(e.getSuppressed()).containsExactly(down));
            assertThat(Thread.interrupted()).isTrue();
        }

        @Test
        void areNotWrittenAgainWithoutAnInterrupt() {
            beforeWrite(2, keys -> {
                throw new StoreException("down");
            });

            joiner.accept("k:a");

            assertThat(words.writes()).hasSize(2);
        }

        @Test
        void areWrittenOnAThreadThatItsHandlerLeavesInterrupted() {
            List<Boolean> seen = new ArrayList<>();
            words.onProcess = (word, handOver) -> Thread.currentThread().interrupt();
            beforeWrite(2, keys -> seen.add(Thread.currentThread().isInterrupted()));

            assertThat(joiner.accept("k:a")).isEqualTo(joined("A", true));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(seen).as("the store does not see the interrupt").containsExactly(false);
        }
    }

    @Nested
    class WhoseAnswerIsLost {

        private void loseTheAnswer() {
            afterWrite(1, keys -> {
                throw new StoreException("answer lost");
            });
        }

        @Test
        void areFoundAndBegunAndNotCharged() {
            loseTheAnswer();
            words.onProcess = (word, handOver) -> assertThat(handOver.attempt()).isEqualTo(1);

            try (var once = words.joiner(words.retrying(1, 1))) {
                assertThat(once.accept("k:a")).isEqualTo(joined("A", true));
            }

            assertThat(words.log).containsExactly("write k", "find k", "process k a", "write k", "close");
        }

        @Test
        void areFoundUnderWhatSomebodyElseWrote() {
            afterWrite(1, keys -> {
                Flight<String> mine = words.flight("k");
                words.put("k", States.inFlight(mine, States.parked("x")));
                throw new StoreException("answer lost");
            });

            assertThat(joiner.accept("k:a")).isEqualTo(joined("A", true));
            assertThat(words.flight("k")).isEqualTo(States.parked("x"));
        }

        @Test
        void areGivenBackUnchargedIfTheyMayNotBegin() {
            afterWrite(1, keys -> {
                DeterministicJoiner.beginToClose(joiner);
                throw new StoreException("answer lost");
            });

            assertThat(joiner.accept("k:a")).isEqualTo(INCOMPLETE);
            assertGivenBack("k", 0);
        }

        @Test
        void areTheFailureOfTheStoreIfTheyWereNotMade() {
            beforeWrite(1, keys -> {
                throw new StoreException("down");
            });

            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> joiner.accept("k:a"))
                    .withMessage("down");
            assertThat(words.handled()).isEmpty();
            assertThat(words.store.size()).isZero();
        }

        @Test
        void areTheFailureOfTheStoreAtMostOnce() {
            words.put("k", States.open("a"));
            words.store.guess(words.store::get);
            loseTheAnswer();

            try (var atMostOnce = words.joiner(words.of(2).atMostOnce())) {
                assertThatExceptionOfType(StoreException.class).isThrownBy(() -> atMostOnce.accept("k:b"));
            }

            assertThat(words.handled()).isEmpty();
        }
    }

    @Nested
    class AtMostOnce {
        private final KeyedJoiner<String, String, String, String> atMostOnce =
                words.joiner(words.of(2).atMostOnce());

        @BeforeEach
        void theFirstLetterIsThere() {
            words.put("k", States.open("a"));
            words.store.guess(words.store::get);
        }

        @Test
        void leaveTheStoreBeforeTheirHandlerBegins() {
            assertThat(atMostOnce.accept("k:b")).isEqualTo(joined("AB", true));
            assertThat(words.log).containsExactly("write k", "process k ab");
            assertThat(words.store.size()).isZero();
        }

        @Test
        void needNoWriteIfTheirFirstMessageIsWhole() {
            assertThat(atMostOnce.accept("l:ab")).isEqualTo(joined("AB", true));
            assertThat(words.log).as("that nothing was there is no guess").containsExactly("find l", "process l ab");
        }

        @Test
        void areHandedOverOnceTheyAreWrittenWhateverHappens() {
            afterWrite(1, keys -> {
                Thread.currentThread().interrupt();
                DeterministicJoiner.beginToClose(atMostOnce);
            });

            assertThat(atMostOnce.accept("k:b")).isEqualTo(joined("AB", true));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(words.log).containsExactly("write k", "process k ab");
        }

        @Test
        void areGoneIfTheirHandlerThrows() {
            words.onProcess = (word, handOver) -> {
                throw boom;
            };

            assertThatExceptionOfType(ProcessingException.class).isThrownBy(() -> atMostOnce.accept("k:b"));
            assertThat(words.log).containsExactly("write k", "process k ab");
            assertThat(words.store.size()).isZero();
        }
    }

    @Nested
    class WhoseHandlerIsInterrupted {

        @Test
        void areTriedAgainAfterTheFirstBackoffUncounted() {
            words.put("k", States.inFlight(States.suspect("a", 0)));
            words.onProcess = (word, handOver) -> {
                Thread.currentThread().interrupt();
                Thread.sleep(1);
            };

            joiner.sweep();

            assertThat(Thread.interrupted()).isTrue();
            Flight<String> flight = words.flight("k");
            assertThat(flight.attempts()).as("the one before").isEqualTo(1);
            assertThat(flight.status()).isEqualTo(Status.THREW);
            assertThat(flight.suspect()).isTrue();
            assertThat(flight.dueAt()).isEqualTo(words.clock.millis() + 500);
        }

        @Test
        void countIfTheInterruptIsAClientsOwn() {
            words.onProcess = (word, handOver) -> {
                throw new InterruptedException("timeout");
            };

            assertThatExceptionOfType(ProcessingException.class).isThrownBy(() -> joiner.accept("k:a"));

            assertThat(Thread.interrupted()).isTrue();
            assertThat(words.flight("k").attempts()).isEqualTo(1);
        }

        @Test
        void doNotCountIfTheJoinerClosesMeanwhile() {
            words.onProcess = (word, handOver) -> {
                DeterministicJoiner.beginToClose(joiner);
                throw new InterruptedException("asked to stop");
            };

            assertThatExceptionOfType(ProcessingException.class).isThrownBy(() -> joiner.accept("k:a"));

            assertThat(Thread.interrupted()).isTrue();
            assertThat(words.flight("k").attempts()).isZero();
        }
    }
}
