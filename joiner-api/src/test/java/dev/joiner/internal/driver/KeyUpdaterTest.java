package dev.joiner.internal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.CodecException;
import dev.joiner.ContentionException;
import dev.joiner.InvalidMessageException;
import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import dev.joiner.StoreException;
import dev.joiner.ValueTooLargeException;
import dev.joiner.engine.SafeListener;
import dev.joiner.engine.SpecFunctions;
import dev.joiner.engine.Step;
import dev.joiner.engine.Step.Verdict;
import dev.joiner.internal.driver.KeyUpdater.Answer;
import dev.joiner.internal.driver.KeyUpdater.Event;
import dev.joiner.internal.driver.KeyUpdater.Request;
import dev.joiner.internal.driver.KeyUpdater.StepEvent;
import dev.joiner.internal.driver.KeyUpdater.Update;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.Versioned;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The events here are letters, which go to the end of the word that is open under a key. */
@Timeout(60)
class KeyUpdaterTest {
    private static final int LOST_TRIES = 200;
    /** What the pauses after so many come to at the least: all but the first 20 of them take a millisecond, and up to two. */
    private static final Duration PAUSES = Duration.ofMillis(LOST_TRIES - 20);

    private final List<String> log = new CopyOnWriteArrayList<>();
    private final List<String> conflicts = new ArrayList<>();
    private final MapStore<String, String> store = new MapStore<>(log);
    private final AtomicLong numbers = new AtomicLong(100);
    private final KeyUpdater<String, String> updater = new KeyUpdater<>("words", store, listener(), randomness());

    @AfterEach
    void noInterruptIsLeftOver() {
        assertThat(Thread.interrupted()).isFalse();
    }

    private SafeListener listener() {
        JoinListener noting = new JoinListener() {
            @Override
            public void conflict(String join, Object key, int tries) {
                conflicts.add(join + " " + key + " " + tries);
            }
        };
        return new SafeListener(
                SpecFunctions.of(JoinSpec.joining(String.class)
                        .keyedBy(message -> message)
                        .<String>mergedBy((message, pending) -> message)
                        .sufficientWhen(word -> true)
                        .named("words")
                        .listener(noting)
                        .build()),
                InstantSource.system());
    }

    private Randomness randomness() {
        return new Randomness() {
            @Override
            public long nonce() {
                return numbers.incrementAndGet();
            }

            @Override
            public double jitter() {
                return 0;
            }
        };
    }

    /** What another node wrote. */
    private Versioned<String> written(String word) {
        return Versioned.of(numbers.incrementAndGet(), States.open(word));
    }

    private void put(String key, String word) {
        store.put(key, written(word));
    }

    private static @Nullable String word(@Nullable JoinState<String> state) {
        return state == null || state.open() == null ? null : state.open().value();
    }

    private @Nullable String word(String key) {
        return word(store.state(key));
    }

    private static class Letter implements Event<String, String> {
        private final String letter;
        private @Nullable JoinState<String> given;

        Letter(String letter) {
            this.letter = letter;
        }

        @Override
        public String on(@Nullable JoinState<String> state) {
            given = state;
            return state == null ? letter : word(state) + letter;
        }

        @Override
        public @Nullable JoinState<String> next(String result) {
            return States.open(result);
        }

        @Nullable
        JoinState<String> given() {
            return given;
        }
    }

    /** An event that writes nothing, and comes to the word that it sees. */
    private static final class Look extends Letter {
        Look() {
            super("");
        }

        @Override
        public String on(@Nullable JoinState<String> state) {
            super.on(state);
            return "saw " + word(state);
        }

        @Override
        public @Nullable JoinState<String> next(String result) {
            return given();
        }
    }

    /** An event that throws unless the word is the right one. */
    private static final class Strict extends Letter {
        private final String right;
        private final Throwable thrown;

        Strict(String letter, String right, Throwable thrown) {
            super(letter);
            this.right = right;
            this.thrown = thrown;
        }

        @Override
        public String on(@Nullable JoinState<String> state) {
            if (!right.equals(word(state))) {
                KeyUpdaterTest.<RuntimeException>sneak(thrown);
            }
            return super.on(state);
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // nothing of the type is there at run time
    private static <E extends Throwable> void sneak(Throwable thrown) throws E {
        throw (E) thrown;
    }

    private static final class Removal implements Event<String, String> {
        private final List<String> seen = new ArrayList<>();

        @Override
        public String on(@Nullable JoinState<String> state) {
            seen.add(String.valueOf(word(state)));
            return "removed";
        }

        @Override
        public @Nullable JoinState<String> next(String result) {
            return null;
        }
    }

    private static <T> Consumer<T> once(Consumer<T> hook) {
        return times(1, hook);
    }

    private static <T> Consumer<T> times(int times, Consumer<T> hook) {
        AtomicInteger left = new AtomicInteger(times);
        return value -> {
            if (left.getAndDecrement() > 0) {
                hook.accept(value);
            }
        };
    }

    private static Duration timeOf(Runnable work) {
        long began = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private static <T> Consumer<T> fail(RuntimeException e) {
        return keys -> {
            throw e;
        };
    }

    @Nested
    class OneKey {

        @Test
        void isWrittenOnTheGuessOfTheStoreWithoutARead() {
            put("k", "a");
            store.guess(store::get);

            Update<String, String> update = updater.update("k", new Letter("b"));

            assertThat(update.result()).isEqualTo("ab");
            assertThat(update.held()).isEqualTo(store.get("k"));
            assertThat(word("k")).isEqualTo("ab");
            assertThat(log).containsExactly("write k");
        }

        @Test
        void isWrittenUnderANewVersionEachTime() {
            updater.update("k", new Letter("a"));
            Versioned<String> first = store.get("k");
            updater.update("k", store.get("k"), true, new Letter("b"));

            assertThat(store.get("k")).isNotEqualTo(first);
        }

        @Test
        void goesOnFromWhatIsThereIfTheGuessWasWrongWhichIsNoConflict() {
            put("k", "a");
            Versioned<String> stale = written("x");
            store.guess(key -> stale);

            assertThat(updater.update("k", new Letter("b")).result()).isEqualTo("ab");
            assertThat(log).containsExactly("write k", "write k");
            assertThat(conflicts).isEmpty();
        }

        @Test
        void goesOnFromWhatSomebodyElseWroteAfterItWasRead() {
            put("k", "a");
            store.beforeWrite(times(2, keys -> put("k", word("k") + "x")));

            Update<String, String> update = updater.update("k", store.get("k"), true, new Letter("b"));

            assertThat(update.result()).isEqualTo("axxb");
            assertThat(log).containsExactly("write k", "write k", "write k");
            assertThat(conflicts).containsExactly("words k 1", "words k 2");
        }

        @Test
        void isGivenUpAfter256Tries() {
            store.beforeWrite(keys -> put("k", "x"));

            assertThatExceptionOfType(ContentionException.class)
                    .isThrownBy(() -> updater.update("k", new Letter("b")))
                    .withMessage("words: key \"k\" changed 256 times between read and write")
                    .satisfies(e -> assertThat(e.isSafe()).isFalse());
            assertThat(log).hasSize(256);
            assertThat(word("k")).isEqualTo("x");
        }

        @Test
        void mayWinAtTheLastTry() {
            store.beforeWrite(times(255, keys -> put("k", "x")));

            assertThat(updater.update("k", new Letter("b")).result()).isEqualTo("xb");
        }

        @Test
        void isTriedAgainAfterAPauseOnceSeveralTriesWereLost() {
            store.beforeWrite(times(LOST_TRIES, keys -> put("k", "x")));

            assertThat(timeOf(() -> updater.update("k", new Letter("b")))).isGreaterThan(PAUSES);
        }

        @Test
        void isTriedAgainAfterAPauseOnAnInterruptedThreadToo() {
            store.beforeWrite(times(LOST_TRIES, keys -> put("k", "x")));
            Thread.currentThread().interrupt();

            assertThat(timeOf(() -> updater.update("k", new Letter("b")))).isGreaterThan(PAUSES);
            assertThat(Thread.interrupted()).isTrue();
        }

        @Test
        void isReadIfAGuessSaysThatThereIsNothingToWrite() {
            put("k", "a");

            Update<String, String> update = updater.update("k", new Look());

            assertThat(update.result()).isEqualTo("saw a");
            assertThat(update.held()).isEqualTo(store.get("k"));
            assertThat(log).containsExactly("find k");
        }

        @Test
        void isNotReadAgainIfThereIsNothingToWrite() {
            Versioned<String> read = written("a");

            Update<String, String> update = updater.update("k", read, true, new Look());

            assertThat(update.result()).isEqualTo("saw a");
            assertThat(update.held()).isSameAs(read);
            assertThat(log).isEmpty();
        }

        @Test
        void isReadIfTheEventThrowsOnAGuess() {
            put("k", "a");

            Update<String, String> update =
                    updater.update("k", new Strict("b", "a", new IllegalStateException("merge")));

            assertThat(update.result()).isEqualTo("ab");
            assertThat(log).containsExactly("find k", "write k");
        }

        @Test
        void isLeftAloneIfTheEventThrowsOnWhatWasReadErrorsAsWell() {
            put("k", "x");
            Throwable thrown = new NoClassDefFoundError("merge");

            assertThatThrownBy(() -> updater.update("k", new Strict("b", "a", thrown)))
                    .isSameAs(thrown);
            assertThat(log).containsExactly("find k");
        }

        @Test
        void isReadIfTheGuessCannotBeDecoded() {
            put("k", "a");
            store.guess(key -> MapStore.unreadable(1, key));

            assertThat(updater.update("k", new Letter("b")).result()).isEqualTo("ab");
            assertThat(log).containsExactly("find k", "write k");
        }

        @Test
        void isLeftAloneIfWhatIsThereCannotBeDecoded() {
            store.put("k", MapStore.unreadable(1, "k"));

            assertThatExceptionOfType(CodecException.class).isThrownBy(() -> updater.update("k", new Letter("b")));
            assertThat(log).containsExactly("write k");
        }

        @Test
        void isWrittenIfTheNextStateIsEqualButAnother() {
            put("k", "");

            updater.update("k", store.get("k"), true, new Letter(""));

            assertThat(log).containsExactly("write k");
        }

        @Test
        void isRemoved() {
            put("k", "a");

            Update<String, String> update = updater.update("k", store.get("k"), true, new Removal());

            assertThat(update.held()).isNull();
            assertThat(store.size()).isZero();
        }
    }

    @Nested
    class AWriteThatADriverRepeats {

        @Test
        void isRecognisedByItsVersion() {
            store.repeatWrites();
            put("k", "a");

            Update<String, String> update = updater.update("k", store.get("k"), true, new Letter("b"));

            assertThat(update.result()).isEqualTo("ab");
            assertThat(update.held()).isEqualTo(store.get("k"));
            assertThat(word("k")).isEqualTo("ab");
            assertThat(log).containsExactly("write k");
            assertThat(conflicts).isEmpty();
        }

        @Test
        void isRecognisedInABatch() {
            store.repeatWrites();
            put("k", "a");

            Answer<String, String> answer =
                    only(updater.updateAll(List.of(new Request<>("k", store.get("k"), true, new Letter("b")))));

            assertThat(answer.update().result()).isEqualTo("ab");
            assertThat(answer.update().held()).isEqualTo(store.get("k"));
            assertThat(log).containsExactly("writeAll k");
        }

        @Test
        void hasNoVersionIfItIsARemovalSoTheEventRunsOnNothing() {
            store.repeatWrites();
            put("k", "a");
            Removal removal = new Removal();

            updater.update("k", store.get("k"), true, removal);

            assertThat(removal.seen).containsExactly("a", "null");
        }
    }

    @Nested
    class AKeyThatNoStoreCanKeep {
        private final IllegalArgumentException refused = new IllegalArgumentException("too long");

        private void assertInvalid(Event<String, String> event) {
            assertThatExceptionOfType(InvalidMessageException.class)
                    .isThrownBy(() -> updater.update("k", event))
                    .withMessage("words: too long")
                    .withCause(refused);
        }

        @Test
        void isAFaultOfItsMessageIfTheStoreHasNoGuess() {
            store.guess(key -> {
                throw refused;
            });

            assertInvalid(new Letter("a"));
        }

        @Test
        void isAFaultOfItsMessageIfItCannotBeRead() {
            store.beforeRead(fail(refused));

            assertInvalid(new Look());
        }

        @Test
        void isAFaultOfItsMessageIfItCannotBeWritten() {
            store.refuse((key, next) -> refused);

            assertInvalid(new Letter("a"));
        }

        @Test
        void isToldFromAValueThatCannotBeWritten() {
            RuntimeException tooLarge = new ValueTooLargeException("k", 2, 1);
            store.refuse((key, next) -> tooLarge);

            assertThatThrownBy(() -> updater.update("k", new Letter("a"))).isSameAs(tooLarge);
        }
    }

    @Nested
    class TheLostAnswerToALoneClaim {
        private static final long CLAIM = 42;
        private final StoreException lost = new StoreException("answer lost");
        private final Event<String, String> claiming = new Event<>() {
            @Override
            public String on(@Nullable JoinState<String> state) {
                return "claimed";
            }

            @Override
            public JoinState<String> next(String result) {
                return States.inFlight(States.claimed("ab", CLAIM, 1));
            }

            @Override
            public long loneClaim(String result) {
                return CLAIM;
            }
        };

        @Test
        void isFoundInTheStore() {
            store.afterWrite(fail(lost));

            Update<String, String> update = updater.update("k", claiming);

            assertThat(update.result()).isEqualTo("claimed");
            assertThat(update.held()).isEqualTo(store.get("k"));
            assertThat(log).containsExactly("write k", "find k");
        }

        @Test
        void isFoundAlthoughSomebodyWroteOnTopOfIt() {
            Versioned<String> later =
                    Versioned.of(7, States.inFlight(States.claimed("x", 41, 1), States.claimed("ab", CLAIM, 1)));
            store.afterWrite(keys -> {
                store.put("k", later);
                throw lost;
            });

            assertThat(updater.update("k", claiming)).isNotNull();
            assertThat(store.find("k")).isSameAs(later);
        }

        @Test
        void isTheFailureOfTheStoreIfTheClaimIsNotThere() {
            store.beforeWrite(fail(lost));

            assertThatThrownBy(() -> updater.update("k", claiming)).isSameAs(lost);

            store.put("k", Versioned.of(7, States.inFlight(States.claimed("x", 41, 1))));
            assertThatThrownBy(() -> updater.update("k", claiming)).isSameAs(lost);

            store.put("k", MapStore.unreadable(7, "k"));
            assertThatThrownBy(() -> updater.update("k", claiming)).isSameAs(lost);
        }

        @Test
        void isTheFailureOfTheStoreIfThatCannotBeReadEither() {
            RuntimeException down = new StoreException("down");
            store.afterWrite(fail(lost)).beforeRead(fail(down));

            assertThatThrownBy(() -> updater.update("k", claiming)).isSameAs(lost);
            assertThat(lost).hasSuppressedException(down);
        }

        @Test
        void isNotLookedForIfTheWriteWasNoSuchClaim() {
            store.afterWrite(fail(lost));

            assertThatThrownBy(() -> updater.update("k", new Letter("a"))).isSameAs(lost);
            assertThat(log).containsExactly("write k");
        }

        @Test
        void isOfAStepThatClaimsOneJoinAloneAndOfNoOther() {
            StepEvent<String> event = state -> step(Verdict.CLAIMED, List.of());
            Flight<String> alone = States.claimed("ab", CLAIM, 1);
            Flight<String> together = States.flight("ab", Flight.Status.CLAIMED_TOGETHER, false, CLAIM, 0, null, 1);

            assertThat(event.loneClaim(step(Verdict.CLAIMED, List.of(alone)))).isEqualTo(CLAIM);
            assertThat(event.loneClaim(step(Verdict.CLAIMED, List.of(together))))
                    .isEqualTo(Flight.UNCLAIMED);
            assertThat(event.loneClaim(step(Verdict.DONE, List.of()))).isEqualTo(Flight.UNCLAIMED);
            assertThat(event.next(step(Verdict.DONE, List.of()))).isNull();
        }

        private static Step<String> step(Verdict verdict, List<Flight<String>> claimed) {
            return new Step<>(null, verdict, claimed, List.of(), false);
        }
    }

    private static <T> T only(List<T> list) {
        assertThat(list).hasSize(1);
        return list.get(0);
    }

    private Request<String, String, String> guessed(String key, Event<String, String> event) {
        return new Request<>(key, null, false, event);
    }

    private Request<String, String, String> read(String key, Event<String, String> event) {
        return new Request<>(key, store.get(key), true, event);
    }

    private List<Object> updateAll(List<Request<String, String, String>> requests) {
        List<Object> answers = new ArrayList<>();
        for (Answer<String, String> answer : updater.updateAll(requests)) {
            answers.add(
                    answer.update() == null ? answer.failure() : answer.update().result());
        }
        return answers;
    }

    @Nested
    class SeveralKeys {

        @Test
        void areWrittenTogetherAndAnsweredInOrder() {
            put("l", "x");

            assertThat(updateAll(List.of(
                            guessed("k", new Letter("a")), read("l", new Letter("y")), read("m", new Letter("z")))))
                    .containsExactly("a", "xy", "z");
            assertThat(log).containsExactly("writeAll k l m");
            assertThat(List.of(word("k"), word("l"), word("m"))).containsExactly("a", "xy", "z");
        }

        @Test
        void areReadTogetherWhereAGuessDoesNotDo() {
            put("k", "a");
            put("l", "b");
            put("m", "c");
            RuntimeException thrown = new IllegalStateException("merge");

            assertThat(updateAll(List.of(
                            read("k", new Letter("x")),
                            guessed("l", new Look()),
                            guessed("m", new Strict("x", "c", thrown)),
                            guessed("n", new Strict("x", "c", thrown)))))
                    .containsExactly("ax", "saw b", "cx", thrown);
            assertThat(log).containsExactly("writeAll k", "findAll l m n", "writeAll m");
        }

        @Test
        void areLeftAloneWhereNothingIsToBeWritten() {
            put("k", "a");

            List<Answer<String, String>> answers = updater.updateAll(List.of(read("k", new Look())));

            assertThat(only(answers).update().held()).isEqualTo(store.get("k"));
            assertThat(updater.updateAll(List.<Request<String, String, String>>of()))
                    .isEmpty();
            assertThat(log).isEmpty();
        }

        @Test
        void failAloneWhereAnEventThrowsErrorsAsWell() {
            Throwable thrown = new NoClassDefFoundError("merge");

            assertThat(updateAll(List.of(read("k", new Strict("x", "c", thrown)), read("l", new Letter("b")))))
                    .containsExactly(thrown, "b");
        }

        @Test
        void failAloneWhereTheEntryCannotBeDecoded() {
            store.put("k", MapStore.unreadable(1, "k"));

            List<Object> answers = updateAll(List.of(read("k", new Letter("a")), read("l", new Letter("b"))));

            assertThat(answers.get(0)).isInstanceOf(CodecException.class);
            assertThat(answers.get(1)).isEqualTo("b");
        }

        @Test
        void goOnFromWhatIsThereWithoutThoseThatAreWritten() {
            put("k", "a");
            put("l", "b");
            store.beforeWrite(once(keys -> put("l", "c")));

            assertThat(updateAll(
                            List.of(read("k", new Letter("x")), read("l", new Letter("y")), guessed("m", new Look()))))
                    .containsExactly("ax", "cy", "saw null");
            assertThat(log).containsExactly("writeAll k l", "findAll m", "writeAll l");
            assertThat(conflicts).containsExactly("words l 1");
        }

        @Test
        void tellNoConflictWhereAGuessWasWrong() {
            put("k", "a");

            assertThat(updateAll(List.of(guessed("k", new Letter("b"))))).containsExactly("ab");
            assertThat(conflicts).isEmpty();
        }

        @Test
        void areGivenUpAloneAfter256Tries() {
            store.beforeWrite(keys -> put("k", "x"));

            List<Object> answers = updateAll(List.of(guessed("k", new Letter("a")), guessed("l", new Letter("b"))));

            assertThat(answers.get(0))
                    .isInstanceOf(ContentionException.class)
                    .asString()
                    .endsWith("words: key \"k\" changed 256 times between read and write");
            assertThat(answers.get(1)).isEqualTo("b");
            assertThat(log).hasSize(256).contains("writeAll k l", "writeAll k");
        }

        @Test
        void areTriedAgainAfterAPauseOnceSeveralTriesWereLost() {
            store.beforeWrite(times(LOST_TRIES, keys -> put("k", "x")));

            assertThat(timeOf(() -> updateAll(List.of(guessed("k", new Letter("b"))))))
                    .isGreaterThan(PAUSES);
        }

        @Test
        void mayWinAtTheLastTry() {
            store.beforeWrite(times(255, keys -> put("k", "x")));

            assertThat(updateAll(List.of(guessed("k", new Letter("a"))))).containsExactly("xa");
        }

        @Test
        void failAloneWhereTheStoreRefusesThem() {
            RuntimeException tooLarge = new ValueTooLargeException("k", 2, 1);
            store.refuse((key, next) -> switch (key) {
                case "k" -> tooLarge;
                case "l" -> new IllegalArgumentException("too long");
                default -> null;
            });

            List<Object> answers = updateAll(List.of(
                    guessed("k", new Letter("a")), guessed("l", new Letter("b")), guessed("m", new Letter("c"))));

            assertThat(answers.get(0)).isSameAs(tooLarge);
            assertThat(answers.get(1)).isInstanceOf(InvalidMessageException.class);
            assertThat(answers.get(2)).isEqualTo("c");
            assertThat(log).as("who was refused is not tried again").containsExactly("writeAll k l m");
        }

        @Test
        void failAloneWhereTheStoreThrowsInsteadOfRefusingOneOfThem() {
            RuntimeException bad = new IllegalStateException("codec");
            store.beforeWrite(keys -> {
                if (keys.contains("k")) {
                    throw bad;
                }
            });

            assertThat(updateAll(List.of(guessed("k", new Letter("a")), guessed("l", new Letter("b")))))
                    .containsExactly(bad, "b");
            assertThat(log).containsExactly("writeAll k l", "write k", "write l");
        }

        @Test
        void areRecognisedIfTheStoreThrewWhenTheyWereWritten() {
            put("l", "b");
            store.afterWrite(once(fail(new IllegalStateException("codec"))));

            assertThat(updateAll(List.of(guessed("k", new Letter("a")), read("l", new Letter("x")))))
                    .containsExactly("a", "bx");
            assertThat(List.of(word("k"), word("l"))).containsExactly("a", "bx");
            assertThat(conflicts).isEmpty();
        }

        @Test
        void areTriedAgainIfOneOfThemIsLostWhenTheyAreWrittenOneByOne() {
            put("k", "a");
            store.beforeWrite(times(2, keys -> {
                if (keys.size() > 1) {
                    throw new IllegalStateException("codec");
                }
                put("k", "x");
            }));

            assertThat(updateAll(List.of(read("k", new Letter("b")), read("l", new Letter("c")))))
                    .containsExactly("xb", "c");
            assertThat(log).containsExactly("writeAll k l", "write k", "write l", "writeAll k");
        }

        @Test
        void failAloneWhereTheStoreThrowsWhenItReadsThem() {
            put("l", "b");
            RuntimeException bad = new CodecException("k", "bad", null);
            store.beforeRead(keys -> {
                if (keys.contains("k")) {
                    throw bad;
                }
            });

            assertThat(updateAll(List.of(guessed("k", new Look()), guessed("l", new Look()))))
                    .containsExactly(bad, "saw b");
            assertThat(log).containsExactly("findAll k l", "find k", "find l");
        }

        @Test
        void failTogetherIfTheStoreFails() {
            StoreException down = new StoreException("down");

            store.beforeWrite(fail(down));
            assertThatThrownBy(() -> updateAll(List.of(guessed("k", new Letter("a")))))
                    .isSameAs(down);

            store.beforeRead(fail(down));
            assertThatThrownBy(() -> updateAll(List.of(guessed("k", new Look()))))
                    .isSameAs(down);
        }

        @Test
        void failTogetherIfTheStoreFailsWhenTheyAreWrittenOneByOne() {
            StoreException down = new StoreException("down");
            store.beforeWrite(keys -> {
                throw keys.size() > 1 ? new IllegalStateException("codec") : down;
            });

            assertThatThrownBy(() -> updateAll(List.of(guessed("k", new Letter("a")), guessed("l", new Letter("b")))))
                    .isSameAs(down);
        }

        @Test
        void failTogetherIfTheStoreFailsWhenTheyAreReadOneByOne() {
            StoreException down = new StoreException("down");
            store.beforeRead(keys -> {
                throw keys.size() > 1 ? new IllegalStateException("codec") : down;
            });

            assertThatThrownBy(() -> updateAll(List.of(guessed("k", new Look()), guessed("l", new Look()))))
                    .isSameAs(down);
        }
    }
}
