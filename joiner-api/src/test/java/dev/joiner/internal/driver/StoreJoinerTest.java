package dev.joiner.internal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.CodecException;
import dev.joiner.InvalidMessageException;
import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Status;
import dev.joiner.StoreException;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StoreJoinerTest {
    private static final Outcome<String> INCOMPLETE = new Outcome.Incomplete<>();

    private final Words words = new Words();
    private final KeyedJoiner<String, String, String, String> joiner = words.joiner(words.of(2));

    @AfterEach
    void noInterruptIsLeftOver() {
        assertThat(Thread.interrupted()).isFalse();
    }

    private static Outcome<String> joined(String result) {
        return new Outcome.Joined<>(result, true);
    }

    @Nested
    class AMessage {

        @Test
        void goesIntoItsJoinAndHandsItOverOnceWhole() {
            assertThat(joiner.accept("k:a")).isEqualTo(INCOMPLETE);
            assertThat(joiner.accept("l:x")).isEqualTo(INCOMPLETE);
            assertThat(joiner.accept("k:b")).isEqualTo(joined("AB"));

            assertThat(words.store.state("k")).isNull();
            assertThat(words.store.state("l").open().value()).isEqualTo("x");
        }

        @Test
        void isToldOfByListenerAndOnIncomplete() {
            List<String> told = new ArrayList<>();
            JoinListener noting = new JoinListener() {
                @Override
                public void merged(String join, Object key, int parts, Duration age) {
                    told.add(join + " " + key + " " + parts + " " + age);
                }
            };
            KeyedJoiner<String, String, String, String> heard = words.joiner(words.of(3)
                    .onIncomplete(word -> told.add("incomplete " + word))
                    .listener(noting));
            heard.accept("k:a");
            words.clock.pass(Duration.ofSeconds(2));
            heard.accept("k:b");

            assertThat(told).containsExactly("words k 1 PT0S", "incomplete a", "words k 2 PT2S", "incomplete ab");
        }

        @Test
        void isToldOfIfItIsKnownLateOrChangesNothing() {
            List<String> told = new ArrayList<>();
            JoinListener noting = new JoinListener() {
                @Override
                public void late(String join, Object key) {
                    told.add(join + " late " + key);
                }

                @Override
                public void duplicate(String join, Object key) {
                    told.add(join + " duplicate " + key);
                }

                @Override
                public void unchanged(String join, Object key) {
                    told.add(join + " unchanged " + key);
                }
            };
            var remembering = words.joiner(words.of(2)
                    .identifiedBy(message -> message)
                    .rememberFor(Words.MINUTE)
                    .onLate(message -> told.add("late " + message))
                    .listener(noting));
            remembering.accept("k:a");
            assertThat(remembering.accept("k:a")).isEqualTo(new Outcome.Duplicate<>());
            remembering.accept("k:b");
            assertThat(remembering.accept("k:c")).isEqualTo(new Outcome.Late<>());
            var keeping = words.joiner(JoinSpec.joining(String.class)
                    .keyedBy(message -> "keep")
                    .<String>mergedBy((message, pending) -> pending == null ? message : pending)
                    .sufficientWhen(word -> true)
                    .named("keep")
                    .expireAfter(Words.MINUTE)
                    .onExpired((word, handOver) -> {})
                    .keepAfterJoin()
                    .listener(noting));
            keeping.accept("a");
            assertThat(keeping.accept("b")).isEqualTo(new Outcome.Unchanged<>());

            assertThat(told).containsExactly("words duplicate k", "words late k", "late k:c", "keep unchanged keep");
        }

        @Test
        void isNotToldOfIfItsJoinIsLeftToASweep() {
            List<String> told = new ArrayList<>();
            var telling = words.joiner(words.of(1).onIncomplete(told::add));
            Thread.currentThread().interrupt();

            assertThat(telling.accept("k:a")).isEqualTo(INCOMPLETE);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(told).isEmpty();
        }

        @Test
        void keepsItsInterruptFromTheStore() {
            List<Boolean> seen = new ArrayList<>();
            words.store.beforeWrite(keys -> seen.add(Thread.currentThread().isInterrupted()));
            Thread.currentThread().interrupt();

            joiner.accept("k:a");

            assertThat(Thread.interrupted()).isTrue();
            assertThat(seen).containsExactly(false);
        }

        @Test
        void isMergedAgainOnWhatIsThere() {
            words.put("k", States.open("a"));

            assertThat(joiner.accept("k:b")).isEqualTo(joined("AB"));
        }

        @Test
        void isMergedAgainOnWhatIsThereIfItThrewOnAGuess() {
            Versioned<String> stale = Versioned.of(words.number(), States.open("stale"));
            words.store.guess(key -> stale);
            RuntimeException boom = new IllegalStateException("boom");
            var strict = words.joiner(JoinSpec.joining(String.class)
                    .keyedBy(message -> "k")
                    .<String>mergedBy((message, pending) -> {
                        if ("stale".equals(pending)) {
                            throw boom;
                        }
                        return message;
                    })
                    .sufficientWhen(word -> word.equals("whole")));

            assertThat(strict.accept("a")).isEqualTo(INCOMPLETE);
            words.store.put("k", stale);
            assertThatThrownBy(() -> strict.accept("b")).isSameAs(boom);
            assertThat(words.store.get("k")).isSameAs(stale);
        }

        @Test
        void isInvalidIfItHasNoKeyOrIdThatStoresCanKeep() {
            assertThatExceptionOfType(InvalidMessageException.class)
                    .isThrownBy(() -> joiner.accept(null))
                    .withMessage("words: the message is null");
            assertThatExceptionOfType(InvalidMessageException.class).isThrownBy(() -> joiner.accept(":a"));
            var ids = words.joiner(words.of(2).identifiedBy(message -> ""));
            assertThatExceptionOfType(InvalidMessageException.class).isThrownBy(() -> ids.accept("k:a"));
            assertThat(words.writes()).isEmpty();
        }

        @Test
        void isInvalidIfItsKeyIsNoneForThisStore() {
            words.store.refuse((key, next) -> new IllegalArgumentException("too long"));

            assertThatExceptionOfType(InvalidMessageException.class)
                    .isThrownBy(() -> joiner.accept("k:a"))
                    .withMessage("words: too long");
        }

        @Test
        void takesItsTurnAtARemoteStore() {
            words.store.remote();
            var remote = words.joiner(words.of(2));

            assertThat(remote.accept("k:a")).isEqualTo(INCOMPLETE);
            assertThat(remote.accept("k:b")).isEqualTo(joined("AB"));
        }

        @Test
        void goesWithoutItsTurnAfter50Milliseconds() throws Exception {
            words.store.remote();
            var remote = words.joiner(words.of(3));
            Stop stop = new Stop();
            AtomicInteger writes = new AtomicInteger();
            words.store.beforeWrite(keys -> {
                if (writes.incrementAndGet() == 1) {
                    stop.here();
                }
            });
            Thread first = new Thread(() -> remote.accept("k:a"));
            first.start();
            stop.awaitReached();
            long began = System.nanoTime();

            assertThat(remote.accept("k:b")).isEqualTo(INCOMPLETE);

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(50));
            stop.letGo();
            first.join();
            assertThat(words.store.state("k").open().value()).isEqualTo("ba");
        }

        @Test
        void isKnownByWhatIsThereAndNotByAGuess() {
            var ids = words.joiner(words.of(3).identifiedBy(message -> message));
            ids.accept("k:a");
            Versioned<String> guess = words.store.get("k");
            words.store.guess(key -> guess);

            assertThat(words.logOf(() -> assertThat(ids.accept("k:a")).isEqualTo(new Outcome.Duplicate<>())))
                    .containsExactly("find k");
            words.store.put("k", null);
            assertThat(ids.accept("k:a")).isEqualTo(INCOMPLETE);
        }

        @Test
        void isLostIfTheStoreFailsAndNothingRan() {
            StoreException down = new StoreException("down");
            words.store.beforeWrite(keys -> {
                throw down;
            });

            assertThatThrownBy(() -> joiner.accept("k:a")).isSameAs(down);
            assertThat(words.handled()).isEmpty();
        }
    }

    @Nested
    class ADrop {

        @Test
        void takesOutWhatIsThere() {
            words.put(
                    "k",
                    new JoinState<>(
                            States.join("a", JoinState.NEVER),
                            List.of(States.failed("bc", 0), States.parked("de"), States.claimed("fg", 4711, 0)),
                            null,
                            1));

            List<PendingJoin<String, String>> dropped = joiner.drop("k");

            assertThat(dropped).extracting(join -> join.value().orElseThrow()).containsExactly("a", "bc", "de", "fg");
            assertThat(words.store.size()).isZero();
            assertThat(words.handled()).isEmpty();
        }

        @Test
        void leavesLiveClaimsAlone() {
            Flight<String> live = States.claimed("fg", 4711, Long.MAX_VALUE);
            words.put("k", new JoinState<>(States.join("a", JoinState.NEVER), List.of(live), null, 1));

            assertThat(joiner.drop("k"))
                    .singleElement()
                    .satisfies(join -> assertThat(join.value()).contains("a"));
            assertThat(words.flight("k")).isEqualTo(live);
            assertThat(joiner.drop("k")).isEmpty();
        }

        @Test
        void isEmptyWhereNothingIs() {
            assertThat(joiner.drop("k")).isEmpty();
            assertThat(words.writes()).isEmpty();
        }

        @Test
        void takesOutAnEntryThatCannotBeRead() {
            words.store.put("k", MapStore.unreadable(1, "k"));

            assertThat(joiner.drop("k")).singleElement().satisfies(join -> {
                assertThat(join.status()).isEqualTo(Status.UNREADABLE);
                assertThat(join.bytes().orElseThrow()).containsExactly(1, 2, 3);
            });
            assertThat(words.store.size()).isZero();
        }

        @Test
        void takesOutWhatCameInPlaceOfAnEntryThatCannotBeRead() {
            words.store.put("k", MapStore.unreadable(1, "k"));
            AtomicInteger writes = new AtomicInteger();
            words.store.beforeWrite(keys -> {
                switch (writes.incrementAndGet()) {
                    case 1 -> words.store.put("k", MapStore.unreadable(2, "k"));
                    case 2 -> words.put("k", States.open("a"));
                    default -> {}
                }
            });

            assertThat(joiner.drop("k"))
                    .singleElement()
                    .satisfies(join -> assertThat(join.value()).contains("a"));
            assertThat(words.store.size()).isZero();
        }

        @Test
        void cannotKnowWhoRemovedAKeyThatIsGoneWhenItWasToRemoveIt() {
            words.put("k", States.open("a"));
            words.store.repeatWrites();

            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> joiner.drop("k"))
                    .withMessage("words: key \"k\" was gone when its removal was to be confirmed: a driver repeated the"
                            + " removal, or somebody else was faster");
        }

        @Test
        void ofAKeyThatIsRememberedIsKnownByItsVersion() {
            var remembering = words.joiner(words.of(2).rememberFor(Words.MINUTE));
            words.put("k", States.open("a"));
            words.store.repeatWrites();

            assertThat(remembering.drop("k")).hasSize(1);
            assertThat(remembering.find("k")).extracting(PendingJoin::status).containsExactly(Status.REMEMBERED);
        }

        @Test
        void isTriedAgainOnWhatSomebodyElseWrote() {
            words.put("k", States.open("a"));
            AtomicInteger writes = new AtomicInteger();
            words.store.beforeWrite(keys -> {
                if (writes.incrementAndGet() == 1) {
                    words.put("k", States.open("b"));
                }
            });

            assertThat(joiner.drop("k"))
                    .singleElement()
                    .satisfies(join -> assertThat(join.value()).contains("b"));
        }

        @Test
        void isDoneOnAnInterruptedThreadWithoutTheStoreSeeingIt() {
            words.put("k", States.open("a"));
            List<Boolean> seen = new ArrayList<>();
            words.store.beforeWrite(keys -> seen.add(Thread.currentThread().isInterrupted()));
            Thread.currentThread().interrupt();

            assertThat(joiner.drop("k")).hasSize(1);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(seen).containsExactly(false);
        }

        @Test
        void needsAKey() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> joiner.drop(null))
                    .withMessage("the key is null");
            assertThatIllegalArgumentException().isThrownBy(() -> joiner.drop("a\u0000"));
        }
    }

    @Nested
    class AStoreThatEvicts {

        @Test
        void needsAReceiver() {
            words.store.evicting();

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> words.joiner(words.of(2)))
                    .withMessage("words: MapStore may evict joins, and the spec has neither onExpired nor joinOnExpiry"
                            + " to receive them");
            words.joiner(words.expiring(2));
            words.joiner(words.of(2).joinOnExpiry());
        }
    }

    @Test
    void keysThatAreNoTextAreKeysLikeOthers() {
        MapStore<Long, String> store = new MapStore<>(words.log);
        try (var numbers = DeterministicJoiner.create(
                JoinSpec.joining(String.class)
                        .keyedBy(Long::valueOf)
                        .<String>mergedBy((message, pending) -> message)
                        .sufficientWhen(word -> false)
                        .build(),
                store,
                words.clock,
                words::number)) {
            numbers.accept("42");

            assertThat(numbers.find(42L)).hasSize(1);
            assertThat(numbers.drop(42L)).hasSize(1);
        }
    }

    @Test
    void isNamedByItsSpecAndItsStore() {
        assertThat(joiner).hasToString("Joiner[words on MapStore]");
    }

    @Test
    void drawsNumbersThatNobodyElseHas() {
        Randomness randomness = Randomness.ofProcess();
        Set<Long> drawn = new HashSet<>();
        Set<Double> jitters = new HashSet<>();
        long bits = 0;
        for (int i = 0; i < 1_000; i++) {
            long nonce = randomness.nonce();
            drawn.add(nonce);
            bits |= nonce;
            drawn.add(Randomness.ofProcess().nonce());
            double jitter = randomness.jitter();
            assertThat(jitter).isBetween(0.0, 1.0);
            jitters.add(jitter);
        }

        assertThat(drawn).hasSize(2_000).doesNotContain(0L);
        assertThat(bits).as("every bit is drawn").isEqualTo(-1L);
        assertThat(jitters).hasSizeGreaterThan(1);
    }

    @Test
    void readsTheClockThatItIsGivenAndNoOther() {
        words.put("k", States.open("a", words.clock.millis() + 1));
        try (var expiring = StoreJoiner.create(words.expiring(2).build(), words.store, words.clock)) {
            assertThat(expiring.sweep().expired()).isZero();
            words.clock.pass(Duration.ofMillis(1));
            assertThat(expiring.sweep().expired()).isEqualTo(1);
        }
    }

    @Test
    void readsTheClockOfTheSystemUnlessItIsGivenOne() {
        long before = Instant.now().toEpochMilli();
        Joiner<String, String> joiner = Joiner.create(words.of(2).build(), words.store);
        joiner.accept("k:a");

        assertThat(words.store.state("k").open().firstAt())
                .isBetween(before, Instant.now().toEpochMilli());
    }

    @Test
    void anEntryThatCannotBeReadIsLeftAlone() {
        words.store.put("k", MapStore.unreadable(1, "k"));

        assertThatExceptionOfType(CodecException.class).isThrownBy(() -> joiner.accept("k:a"));
        assertThat(words.store.get("k")).isInstanceOf(Versioned.Unreadable.class);
    }
}
