package dev.joiner.internal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.joiner.Cause;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Counts;
import dev.joiner.PendingJoin.Status;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class InspectionTest {
    private final Words words = new Words();
    private final KeyedJoiner<String, String, String, String> joiner = words.joiner(words.of(2));

    /** A join whose first message came at that time. */
    private void putOpen(String key, long firstAt) {
        words.put(
                key,
                new JoinState<>(
                        new Join<>(key, 1, firstAt, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false),
                        List.of(),
                        null,
                        0));
    }

    private static List<String> keys(List<PendingJoin<String, String>> joins) {
        return joins.stream().map(PendingJoin::key).toList();
    }

    @Nested
    class OfOneKey {

        @Test
        void showsTheOpenJoinThoseInFlightAndWhatIsRemembered() {
            words.put(
                    "k",
                    new JoinState<>(
                            States.join("a", JoinState.NEVER),
                            List.of(
                                    States.claimed("bc", 4711, 10),
                                    States.failed("de", 20),
                                    States.givenBack("fg", 30),
                                    States.parked("hi"),
                                    States.suspect("jk", 40)),
                            States.closed(50).closed(),
                            1));

            List<PendingJoin<String, String>> found = joiner.find("k");

            assertThat(found)
                    .extracting(PendingJoin::status)
                    .containsExactly(
                            Status.WAITING,
                            Status.CLAIMED,
                            Status.FAILED,
                            Status.FAILED,
                            Status.PARKED,
                            Status.FAILED,
                            Status.REMEMBERED);
            assertThat(found)
                    .extracting(join -> join.value().orElse("-"))
                    .containsExactly("a", "bc", "de", "fg", "hi", "jk", "-");
            assertThat(keys(found)).containsOnly("k");
        }

        @Test
        void saysWhatBecameOfItsLastJoin() {
            words.put("k", States.closed(50));

            PendingJoin<String, String> remembered = joiner.find("k").get(0);

            assertThat(remembered.handedOverAt()).contains(Instant.ofEpochMilli(5));
            assertThat(remembered.cause()).contains(Cause.COMPLETE);
            assertThat(remembered.parts()).isEqualTo(2);
            assertThat(remembered.dueAt()).contains(Instant.ofEpochMilli(50));
        }

        @Test
        void showsWhatCannotBeReadAndWhy() {
            words.store.put("k", MapStore.unreadable(1, "k"));

            PendingJoin<String, String> unreadable = joiner.find("k").get(0);

            assertThat(unreadable.status()).isEqualTo(Status.UNREADABLE);
            assertThat(unreadable.lastError()).contains("key \"k\": no such format");
            assertThat(unreadable.bytes())
                    .hasValueSatisfying(bytes -> assertThat(bytes).containsExactly(1, 2, 3));
        }

        @Test
        void isEmptyWhereNothingIs() {
            assertThat(joiner.find("k")).isEmpty();
        }

        @Test
        void needsAKey() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> joiner.find(null))
                    .withMessage("the key is null");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> joiner.find(""))
                    .withMessage("the key is empty");
        }
    }

    @Nested
    class PageByPage {

        @Test
        void showsAllThatWaits() {
            putOpen("k", 1);
            words.put("l", States.closed(50));
            words.store.put("m", MapStore.unreadable(1, "m"));
            words.put("n", States.inFlight(States.parked("x"), States.claimed("y", 4711, 1)));

            List<String> shown = new ArrayList<>();
            List<Integer> pages = new ArrayList<>();
            PendingJoin.Page<String, String> page = joiner.pending(1);
            while (true) {
                pages.add(page.joins().size());
                page.joins().forEach(join -> shown.add(join.key() + " " + join.status()));
                if (page.next().isEmpty()) {
                    break;
                }
                page = joiner.pending(page.next().get(), 1);
            }

            assertThat(shown).containsExactly("k WAITING", "m UNREADABLE", "n PARKED", "n CLAIMED");
            assertThat(pages).as("what is remembered is left out").containsExactly(1, 0, 1, 2);
        }

        @Test
        void looksAtSoManyKeys() {
            for (String key : List.of("k", "l", "m")) {
                putOpen(key, 1);
            }

            assertThat(keys(joiner.pending(2).joins())).containsExactly("k", "l");
            assertThat(joiner.pending(3).next()).isEmpty();
        }

        @Test
        void needsALimit() {
            for (int limit : List.of(0, -1)) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> joiner.pending(limit))
                        .withMessage("limit is " + limit + ", must be at least 1");
                assertThatIllegalArgumentException().isThrownBy(() -> joiner.pending("1", limit));
                assertThatIllegalArgumentException().isThrownBy(() -> joiner.pending(Duration.ZERO, limit));
            }
        }
    }

    @Nested
    class OfTheOldest {
        private static final Duration AGE = Duration.ofMillis(100);

        @Test
        void showsThoseThatAreOlderTheOldestFirst() {
            long now = words.clock.millis();
            putOpen("young", now - 100);
            putOpen("old", now - 101);
            putOpen("oldest", now - 300);
            putOpen("older", now - 200);
            words.store.put("unreadable", MapStore.unreadable(1, "unreadable"));
            words.put("remembered", States.closed(1));

            assertThat(keys(joiner.pending(AGE, 10))).containsExactly("oldest", "older", "old");
            assertThat(keys(joiner.pending(AGE, 2))).containsExactly("oldest", "older");
            assertThat(keys(joiner.pending(Duration.ofHours(1), 10))).isEmpty();
            for (Duration ages : List.of(ChronoUnit.FOREVER.getDuration(), Duration.ofDays(365_000_000_000L))) {
                assertThat(keys(joiner.pending(ages, 10))).isEmpty();
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> joiner.pending(Duration.ofMillis(-1), 10))
                    .withMessage("olderThan is PT-0.001S, must not be negative");
        }

        @Test
        void readsAllPages() {
            for (int i = 0; i < 600; i++) {
                putOpen("k" + i, 600 - i);
            }

            assertThat(keys(joiner.pending(AGE, 3))).containsExactly("k599", "k598", "k597");
            assertThat(words.log).containsExactly("scan 256", "scan 256", "scan 256");
        }
    }

    @Nested
    class InNumbers {

        @Test
        void countsByWhatTheyWaitForAndSaysTheOldest() {
            putOpen("k", 400);
            putOpen("l", 300);
            words.put(
                    "m",
                    new JoinState<>(
                            States.join("a", JoinState.NEVER),
                            List.of(
                                    States.claimed("bc", 4711, 10),
                                    States.failed("de", 20),
                                    States.givenBack("fg", 30),
                                    States.parked("hi")),
                            States.closed(50).closed(),
                            1));
            words.store.put("n", MapStore.unreadable(1, "n"));
            words.put("o", States.closed(50));

            Counts counts = joiner.counts();

            assertThat(counts).isEqualTo(new Counts(3, 1, 2, 1, 1, Optional.of(Instant.ofEpochMilli(7))));
            assertThat(counts.all()).isEqualTo(8);
        }

        @Test
        void sizeIsWhatTheStoreCounts() {
            putOpen("k", 400);
            words.put("o", States.closed(50));

            assertThat(joiner.size()).isEqualTo(2);
        }

        @Test
        void saysNoOldestWhereNothingWaits() {
            words.put("k", States.closed(50));
            words.store.put("n", MapStore.unreadable(1, "n"));

            assertThat(joiner.counts()).isEqualTo(new Counts(0, 0, 0, 0, 1, Optional.empty()));
        }
    }
}
