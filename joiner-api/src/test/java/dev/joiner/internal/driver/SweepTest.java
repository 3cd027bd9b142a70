package dev.joiner.internal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.CodecException;
import dev.joiner.JoinListener;
import dev.joiner.KeyedJoiner;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import dev.joiner.SweepException;
import dev.joiner.SweepReport;
import dev.joiner.SweepReport.Failure;
import dev.joiner.ValueTooLargeException;
import dev.joiner.engine.FailingKeys;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import dev.joiner.spi.JoinStore.Due;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SweepTest {
    private static final int MIB = 1 << 20;

    private final Words words = new Words();
    private final KeyedJoiner<String, String, String, String> joiner = words.joiner(words.retrying(2, 3));
    private final RuntimeException boom = new IllegalStateException("boom");

    @AfterEach
    void nothingIsLeftOver() {
        assertThat(Thread.interrupted()).isFalse();
        assertThat(Suspects.tryEnter()).isTrue();
        Suspects.leave();
    }

    /** Puts joins there that are due since then, or since one millisecond later each. */
    private void putDue(String key, int count, long since) {
        for (int i = 0; i < count; i++) {
            words.put(key + i, States.inFlight(States.givenBack(String.valueOf(i), since + i)));
        }
    }

    private void putSuspect(String key) {
        words.put(key, States.inFlight(States.claimed("x", 4711, 0)));
    }

    private static List<Due<String>> unreadable(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Due.<String>unreadable(new CodecException("bad" + i, "not a key", null), 0))
                .toList();
    }

    private List<String> log(String call) {
        return List.copyOf(words.log).stream()
                .filter(line -> line.startsWith(call + " "))
                .map(line -> line.substring(call.length() + 1))
                .toList();
    }

    private static int count(String keys) {
        return keys.split(" ", -1).length;
    }

    private void throwAlways() {
        words.onProcess = (word, handOver) -> {
            throw boom;
        };
    }

    /** Lets a sweep find out that so many keys fail, and makes them due again. */
    private void putFailing(String key, int count) {
        putDue(key, count, 0);
        throwAlways();
        joiner.sweep();
        words.onProcess = (word, handOver) -> {};
        words.clock.pass(Duration.ofMinutes(2));
        words.log.clear();
    }

    @Nested
    class OfWhatIsDue {

        @Test
        void claimsAllTogetherHandsOverAndWritesOff() {
            words.put("k", States.inFlight(States.failed("ab", 0)));
            words.put("l", States.open("x", 1));
            words.put("m", States.open("y"));

            SweepReport report = joiner.sweep();

            assertThat(report).isEqualTo(new SweepReport(1, 1, 0, 0, 0, 0, List.of()));
            assertThat(words.log)
                    .containsExactly(
                            "due 1024", "findAll k l", "writeAll k l", "process k ab", "expire l x", "writeAll k l");
            assertThat(words.store.size()).isEqualTo(1);
        }

        @Test
        void costsOneLookIfThatIsNothing() {
            words.put("k", States.open("a", words.clock.millis() + 1));

            assertThat(joiner.sweep()).isEqualTo(new SweepReport(0, 0, 0, 0, 0, 0, List.of()));
            assertThat(words.log).containsExactly("due 1024");
        }

        @Test
        void takesWhatIsDueThisVeryMillisecond() {
            words.put("k", States.open("a", words.clock.millis()));

            assertThat(joiner.sweep().expired()).isEqualTo(1);
        }

        @Test
        void leavesToTheNextSweepWhatBecomesDueMeanwhile() {
            putDue("k", 1, 0);
            words.onProcess = (word, handOver) -> {
                words.clock.pass(Duration.ofSeconds(1));
                putDue("new", 1, words.clock.millis());
            };

            assertThat(joiner.sweep().joined()).isEqualTo(1);
            assertThat(words.due()).extracting(Due::key).containsExactly("new0");
        }

        @Test
        void countsWhatCameOfIt() {
            words.put("joined", States.inFlight(States.givenBack("ab", 0)));
            words.put("expired", States.open("x", 1));
            words.put("poisoned", States.inFlight(States.flight("zz", Status.THREW, false, 0, 3, "boom", 2)));
            words.put("ended", States.closed(3));
            words.put("failed", States.inFlight(States.failed("cd", 4)));
            words.onProcess = (word, handOver) -> {
                if (handOver.key().equals("failed")) {
                    throw boom;
                }
            };

            SweepReport report = joiner.sweep();

            assertThat(report.joined()).isEqualTo(1);
            assertThat(report.expired()).isEqualTo(1);
            assertThat(report.poisoned()).isEqualTo(1);
            assertThat(report.parked()).isZero();
            assertThat(report.ended()).isEqualTo(1);
            assertThat(report.failed()).isEqualTo(1);
            assertThat(report.failures()).extracting(Failure::key).containsExactly("failed");
            assertThat(report.failures().get(0).cause())
                    .isInstanceOf(ProcessingException.class)
                    .hasMessage("words: key \"failed\", attempt 2: the handler threw " + boom);
        }

        @Test
        void countsWhatIsParkedAndTellsTheListener() {
            List<String> told = new ArrayList<>();
            JoinListener noting = new JoinListener() {
                @Override
                public void parked(String join, Object key, int attempts, Duration age) {
                    told.add(key + " " + attempts);
                }
            };
            words.put("later", States.inFlight(States.flight("ab", Status.THREW, false, 0, 1, "boom", 0)));
            words.put("now", States.inFlight(States.flight("cd", Status.THREW, false, 0, 2, "boom", 0)));
            words.put("suspect", States.inFlight(States.claimed("ef", 4711, 0)));
            words.put("spent", States.inFlight(States.flight("gh", Status.CLAIMED_ALONE, false, 4711, 2, null, 0)));
            throwAlways();
            try (var parking = words.joiner(words.of(2).retry(2).parkPoisoned().listener(noting))) {
                SweepReport report = parking.sweep();

                assertThat(report.parked()).isEqualTo(4);
                assertThat(report.ended()).isZero();
                assertThat(report.failures())
                        .extracting(Failure::key)
                        .as("those whose handler threw")
                        .containsExactlyInAnyOrder("later", "suspect");
            }
            assertThat(told).containsExactlyInAnyOrder("later 2", "now 2", "suspect 2", "spent 2");
        }

        @Test
        void namesTheFirstThousandThatFail() {
            putDue("k", 1_100, 0);
            throwAlways();

            SweepReport report = joiner.sweep();

            assertThat(report.failed()).isEqualTo(1_100);
            assertThat(report.failures()).hasSize(1_000);
            assertThat(words.handled()).as("each is tried once").hasSize(1_100).doesNotHaveDuplicates();
        }

        @Test
        void namesAHandOverThatCouldNotBeWrittenOff() {
            StoreException down = new StoreException("down");
            putDue("k", 1, 0);
            AtomicInteger writes = new AtomicInteger();
            words.store.beforeWrite(keys -> {
                if (writes.incrementAndGet() == 2) {
                    throw down;
                }
            });

            SweepReport report = joiner.sweep();

            assertThat(report.joined()).isEqualTo(1);
            assertThat(report.failures()).containsExactly(new Failure("k0", down));
        }

        @Test
        void namesWhatCannotBeClaimedAndGoesOn() {
            putDue("k", 1, 0);
            putDue("l", 1, 0);
            RuntimeException tooLarge = new ValueTooLargeException("k", 2, 1);
            words.store.refuse((key, next) -> key.equals("k0") ? tooLarge : null);

            SweepReport report = joiner.sweep();

            assertThat(report.joined()).isEqualTo(1);
            assertThat(report.failures()).containsExactly(new Failure("k0", tooLarge));
        }

        @Test
        void endsIfTheStoreFails() {
            putDue("k", 1, 0);
            StoreException down = new StoreException("down");
            words.store.beforeWrite(keys -> {
                throw down;
            });

            assertThatThrownBy(joiner::sweep)
                    .isInstanceOf(SweepException.class)
                    .hasMessage("down")
                    .hasCause(down);

            words.store.beforeWrite(keys -> {});
            assertThat(joiner.sweep().joined()).isEqualTo(1);
        }

        @Test
        void tellsWhatItHasDoneWhenTheStoreFailsInTheMiddle() {
            StoreException down = new StoreException("down");
            putDue("k", 300, 0);
            AtomicInteger writes = new AtomicInteger();
            words.store.beforeWrite(keys -> {
                if (writes.incrementAndGet() >= 2) {
                    throw down;
                }
            });

            assertThatExceptionOfType(SweepException.class)
                    .isThrownBy(joiner::sweep)
                    .withMessage("down (before that, 256 hand-overs returned, and 256 keys failed)")
                    .satisfies(brokenOff -> {
                        assertThat(brokenOff.report().joined()).isEqualTo(256);
                        assertThat(brokenOff.report().failures())
                                .as("whose last write failed")
                                .hasSize(256)
                                .extracting(Failure::cause)
                                .containsOnly(down);
                    });
            assertThat(words.log).filteredOn(line -> line.startsWith("process")).hasSize(256);
        }

        @Test
        void leavesToAnotherNodeWhatThatTakesFirst() {
            putDue("k", 2, 0);
            words.store.beforeRead(keys -> words.store.put("k0", null));

            SweepReport report = joiner.sweep();

            assertThat(report).isEqualTo(new SweepReport(1, 0, 0, 0, 0, 0, List.of()));
            assertThat(words.handled()).containsExactly("process k1 1");
        }

        @Test
        void leavesToAnotherNodeWhatThatClaimsFirst() {
            putDue("k", 1, 0);
            words.store.beforeWrite(
                    keys -> words.put("k0", States.inFlight(States.claimed("0", 4711, Long.MAX_VALUE))));

            assertThat(joiner.sweep()).isEqualTo(new SweepReport(0, 0, 0, 0, 0, 0, List.of()));
            assertThat(words.handled()).isEmpty();
        }

        @Test
        void findsRoomInFlightWhenWhatFilledItIsWrittenOff() {
            words.put("k", new JoinState<>(States.join("x", 0), List.of(States.failed("ab", 0)), null, 0));
            try (var crowded = words.joiner(words.retrying(2, 3).maxInFlight(1))) {
                assertThat(crowded.sweep()).isEqualTo(new SweepReport(1, 1, 0, 0, 0, 0, List.of()));
            }
            assertThat(words.handled()).containsExactly("process k ab", "expire k x");
            assertThat(words.store.size()).isZero();
        }

        @Test
        void handsOverOneAfterTheOtherAtMostOnce() {
            words.put("k", States.open("x", 0));
            words.put("l", States.open("y", 1));
            try (var atMostOnce = words.joiner(words.expiring(2).atMostOnce())) {
                assertThat(Suspects.tryEnter()).isTrue();
                assertThat(atMostOnce.sweep().expired())
                        .as("whatever suspect is under way")
                        .isEqualTo(2);
                Suspects.leave();
            }
            assertThat(words.log)
                    .containsExactly(
                            "due 1024", "findAll k l", "write k", "expire k x", "write l", "expire l y", "close");
        }
    }

    @Nested
    class InPages {

        @Test
        void of256() {
            putDue("k", 600, 0);

            assertThat(joiner.sweep().joined()).isEqualTo(600);
            assertThat(log("findAll").stream().map(SweepTest::count)).containsExactly(256, 256, 88);
            assertThat(log("due")).containsExactly("1024", "1024", "1024");
        }

        @Test
        void chosenAtRandomAndTakenOldestFirst() {
            putDue("k", 1_024, 0);
            AtomicInteger asked = new AtomicInteger();

            joiner.sweep(() -> asked.incrementAndGet() <= 1 + 256);

            List<Integer> ages = words.handled().stream()
                    .map(line -> Integer.valueOf(line.substring(line.lastIndexOf(' ') + 1)))
                    .toList();
            assertThat(ages).hasSize(256).isSorted();
            assertThat(ages.get(0)).as("nodes that sweep together get others").isLessThan(768);
            assertThat(ages.get(255)).isGreaterThan(256);
        }

        @Test
        void andBetweenThemWhatBecomesDueMeanwhile() {
            putDue("k", 300, 0);
            words.onProcess = (word, handOver) -> {
                if (words.handled().size() == 1) {
                    words.clock.pass(Duration.ofSeconds(1));
                    putDue("new", 1, words.clock.millis());
                }
            };

            assertThat(joiner.sweep().joined()).isEqualTo(301);
            assertThat(words.handled().indexOf("process new0 0")).isEqualTo(256);
        }

        @Test
        void boundedByTheirBytes() {
            putDue("k", 5, 0);
            words.store.bytes(key -> 4 * MIB);

            joiner.sweep();

            assertThat(log("findAll").stream().map(SweepTest::count)).containsExactly(2, 2, 1);
        }

        @Test
        void boundedByTheirBytesToTheLast() {
            putDue("k", 3, 0);
            words.store.bytes(key -> 4 * MIB + 1);

            joiner.sweep();

            assertThat(log("findAll").stream().map(SweepTest::count)).containsExactly(1, 1, 1);
        }

        @Test
        void ofOneThatIsLargerThanAPage() {
            putDue("k", 2, 0);
            words.store.bytes(key -> 20 * MIB);

            assertThat(joiner.sweep().joined()).isEqualTo(2);
        }
    }

    @Nested
    class BehindWhatCannotBeHelped {

        @Test
        void looksForTheRest() {
            words.store.alsoDue(unreadable(1_100));
            putDue("k", 1, 1);

            SweepReport report = joiner.sweep();

            assertThat(report.joined()).isEqualTo(1);
            assertThat(log("due")).containsExactly("1024", "2048");
        }

        @Test
        void countsThatOnce() {
            words.store.alsoDue(unreadable(1_500));
            putDue("k", 1, 1);

            SweepReport report = joiner.sweep();

            assertThat(report.failed()).isEqualTo(1_500);
            assertThat(report.failures()).hasSize(1_000);
            assertThat(report.failures().get(0).key()).isEqualTo("bad0");
            assertThat(report.failures().get(0).cause()).isInstanceOf(CodecException.class);
        }

        @Test
        void looksAsFarAs65536() {
            words.store.alsoDue(unreadable(65_535));
            putDue("k", 1, 1);

            assertThat(joiner.sweep().joined()).isEqualTo(1);
            assertThat(log("due")).containsExactly("1024", "2048", "4096", "8192", "16384", "32768", "65536", "65536");
        }

        @Test
        void looksBehindMoreThanThat() {
            words.store.alsoDue(unreadable(65_536));
            putDue("k", 1, 1);

            assertThat(joiner.sweep().joined()).isEqualTo(1);
            assertThat(log("due")).containsExactly("1024", "2048", "4096", "8192", "16384", "32768", "65536", "1024");
        }

        @Test
        void readsAnEntryThatCannotBeDecodedOnce() {
            words.store.put("k", MapStore.unreadable(1, "k"));
            List<Due<String>> due = new ArrayList<>(unreadable(1_023));
            due.add(Due.of("k", 0, 0));
            words.store.alsoDue(due);

            SweepReport report = joiner.sweep();

            assertThat(report.failed()).isEqualTo(1_024);
            assertThat(log("findAll")).containsExactly("k");
        }

        @Test
        void readsOnceWhatIsNotDueAfterAll() {
            words.put("k", States.open("a"));
            List<Due<String>> due = new ArrayList<>(unreadable(1_023));
            due.add(Due.of("k", 0, 0));
            words.store.alsoDue(due);

            SweepReport report = joiner.sweep();

            assertThat(report.failed()).isEqualTo(1_023);
            assertThat(log("findAll")).containsExactly("k");
            assertThat(words.writes()).isEmpty();
        }

        @Test
        void triesASuspectThatCannotBeClaimedOnce() {
            putSuspect("s");
            words.store.alsoDue(unreadable(1_023));
            words.store.refuse((key, next) -> new ValueTooLargeException("s", 2, 1));

            joiner.sweep();

            assertThat(words.writes()).containsExactly("write s");
        }

        @Test
        void endsWithASuspectWhoseLeaseIsOverBeforeItBegins() {
            words.put("s", States.inFlight(States.claimed("x", 4711, 0), States.suspect("y", 0)));
            words.store.alsoDue(unreadable(1_023));
            words.store.remote().afterWrite(keys -> words.clock.pass(Words.MINUTE));

            assertThat(joiner.sweep().joined()).isZero();

            assertThat(words.writes()).as("claimed, and given back").containsExactly("write s", "write s");
            assertThat(words.store.state("s").inFlight())
                    .extracting(Flight::status)
                    .containsExactly(Status.GIVEN_BACK, Status.THREW);
        }

        @Test
        void asksOnceForASuspectWhileAnotherIsUnderWay() {
            putSuspect("s");
            words.store.alsoDue(unreadable(1_023));
            assertThat(Suspects.tryEnter()).isTrue();

            joiner.sweep();

            Suspects.leave();
            assertThat(log("findAll")).containsExactly("s");
            assertThat(words.writes()).isEmpty();
        }

        @Test
        void looksOnceForWhatIsNotThereAfterAll() {
            List<Due<String>> due = new ArrayList<>(unreadable(1_023));
            due.add(Due.of("k", 0, 0));
            words.store.alsoDue(due);

            joiner.sweep();

            assertThat(log("findAll")).containsExactly("k");
        }
    }

    @Nested
    class WhoseClockIsSetBack {

        @Test
        void endsAndTriesEachKeyOnce() {
            putDue("k", 300, 0);
            words.onProcess = (word, handOver) -> {
                if (words.handled().size() == 1) {
                    words.clock.pass(Duration.ofMinutes(-10));
                }
                throw boom;
            };

            SweepReport report = joiner.sweep();

            assertThat(report.failed()).isEqualTo(300);
            assertThat(words.handled()).hasSize(300).doesNotHaveDuplicates();
        }

        @Test
        void goesOnWithWhatWasDueWhenItBegan() {
            putDue("k", 300, words.clock.millis() - 300);
            words.onProcess = (word, handOver) -> words.clock.pass(Duration.ofMinutes(-1));

            assertThat(joiner.sweep().joined()).isEqualTo(300);
        }
    }

    @Nested
    class WithKeysThatFailedLately {

        @Test
        void putsThemBehindOthersAndTakes16AtATime() {
            putFailing("bad", 40);
            putDue("good", 3, 0);

            joiner.sweep();

            assertThat(words.handled().subList(0, 3)).allMatch(line -> line.startsWith("process good"));
            assertThat(log("findAll").stream().map(SweepTest::count)).containsExactly(3, 16, 16, 8);
        }

        @Test
        void takesOneThatIsDueThisVeryMillisecond() {
            putFailing("bad", 1);
            putDue("bad", 1, words.clock.millis());

            assertThat(joiner.sweep().joined()).isEqualTo(1);
        }

        @Test
        void takesInBetweenWhatBecomesDueMeanwhile() {
            putFailing("bad", 40);
            words.onProcess = (word, handOver) -> {
                if (words.handled().size() == 1) {
                    words.clock.pass(Duration.ofSeconds(1));
                    putDue("new", 1, words.clock.millis());
                }
            };

            assertThat(joiner.sweep().joined()).isEqualTo(41);
            assertThat(words.handled().indexOf("process new0 0")).isEqualTo(16);
        }

        @Test
        void findsOthersBehindMoreThanOneLookOfThem() {
            putFailing("bad", 1_500);
            putDue("good", 1, words.clock.millis());

            assertThat(joiner.sweep().joined()).isEqualTo(1_501);
            assertThat(words.handled()).first().isEqualTo("process good0 0");
        }

        @Test
        void breaksOffAPageInWhichManyFail() {
            putDue("bad", 40, 0);
            words.onProcess = (word, handOver) -> {
                if (words.handled().size() == 1) {
                    words.clock.pass(Duration.ofSeconds(1));
                    putDue("new", 1, words.clock.millis());
                }
                throw boom;
            };

            SweepReport report = joiner.sweep();

            assertThat(words.handled().indexOf("process new0 0")).isEqualTo(16);
            assertThat(report.failed()).isEqualTo(41);
            assertThat(words.handled()).as("each once").hasSize(41).doesNotHaveDuplicates();
            assertThat(words.flight("bad39").attempts()).isEqualTo(1);
        }

        @Test
        void breaksOffAPageOfSuspectsOfWhichManyFail() {
            for (int i = 0; i < 40; i++) {
                putSuspect("bad" + i);
            }
            words.onProcess = (word, handOver) -> {
                if (words.handled().size() == 1) {
                    words.clock.pass(Duration.ofMillis(1));
                    putDue("new", 1, words.clock.millis());
                }
                throw boom;
            };

            assertThat(joiner.sweep().failed()).isEqualTo(41);
            assertThat(words.handled().indexOf("process new0 0")).isEqualTo(16);
        }

        @Test
        void knowsThoseThatFailedInAccept() {
            throwAlways();
            for (int i = 0; i < 20; i++) {
                String key = "bad" + i;
                joiner.accept(key + ":a");
                assertThatThrownBy(() -> joiner.accept(key + ":b")).isInstanceOf(ProcessingException.class);
            }
            words.clock.pass(Duration.ofMinutes(2));
            putDue("good", 1, words.clock.millis());
            words.log.clear();

            joiner.sweep();

            assertThat(words.handled()).first().isEqualTo("process good0 0");
        }

        @Test
        void letsThemHaveTheirTurnAlthoughOthersBecomeDueAllTheTime() {
            putFailing("bad", 1);
            putDue("new", 1, words.clock.millis());
            AtomicInteger number = new AtomicInteger(1);
            words.onProcess = (word, handOver) -> {
                if (handOver.key().startsWith("new") && number.get() < 50) {
                    words.put(
                            "new" + number.incrementAndGet(),
                            States.inFlight(States.givenBack("x", words.clock.millis())));
                }
            };

            joiner.sweep();

            assertThat(words.handled().indexOf("process bad0 0")).isEqualTo(1);
        }

        @Test
        void leavesToTheNextSweepThoseThatBecomeDueMeanwhile() {
            putFailing("bad", 1);
            words.put("bad0", States.inFlight(States.failed("ab", words.clock.millis() + 1)));
            putDue("good", 2, 0);
            words.store.bytes(key -> 8 * MIB);
            words.onProcess = (word, handOver) -> words.clock.pass(Duration.ofSeconds(1));

            assertThat(joiner.sweep().joined()).isEqualTo(2);
            assertThat(joiner.sweep().joined()).isEqualTo(1);
            assertThat(words.handled()).last().isEqualTo("process bad0 ab");
        }

        @Test
        void treatsThemLikeOthersOnceTheySucceed() {
            putFailing("bad", 20);
            joiner.sweep();
            putDue("bad", 20, 0);
            words.log.clear();

            joiner.sweep();

            assertThat(log("findAll").stream().map(SweepTest::count)).containsExactly(20);
        }

        @Test
        void treatsLikeOthersThoseThatWereNotBegun() {
            putDue("bad", 20, 0);
            AtomicInteger asked = new AtomicInteger();
            joiner.sweep(() -> asked.incrementAndGet() <= 1);
            assertThat(words.handled()).isEmpty();
            words.log.clear();

            joiner.sweep();

            assertThat(log("findAll").stream().map(SweepTest::count)).containsExactly(20);
        }
    }

    @Nested
    class WithSuspects {

        @Test
        void takesThemOneByOneAfterThePageIsWrittenOff() {
            putSuspect("s");
            putDue("k", 1, 1);
            words.put("t", States.inFlight(States.suspect("x", 2)));

            assertThat(joiner.sweep().joined()).isEqualTo(3);
            assertThat(words.log)
                    .containsExactly(
                            "due 1024",
                            "findAll s k0 t",
                            "writeAll k0",
                            "process k0 0",
                            "writeAll k0",
                            "write s",
                            "process s x",
                            "write s",
                            "write t",
                            "process t x",
                            "write t");
        }

        @Test
        void takesThemOneByOneOfOneKey() {
            words.put("s", States.inFlight(States.claimed("x", 4711, 0), States.suspect("y", 0)));

            assertThat(joiner.sweep().joined()).isEqualTo(2);
            assertThat(words.log)
                    .containsExactly(
                            "due 1024",
                            "findAll s",
                            "write s",
                            "process s x",
                            "write s",
                            "write s",
                            "process s y",
                            "write s");
            assertThat(words.store.size()).isZero();
        }

        @Test
        void goesOnToTheNextIfOneThrows() {
            words.put("s", States.inFlight(States.claimed("x", 4711, 0), States.suspect("y", 0)));
            putSuspect("t");
            throwAlways();

            SweepReport report = joiner.sweep();

            assertThat(report.failed()).as("keys").isEqualTo(2);
            assertThat(words.handled()).containsExactlyInAnyOrder("process s x", "process s y", "process t x");
            assertThat(words.store.state("s").inFlight())
                    .allSatisfy(flight -> assertThat(flight.suspect()).isTrue());
        }

        @Test
        void goesOnToTheNextIfOneCannotBeClaimed() {
            putSuspect("s");
            putSuspect("t");
            RuntimeException tooLarge = new ValueTooLargeException("s", 2, 1);
            words.store.refuse((key, next) -> key.equals("s") ? tooLarge : null);

            SweepReport report = joiner.sweep();

            assertThat(report.joined()).isEqualTo(1);
            assertThat(report.failures()).containsExactly(new Failure("s", tooLarge));
        }

        @Test
        void endsWithTheOneWhoseClaimAnotherNodeTook() {
            words.put("s", States.inFlight(States.claimed("x", 4711, 0), States.suspect("y", 0)));
            words.onProcess =
                    (word, handOver) -> words.put("s", States.inFlight(States.claimed("x", 4712, Long.MAX_VALUE)));

            assertThat(joiner.sweep().joined()).isEqualTo(1);
            assertThat(words.handled()).containsExactly("process s x");
        }

        @Test
        void endsIfTheStoreFailsAndLetsTheNextSweepTakeThem() {
            putSuspect("s");
            StoreException down = new StoreException("down");
            words.store.beforeWrite(keys -> {
                throw down;
            });

            assertThatThrownBy(joiner::sweep)
                    .isInstanceOf(SweepException.class)
                    .hasMessage("down")
                    .hasCause(down);

            words.store.beforeWrite(keys -> {});
            assertThat(joiner.sweep().joined()).isEqualTo(1);
        }

        @Test
        void stopsAfterOneIfItIsNotToGoOn() {
            words.put("s", States.inFlight(States.claimed("x", 4711, 0), States.suspect("y", 0)));
            putSuspect("t");
            words.onProcess = (word, handOver) -> words.log.add("stop");

            joiner.sweep(() -> !words.log.contains("stop"));

            assertThat(words.handled()).hasSize(1);
        }

        @Test
        void stopsAfterOneThatIsInterrupted() {
            words.put("s", States.inFlight(States.claimed("x", 4711, 0), States.suspect("y", 0)));
            putSuspect("t");
            words.onProcess = (word, handOver) -> Thread.currentThread().interrupt();

            joiner.sweep();

            assertThat(Thread.interrupted()).isTrue();
            assertThat(words.handled()).hasSize(1);
        }

        @Test
        void takesNoneFromWithinTheHandlerOfOne() {
            putSuspect("s");
            putSuspect("t");
            List<SweepReport> inner = new ArrayList<>();
            words.onProcess = (word, handOver) -> inner.add(joiner.sweep());

            assertThat(joiner.sweep().joined()).isEqualTo(2);
            assertThat(inner).extracting(SweepReport::joined).containsExactly(0, 0);
            assertThat(inner).extracting(SweepReport::failed).containsExactly(0, 0);
        }

        @Test
        void takesNoneWhileAnotherJoinerOfTheProcessHasOneUnderWay() throws Exception {
            ExecutorService threads = Executors.newCachedThreadPool();
            Stop stop = new Stop();
            try {
                Words others = new Words();
                others.put("s", States.inFlight(States.claimed("x", 4711, 0)));
                others.onProcess = (word, handOver) -> stop.here();
                try (var other = others.joiner(others.of(2))) {
                    Future<SweepReport> call = threads.submit(() -> other.sweep());
                    stop.awaitReached();
                    putSuspect("t");
                    putDue("k", 1, 0);

                    assertThat(threads.submit(() -> joiner.sweep()).get())
                            .isEqualTo(new SweepReport(1, 0, 0, 0, 0, 0, List.of()));
                    assertThat(words.handled()).containsExactly("process k0 0");

                    stop.letGo();
                    assertThat(call.get().joined()).isEqualTo(1);
                }
                assertThat(joiner.sweep().joined()).isEqualTo(1);
            } finally {
                stop.letGo();
                threads.shutdownNow();
            }
        }
    }

    @Nested
    class ThatIsToStop {

        @Test
        void doesNothingOnAnInterruptedThread() {
            putDue("k", 1, 0);
            Thread.currentThread().interrupt();

            assertThat(joiner.sweep()).isEqualTo(new SweepReport(0, 0, 0, 0, 0, 0, List.of()));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(words.log).isEmpty();
        }

        @Test
        void doesNothingIfItIsNotToGoOn() {
            putDue("k", 1, 0);

            assertThat(joiner.sweep(() -> false)).isEqualTo(new SweepReport(0, 0, 0, 0, 0, 0, List.of()));
            assertThat(words.log).isEmpty();
        }

        @Test
        void givesBackTheRestOfItsPage() {
            putDue("k", 5, 0);
            words.onProcess = (word, handOver) -> Thread.currentThread().interrupt();

            SweepReport report = joiner.sweep();

            assertThat(Thread.interrupted()).isTrue();
            assertThat(report).isEqualTo(new SweepReport(1, 0, 0, 0, 0, 0, List.of()));
            assertThat(words.store.due(Instant.EPOCH, words.clock.instant(), 10))
                    .hasSize(4);
            assertThat(log("due")).as("its own look, and that of this test").containsExactly("1024", "10");
        }

        @Test
        void endsWhenTheJoinerCloses() {
            putDue("k", 300, 0);
            words.onProcess = (word, handOver) -> DeterministicJoiner.beginToClose(joiner);

            assertThat(joiner.sweep().joined()).isEqualTo(1);
            assertThat(log("due")).containsExactly("1024");
        }
    }

    @Nested
    class RemembersKeysThatFail {

        @Test
        void untilTheySucceed() {
            FailingKeys<String> keys = new FailingKeys<>();
            keys.failed("k");
            keys.failed("l");
            keys.succeeded("k");

            assertThat(keys.contains("k")).isFalse();
            assertThat(keys.contains("l")).isTrue();
            assertThat(keys.contains("m")).isFalse();
        }

        @Test
        void andForgetsTheOldestOfMoreThan10000() {
            FailingKeys<Integer> keys = new FailingKeys<>();
            IntStream.rangeClosed(0, 10_000).forEach(keys::failed);

            assertThat(Arrays.asList(keys.contains(0), keys.contains(1), keys.contains(10_000)))
                    .containsExactly(false, true, true);
        }
    }
}
