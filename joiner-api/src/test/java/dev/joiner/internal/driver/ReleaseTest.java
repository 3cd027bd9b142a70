package dev.joiner.internal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.CodecException;
import dev.joiner.ContentionException;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReleaseTest {
    private static final Outcome<String> INCOMPLETE = new Outcome.Incomplete<>();

    private final Words words = new Words();
    private final KeyedJoiner<String, String, String, String> joiner = words.joiner(words.retrying(9, 3));
    private final RuntimeException boom = new IllegalStateException("boom");

    @AfterEach
    void nothingIsLeftOver() {
        assertThat(Thread.interrupted()).isFalse();
        assertThat(Suspects.tryEnter()).isTrue();
        Suspects.leave();
    }

    private static Outcome<String> joined(String result) {
        return new Outcome.Joined<>(result, true);
    }

    private static JoinState<String> openWith(String value, List<Flight<String>> flights) {
        return new JoinState<>(States.join(value, JoinState.NEVER), flights, null, 1);
    }

    @Nested
    class OfOneJoin {

        @Test
        void handsItOverByAClaimOfItsOwn() {
            words.put("k", States.open("ab"));
            words.onProcess =
                    (word, handOver) -> assertThat(words.flight("k").status()).isEqualTo(Status.CLAIMED_ALONE);

            assertThat(joiner.release("k")).containsExactly(joined("AB"));
            assertThat(words.log).containsExactly("find k", "write k", "process k ab", "write k");
            assertThat(words.store.size()).isZero();
        }

        @Test
        void countsItsAttemptsAnew() {
            words.put("k", States.inFlight(States.parked("ab")));
            words.onProcess = (word, handOver) -> assertThat(handOver.attempt()).isEqualTo(1);

            assertThat(joiner.release("k")).containsExactly(joined("AB"));
        }

        @Test
        void tellsThatItsHandlerThrew() {
            words.put("k", States.open("ab"));
            words.onProcess = (word, handOver) -> {
                throw boom;
            };

            List<Outcome<String>> outcomes = joiner.release("k");

            assertThat(outcomes).singleElement().isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                assertThat(failed.cause())
                        .isInstanceOf(ProcessingException.class)
                        .hasCause(boom);
                assertThat(failed.isSafe()).isTrue();
            });
            assertThat(words.flight("k").status()).isEqualTo(Status.THREW);
        }

        @Test
        void isNothingWhereThereIsNone() {
            assertThat(joiner.release("k")).isEmpty();
            words.put("l", States.closed(Long.MAX_VALUE / 4));
            assertThat(joiner.release("l")).isEmpty();
            words.put("m", States.inFlight(States.claimed("ab", 4711, Long.MAX_VALUE)));
            assertThat(joiner.release("m")).isEmpty();
            assertThat(words.writes()).isEmpty();
        }

        @Test
        void isRefusedWhereTheEntryCannotBeRead() {
            words.store.put("k", MapStore.unreadable(1, "k"));

            assertThatExceptionOfType(CodecException.class).isThrownBy(() -> joiner.release("k"));
        }

        @Test
        void isRefusedWhereTheKeyIsNone() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> joiner.release(null))
                    .withMessage("the key is null");
            assertThatIllegalArgumentException().isThrownBy(() -> joiner.release(""));
        }
    }

    @Nested
    class OfSeveralJoins {

        @Test
        void claimsThemTogether() {
            words.put("k", openWith("ab", List.of(States.failed("cd", Long.MAX_VALUE), States.parked("ef"))));

            assertThat(joiner.release("k")).containsExactly(joined("CD"), joined("EF"), joined("AB"));
            assertThat(words.log)
                    .containsExactly("find k", "write k", "process k cd", "process k ef", "process k ab", "writeAll k");
        }

        @Test
        void handsOverTheOthersIfOneThrows() {
            words.put("k", openWith("ab", List.of(States.parked("cd"))));
            words.onProcess = (word, handOver) -> {
                if (word.equals("cd")) {
                    throw boom;
                }
            };

            List<Outcome<String>> outcomes = joiner.release("k");

            assertThat(outcomes.get(0)).isInstanceOf(Outcome.Failed.class);
            assertThat(outcomes.get(1)).isEqualTo(joined("AB"));
        }

        @Test
        void takesThemInStepsAsThereIsRoomInFlight() {
            words.put("k", openWith("ab", List.of(States.parked("cd"), States.parked("ef"))));
            try (var crowded = words.joiner(words.retrying(9, 3).maxInFlight(1))) {
                assertThat(crowded.release("k")).containsExactly(joined("CD"), joined("EF"), joined("AB"));
            }
            assertThat(words.store.size()).isZero();
        }

        @Test
        void takesThemOneByOneAtMostOnce() {
            words.put("k", openWith("ab", List.of(States.givenBack("cd", Long.MAX_VALUE))));
            try (var atMostOnce = words.joiner(words.of(9).atMostOnce())) {
                assertThat(atMostOnce.release("k")).containsExactly(joined("CD"), joined("AB"));
            }
            assertThat(words.log.stream().filter(line -> !line.startsWith("find")))
                    .containsExactly("write k", "process k cd", "write k", "process k ab", "close");
        }

        @Test
        void leavesAloneWhatFailsMeanwhile() {
            words.put("k", openWith("ab", List.of(States.parked("cd"))));
            words.onProcess = (word, handOver) -> {
                throw boom;
            };
            try (var crowded = words.joiner(words.retrying(9, 3).maxInFlight(1))) {
                assertThat(crowded.release("k").get(0)).isInstanceOf(Outcome.Failed.class);
            }
            assertThat(words.handled()).containsExactly("process k cd");
        }

        @Test
        void givesBackTheRestIfTheThreadIsInterrupted() {
            words.put("k", openWith("ab", List.of(States.parked("cd"))));
            words.onProcess = (word, handOver) -> Thread.currentThread().interrupt();

            assertThat(joiner.release("k")).containsExactly(joined("CD"), INCOMPLETE);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(words.flight("k").status()).isEqualTo(Status.GIVEN_BACK);
        }

        @Test
        void endsAfterTheStepInWhichTheJoinerCloses() {
            words.put("k", openWith("ab", List.of(States.parked("cd"))));
            var crowded = words.joiner(words.retrying(9, 3).maxInFlight(1));
            words.onProcess = (word, handOver) -> DeterministicJoiner.beginToClose(crowded);

            assertThat(crowded.release("k")).containsExactly(joined("CD"));
            assertThat(words.store.state("k").open().value()).isEqualTo("ab");
        }

        @Test
        void tellsOfTheFirstStepIfTheStoreFailsInTheNext() {
            words.put("k", openWith("ab", List.of(States.parked("cd"))));
            AtomicInteger writes = new AtomicInteger();
            words.store.beforeWrite(keys -> {
                if (writes.incrementAndGet() > 2) {
                    throw new StoreException("down");
                }
            });
            try (var crowded = words.joiner(words.retrying(9, 3).maxInFlight(1))) {
                assertThat(crowded.release("k")).containsExactly(joined("CD"));
            }
        }

        @Test
        void failsIfTheStoreFailsInTheFirstStep() {
            words.put("k", States.open("ab"));
            StoreException down = new StoreException("down");
            words.store.beforeWrite(keys -> {
                throw down;
            });

            assertThatThrownBy(() -> joiner.release("k")).isSameAs(down);
        }

        @Test
        void failsIfThereIsNoRoomInFlight() {
            words.put("k", openWith("ab", List.of(States.claimed("cd", 4711, Long.MAX_VALUE))));
            try (var crowded = words.joiner(words.retrying(9, 3).maxInFlight(1))) {
                assertThatExceptionOfType(ContentionException.class).isThrownBy(() -> crowded.release("k"));
            }
        }
    }

    @Nested
    class OfSuspects {

        @Test
        void takesThemOneByOneAfterTheOthers() {
            words.put("k", openWith("ab", List.of(States.claimed("x", 4711, 0), States.suspect("y", Long.MAX_VALUE))));

            words.onProcess = (word, handOver) -> words.log.add(words.store.state("k").inFlight().stream()
                            .filter(Flight::isClaimed)
                            .filter(flight -> flight.claim() != 4711)
                            .count()
                    + " claimed");

            assertThat(joiner.release("k")).containsExactly(joined("AB"), joined("X"), joined("Y"));
            assertThat(words.log.stream().filter(line -> !line.matches("(find|write) k")))
                    .containsExactly(
                            "process k ab", "1 claimed", "process k x", "1 claimed", "process k y", "1 claimed");
        }

        @Test
        void isRefusedWhileThisProcessHasOneUnderWay() {
            words.put("k", States.inFlight(States.suspect("x", 0)));
            words.put("l", States.inFlight(States.claimed("x", 4711, 0)));
            words.put("m", States.open("ab"));
            assertThat(Suspects.tryEnter()).isTrue();
            try {
                for (String key : List.of("k", "l")) {
                    assertThatExceptionOfType(ContentionException.class)
                            .isThrownBy(() -> joiner.release(key))
                            .withMessage("words: key \"" + key
                                    + "\" has a join whose handler may have killed a process, and this process has another"
                                    + " such join under way");
                }
                assertThat(joiner.release("m")).as("which has none").containsExactly(joined("AB"));
            } finally {
                Suspects.leave();
            }
            assertThat(joiner.release("k")).containsExactly(joined("X"));
        }

        @Test
        void isRefusedFromWithinTheHandlerOfOne() {
            words.put("k", States.inFlight(States.suspect("x", 0)));
            words.put("l", States.inFlight(States.suspect("y", 0)));
            words.onProcess = (word, handOver) ->
                    assertThatExceptionOfType(ContentionException.class).isThrownBy(() -> joiner.release("l"));

            assertThat(joiner.release("k")).containsExactly(joined("X"));
        }

        @Test
        void leavesTheWayFreeIfTheStoreFails() {
            words.put("k", States.inFlight(States.suspect("x", 0)));
            words.store.beforeWrite(keys -> {
                throw new StoreException("down");
            });

            assertThatExceptionOfType(StoreException.class).isThrownBy(() -> joiner.release("k"));

            words.store.beforeWrite(keys -> {});
            assertThat(joiner.release("k")).containsExactly(joined("X"));
        }
    }

    @Test
    void onAnInterruptedThreadReleasesNothing() {
        words.put("k", States.open("ab"));
        Thread.currentThread().interrupt();

        assertThat(joiner.release("k")).isEmpty();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(words.writes()).isEmpty();
    }
}
