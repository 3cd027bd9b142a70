package dev.joiner.internal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.joiner.CodecException;
import dev.joiner.ContentionException;
import dev.joiner.InvalidMessageException;
import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import dev.joiner.ValueTooLargeException;
import dev.joiner.spi.JoinState.Flight.Status;
import dev.joiner.spi.Versioned;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BatchTest {
    private static final Outcome<String> INCOMPLETE = new Outcome.Incomplete<>();

    private final Words words = new Words();
    private final KeyedJoiner<String, String, String, String> pairs = words.joiner(words.of(2));

    @AfterEach
    void noInterruptIsLeftOver() {
        assertThat(Thread.interrupted()).isFalse();
    }

    private static Outcome<String> joined(String result) {
        return new Outcome.Joined<>(result, true);
    }

    private static Outcome<String> failed(Throwable cause, boolean isSafe) {
        return new Outcome.Failed<>(cause, isSafe);
    }

    private static Throwable cause(Outcome<String> outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        return ((Outcome.Failed<String>) outcome).cause();
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

    private KeyedJoiner<String, String, String, String> joiner(
            int letters, UnaryOperator<JoinSpec.Builder<String, String, String, String, String>> options) {
        return words.joiner(options.apply(words.of(letters)));
    }

    @Nested
    class InOneRound {

        @Test
        void outcomesAreInTheOrderOfTheMessages() {
            assertThat(pairs.acceptAll(List.of("k:a", "l:x", "l:y", "m:p", "k:b", "m:q", "m:r")))
                    .containsExactly(
                            INCOMPLETE, INCOMPLETE, joined("XY"), INCOMPLETE, joined("AB"), joined("PQ"), INCOMPLETE);
            assertThat(words.store.state("m").open().value()).isEqualTo("r");
        }

        @Test
        void handlersRunAfterTheWritesInTheOrderOfTheMessages() {
            try (var telling = joiner(2, spec -> spec.onIncomplete(word -> words.log.add("incomplete " + word)))) {
                telling.acceptAll(List.of("k:a", "l:x", "l:y", "k:b", "k:c"));
            }

            assertThat(words.log)
                    .containsExactly(
                            "writeAll k l",
                            "incomplete a",
                            "incomplete x",
                            "process l xy",
                            "process k ab",
                            "incomplete c",
                            "writeAll k l",
                            "close");
        }

        @Test
        void whatIsKnownOrLateIsTold() {
            List<String> told = new ArrayList<>();
            try (var telling = joiner(
                    2,
                    spec -> spec.identifiedBy(message -> message)
                            .rememberFor(Words.MINUTE)
                            .onLate(message -> told.add("late " + message)))) {
                assertThat(telling.acceptAll(List.of("k:a", "k:a", "k:b", "k:c")))
                        .containsExactly(INCOMPLETE, new Outcome.Duplicate<>(), joined("AB"), new Outcome.Late<>());
            }
            assertThat(told).containsExactly("late k:c");
        }

        @Test
        void aListenerHearsOfEachMessage() {
            List<String> told = new ArrayList<>();
            JoinListener noting = new JoinListener() {
                @Override
                public void merged(String join, Object key, int parts, Duration age) {
                    told.add(key + " " + parts);
                }
            };
            try (var heard = joiner(3, spec -> spec.listener(noting))) {
                heard.acceptAll(List.of("k:a", "l:x", "k:b"));
            }

            assertThat(told).containsExactly("k 1", "l 1", "k 2");
        }

        @Test
        void nothingIsToDoForNoMessages() {
            assertThat(pairs.acceptAll(List.of())).isEmpty();
            assertThat(words.log).isEmpty();
        }

        @Test
        void theGuessOfTheStoreIsTaken() {
            words.put("k", States.open("a"));
            words.store.guess(words.store::get);

            assertThat(pairs.acceptAll(List.of("k:b"))).containsExactly(joined("AB"));
            assertThat(words.log).containsExactly("writeAll k", "process k ab", "writeAll k");
        }

        @Test
        void aGuessThatCannotBeMadeIsNone() {
            words.store.guess(key -> {
                throw key.equals("k") ? new IllegalArgumentException("bad") : new CodecException(key, "bad", null);
            });

            assertThat(pairs.acceptAll(List.of("k:a", "l:b"))).containsExactly(INCOMPLETE, INCOMPLETE);
        }

        @Test
        void whatSomebodyElseWroteMeanwhileIsGoneOnFrom() {
            beforeWrite(1, keys -> words.put("k", States.open("x")));

            assertThat(pairs.acceptAll(List.of("k:a", "l:b", "k:c")))
                    .containsExactly(joined("XA"), INCOMPLETE, INCOMPLETE);
            assertThat(words.writes()).containsExactly("writeAll k l", "writeAll k", "writeAll k");
        }
    }

    @Nested
    class InSeveralRounds {
        private final KeyedJoiner<String, String, String, String> crowded = joiner(2, spec -> spec.maxInFlight(2));
        private final List<String> fourWords = List.of("k:a", "k:b", "k:c", "k:d", "l:x", "k:e", "k:f", "k:g", "k:h");

        @Test
        void asManyJoinsGoInFlightAsThereIsRoomFor() {
            assertThat(crowded.acceptAll(fourWords))
                    .containsExactly(
                            INCOMPLETE,
                            joined("AB"),
                            INCOMPLETE,
                            joined("CD"),
                            INCOMPLETE,
                            INCOMPLETE,
                            joined("EF"),
                            INCOMPLETE,
                            joined("GH"));
            assertThat(words.log)
                    .containsExactly(
                            "writeAll k l",
                            "process k ab",
                            "process k cd",
                            "writeAll k",
                            "writeAll k",
                            "writeAll k",
                            "process k ef",
                            "process k gh",
                            "writeAll k");
        }

        @Test
        void aMessageForWhichNoRoomIsMadeFailsAlone() {
            words.onProcess = (word, handOver) -> {
                if (handOver.key().equals("k")) {
                    throw new IllegalStateException("boom");
                }
            };
            try (var retrying = words.joiner(words.retrying(2, 3).maxInFlight(1))) {
                List<Outcome<String>> outcomes =
                        retrying.acceptAll(List.of("k:a", "k:b", "k:c", "k:d", "l:x", "l:y", "l:p", "l:q"));

                assertThat(cause(outcomes.get(1))).isInstanceOf(ProcessingException.class);
                assertThat(outcomes.get(2)).isEqualTo(INCOMPLETE);
                assertThat(cause(outcomes.get(3))).isInstanceOf(ContentionException.class);
                assertThat(outcomes.get(3).isSafe()).isFalse();
                assertThat(outcomes.subList(4, 8)).containsExactly(INCOMPLETE, joined("XY"), INCOMPLETE, joined("PQ"));
            }
            assertThat(words.store.state("k").open().value()).isEqualTo("c");
        }

        @Test
        void whatComesAfterAMessageForWhichThereIsNoRoomIsTakenAllTheSame() {
            try (var ids = words.joiner(words.retrying(2, 3).maxInFlight(1).identifiedBy(message -> message))) {
                words.put("k", States.inFlight(States.failed("zz", Long.MAX_VALUE)));

                List<Outcome<String>> outcomes = ids.acceptAll(List.of("k:a", "k:b", "k:a", "k:b"));

                assertThat(outcomes.get(0)).isEqualTo(INCOMPLETE);
                assertThat(cause(outcomes.get(1))).isInstanceOf(ContentionException.class);
                assertThat(outcomes.get(2)).isEqualTo(new Outcome.Duplicate<>());
                assertThat(cause(outcomes.get(3))).isInstanceOf(ContentionException.class);
            }
            assertThat(words.writes()).as("one round").hasSize(2);
        }

        @Test
        void aFailureOfTheStoreInTheFirstIsThrownAndNoHandlerRan() {
            StoreException down = new StoreException("down");
            beforeWrite(1, keys -> {
                throw down;
            });

            assertThatThrownBy(() -> crowded.acceptAll(fourWords)).isSameAs(down);
            assertThat(words.handled()).isEmpty();
        }

        @Test
        void aFailureOfTheStoreInALaterOneConcernsTheMessagesOfThatRound() {
            StoreException down = new StoreException("down");
            AtomicInteger writes = new AtomicInteger();
            words.store.beforeWrite(keys -> {
                if (writes.incrementAndGet() > 2) {
                    throw down;
                }
            });

            assertThat(crowded.acceptAll(fourWords))
                    .containsExactly(
                            INCOMPLETE,
                            joined("AB"),
                            INCOMPLETE,
                            joined("CD"),
                            INCOMPLETE,
                            INCOMPLETE,
                            failed(down, false),
                            failed(down, false),
                            failed(down, false));
            assertThat(words.handled()).containsExactly("process k ab", "process k cd");
        }

        @Test
        void noHandlerBeginsOnceTheThreadIsInterrupted() {
            words.onProcess = (word, handOver) -> Thread.currentThread().interrupt();

            List<Outcome<String>> outcomes = crowded.acceptAll(fourWords);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(words.handled()).containsExactly("process k ab");
            assertThat(outcomes.get(1)).isEqualTo(joined("AB"));
            assertThat(outcomes.get(3)).isEqualTo(INCOMPLETE);
            assertThat(cause(outcomes.get(8)))
                    .as("what was given back takes the room")
                    .isInstanceOf(ContentionException.class);
        }
    }

    @Nested
    class AMessageThatCannotBeStored {
        private final RuntimeException tooLarge = new ValueTooLargeException("k", 2, 1);

        private void refuse(RuntimeException why) {
            words.store.refuse((key, next) -> String.valueOf(next).contains("X") ? why : null);
        }

        @Test
        void failsAloneAmongOthersOfItsKeyIfItIsTooLarge() {
            refuse(tooLarge);
            try (var fours = joiner(4, spec -> spec)) {
                assertThat(fours.acceptAll(List.of("k:a", "l:p", "k:X", "k:b", "k:c")))
                        .containsExactly(INCOMPLETE, INCOMPLETE, failed(tooLarge, false), INCOMPLETE, INCOMPLETE);
            }
            assertThat(words.store.state("k").open().value()).isEqualTo("abc");
            assertThat(words.store.state("l").open().value()).isEqualTo("p");
        }

        @Test
        void failsAloneAmongOthersOfItsKeyIfItCannotBeEncoded() {
            RuntimeException bad = new CodecException("k", "bad", null);
            refuse(bad);

            assertThat(pairs.acceptAll(List.of("k:X", "k:a", "k:b")))
                    .containsExactly(failed(bad, false), INCOMPLETE, joined("AB"));
        }

        @Test
        void isNotTriedAgainIfItIsTheOnlyOneOfItsKey() {
            refuse(tooLarge);

            assertThat(pairs.acceptAll(List.of("k:X", "l:a"))).containsExactly(failed(tooLarge, false), INCOMPLETE);
            assertThat(words.writes()).containsExactly("writeAll k l");
        }

        @Test
        void isNotTriedAgainIfItIsTheLastOneLeft() {
            refuse(tooLarge);

            assertThat(pairs.acceptAll(List.of("k:a", "k:X"))).containsExactly(INCOMPLETE, failed(tooLarge, false));
            assertThat(words.writes())
                    .as("together, and each half")
                    .containsExactly("writeAll k", "writeAll k", "writeAll k");
        }

        @Test
        void costsOthersOfItsKeyAFewWrites() {
            refuse(tooLarge);
            List<String> messages = new ArrayList<>(Collections.nCopies(200, "k:a"));
            messages.add(100, "k:X");

            List<Outcome<String>> outcomes = words.joiner(words.of(1_000)).acceptAll(messages);

            assertThat(outcomes.get(100)).isEqualTo(failed(tooLarge, false));
            assertThat(words.store.state("k").open().parts()).isEqualTo(200);
            assertThat(words.writes())
                    .as(
                            "eight that are halved until the bad one is alone, and eight that double, each with the read that it needs")
                    .hasSizeLessThan(3 * 8);
        }

        @Test
        void costsNoMoreWritesThanMessagesIfAllAreBad() {
            refuse(tooLarge);

            assertThat(pairs.acceptAll(Collections.nCopies(200, "k:X")))
                    .hasSize(200)
                    .containsOnly(failed(tooLarge, false));
            assertThat(words.writes()).hasSizeLessThan(210);
        }

        @Test
        void failsWithAllOthersOfItsKeyIfThatCannotBeKept() {
            words.store.refuse((key, next) -> key.equals("k") ? new IllegalArgumentException("too long") : null);

            List<Outcome<String>> outcomes = pairs.acceptAll(List.of("k:a", "l:p", "k:b", "l:q"));

            assertThat(cause(outcomes.get(0)))
                    .isInstanceOf(InvalidMessageException.class)
                    .hasMessage("words: too long");
            assertThat(cause(outcomes.get(2))).isInstanceOf(InvalidMessageException.class);
            assertThat(List.of(outcomes.get(1), outcomes.get(3))).containsExactly(INCOMPLETE, joined("PQ"));
            assertThat(words.writes()).containsExactly("writeAll k l", "writeAll l");
        }

        @Test
        void failsWithAllOthersOfItsKeyIfTheEntryThereCannotBeRead() {
            words.store.put("k", MapStore.unreadable(1, "k"));

            List<Outcome<String>> outcomes = pairs.acceptAll(List.of("k:a", "l:p", "k:b"));

            assertThat(cause(outcomes.get(0))).isInstanceOf(CodecException.class);
            assertThat(outcomes.get(1)).isEqualTo(INCOMPLETE);
            assertThat(cause(outcomes.get(2))).isInstanceOf(CodecException.class);
        }
    }

    @Nested
    class AtMostOnce {
        private final KeyedJoiner<String, String, String, String> atMostOnce = joiner(2, JoinSpec.Builder::atMostOnce);

        @Test
        void joinsAreHandedOverOneAtATimeBeforeTheNextIsWritten() {
            assertThat(atMostOnce.acceptAll(List.of("k:a", "l:x", "k:b", "k:c", "k:d", "l:y")))
                    .containsExactly(INCOMPLETE, INCOMPLETE, joined("AB"), INCOMPLETE, joined("CD"), joined("XY"));
            assertThat(words.log.stream().filter(line -> !line.startsWith("find")))
                    .containsExactly(
                            "writeAll k l",
                            "write k",
                            "write k",
                            "process k ab",
                            "write l",
                            "write l",
                            "process l xy",
                            "writeAll k",
                            "write k",
                            "write k",
                            "process k cd");
            assertThat(words.store.size()).isZero();
        }

        @Test
        void aMessageThatCompletesAJoinOnTheGuessOfTheStoreNeedsNoRead() {
            words.put("k", States.open("a"));
            words.store.guess(words.store::get);

            assertThat(atMostOnce.acceptAll(List.of("k:b"))).containsExactly(joined("AB"));
            assertThat(words.log).containsExactly("write k", "process k ab");
        }

        @Test
        void aHandlerThatThrowsIsASafeFailureOfItsMessage() {
            words.onProcess = (word, handOver) -> {
                throw new IllegalStateException("boom");
            };

            List<Outcome<String>> outcomes = atMostOnce.acceptAll(List.of("k:a", "k:b", "k:c"));

            assertThat(cause(outcomes.get(1))).isInstanceOf(ProcessingException.class);
            assertThat(outcomes.get(1).isSafe()).isTrue();
            assertThat(outcomes.get(2)).isEqualTo(INCOMPLETE);
        }

        @Test
        void aFailureOfTheStoreConcernsTheMessageAndTheRestOfItsKey() {
            StoreException down = new StoreException("down");
            words.store.beforeWrite(keys -> {
                if (keys.equals(List.of("k")) && words.log.contains("writeAll k l")) {
                    throw down;
                }
            });

            assertThat(atMostOnce.acceptAll(List.of("k:a", "k:b", "l:x", "k:c", "l:y")))
                    .containsExactly(INCOMPLETE, failed(down, false), INCOMPLETE, failed(down, false), joined("XY"));
            assertThat(words.writes())
                    .as("the rest of its key is not tried")
                    .containsExactly("writeAll k l", "write k", "write l", "write l");
        }

        @Test
        void aJoinThatCannotBeReadAnyMoreFailsTheMessageThatWasToCompleteIt() {
            words.store.beforeWrite(keys -> {
                if (keys.equals(List.of("k"))) {
                    words.store.put("k", MapStore.unreadable(1, "k"));
                }
            });

            List<Outcome<String>> outcomes = atMostOnce.acceptAll(List.of("k:a", "k:b", "l:x", "l:y"));

            assertThat(outcomes.get(0)).isEqualTo(INCOMPLETE);
            assertThat(cause(outcomes.get(1))).isInstanceOf(CodecException.class);
            assertThat(outcomes.get(1).isSafe()).isFalse();
            assertThat(outcomes.subList(2, 4)).containsExactly(INCOMPLETE, joined("XY"));
        }

        @Test
        void whatOnIncompleteThrowsAfterTheWriteIsASafeFailure() {
            RuntimeException boom = new IllegalStateException("boom");
            words.put("k", States.open("a"));
            words.store.guess(words.store::get);
            try (var telling = joiner(
                    2,
                    spec -> spec.atMostOnce().onIncomplete(word -> {
                        throw boom;
                    }))) {
                // Somebody else takes the join, so that the message which was to complete it begins the next.
                words.store.beforeWrite(keys -> words.store.put("k", null));

                assertThat(telling.acceptAll(List.of("k:b"))).containsExactly(failed(boom, true));
            }
            assertThat(words.store.state("k").open().value()).isEqualTo("b");
        }

        @Test
        void noJoinIsTakenOutOnAnInterruptedThread() {
            Thread.currentThread().interrupt();

            assertThat(atMostOnce.acceptAll(List.of("k:a", "k:b"))).containsExactly(INCOMPLETE, INCOMPLETE);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(words.handled()).isEmpty();
            assertThat(words.flight("k").status()).isEqualTo(Status.GIVEN_BACK);
        }
    }

    @Nested
    class WhatAFunctionThrows {
        private final Error boom = new NoClassDefFoundError("boom");

        private <T> T throwFor(String bad, String message, T otherwise) {
            if (message.contains(bad)) {
                throw boom;
            }
            return otherwise;
        }

        private JoinSpec.Builder<String, String, String, String, String> throwing(String where) {
            return JoinSpec.joining(String.class)
                    .keyedBy(message -> throwFor("K", message, message.substring(0, 1)))
                    .<String>mergedBy((message, pending) ->
                            (pending == null ? "" : pending) + throwFor("M", message, message.substring(2)))
                    .sufficientWhen(word -> throwFor("S", word, word.length() >= 9))
                    .named(where);
        }

        private void assertFailsAlone(KeyedJoiner<String, String, String, String> joiner, String bad, boolean isSafe) {
            assertThat(joiner.acceptAll(List.of("k:a", bad, "k:b", "l:c")))
                    .containsExactly(INCOMPLETE, failed(boom, isSafe), INCOMPLETE, INCOMPLETE);
            assertThat(words.store.state("k").open().value()).isEqualTo(isSafe ? "a" + bad.substring(2) + "b" : "ab");
            assertThat(words.store.state("l").open().value()).isEqualTo("c");
        }

        @Test
        void ofTheKeyConcernsOneMessage() {
            assertFailsAlone(words.joiner(throwing("key")), "K:x", false);
        }

        @Test
        void ofTheIdConcernsOneMessage() {
            assertFailsAlone(
                    words.joiner(throwing("id").identifiedBy(message -> throwFor("I", message, message))),
                    "k:I",
                    false);
        }

        @Test
        void ofTheMergeConcernsOneMessage() {
            assertFailsAlone(words.joiner(throwing("merge")), "k:M", false);
        }

        @Test
        void ofTheSufficiencyConcernsOneMessage() {
            assertFailsAlone(words.joiner(throwing("sufficient")), "k:S", false);
        }

        @Test
        void ofOnIncompleteConcernsOneMessageWhichIsStored() {
            assertFailsAlone(
                    words.joiner(throwing("incomplete").onIncomplete(word -> {
                        if (word.endsWith("x")) {
                            throw boom;
                        }
                    })),
                    "k:x",
                    true);
        }

        @Test
        void ofOnLateConcernsOneMessage() {
            words.put("k", States.closed(Long.MAX_VALUE / 4));
            try (var late = joiner(
                    2,
                    spec -> spec.rememberFor(Words.MINUTE).onLate(message -> {
                        if (message.equals("k:x")) {
                            throw boom;
                        }
                    }))) {
                assertThat(late.acceptAll(List.of("k:a", "k:x", "k:b")))
                        .containsExactly(new Outcome.Late<>(), failed(boom, true), new Outcome.Late<>());
            }
        }

        @Test
        void isNotStoredWhateverTheExceptionSays() {
            ProcessingException safe = new ProcessingException("other", "k", 1, "the handler of another joiner", null);
            try (var nested = words.joiner(JoinSpec.joining(String.class)
                    .keyedBy(message -> message)
                    .<String>mergedBy((message, pending) -> {
                        throw safe;
                    })
                    .sufficientWhen(word -> true))) {
                assertThat(nested.acceptAll(List.of("k"))).containsExactly(failed(safe, false));
            }
        }

        @Test
        void isSaidOfAMessageThatIsNull() {
            List<Outcome<String>> outcomes = pairs.acceptAll(Arrays.asList("k:a", null, "k:b"));

            assertThat(cause(outcomes.get(1)))
                    .isInstanceOf(InvalidMessageException.class)
                    .hasMessage("words: the message is null");
            assertThat(List.of(outcomes.get(0), outcomes.get(2))).containsExactly(INCOMPLETE, joined("AB"));
        }

        @Test
        void onAGuessIsTriedOnWhatIsThere() {
            words.store.guess(key -> Versioned.of(1, States.open("S")));

            try (var joiner = words.joiner(throwing("sufficient"))) {
                assertThat(joiner.acceptAll(List.of("k:a"))).containsExactly(INCOMPLETE);
            }
        }
    }

    @Nested
    class Interrupted {

        @Test
        void beforehandBeginsNoHandlerAndKeepsTheInterruptFromTheStore() {
            List<Boolean> seen = new ArrayList<>();
            words.store.beforeWrite(keys -> seen.add(Thread.currentThread().isInterrupted()));
            Thread.currentThread().interrupt();

            assertThat(pairs.acceptAll(List.of("k:a", "k:b", "l:x")))
                    .containsExactly(INCOMPLETE, INCOMPLETE, INCOMPLETE);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(seen).containsExactly(false);
            assertThat(words.log).containsExactly("writeAll k l");
            assertThat(words.flight("k").dueAt()).isEqualTo(words.clock.millis());
            assertThat(pairs.sweep().joined()).isEqualTo(1);
        }
    }

    @Nested
    class Memory {
        private record Piece(String letters) {}

        private final List<WeakReference<Piece>> pieces = new ArrayList<>();
        private final MapStore<String, Piece> store = new MapStore<>(new ArrayList<>());

        private JoinSpec.Builder<String, String, Piece, Piece, Piece> spec() {
            return JoinSpec.joining(String.class)
                    .keyedBy(message -> "k")
                    .<Piece>mergedBy((message, pending) -> {
                        Piece piece = new Piece((pending == null ? "" : pending.letters()) + message);
                        pieces.add(new WeakReference<>(piece));
                        return piece;
                    })
                    .sufficientWhen(piece -> piece.letters().length() == 4);
        }

        private KeyedJoiner<String, String, Piece, Piece> joiner(
                JoinSpec.Builder<String, String, Piece, Piece, Piece> spec) {
            return DeterministicJoiner.create(spec.build(), store, words.clock, words::number);
        }

        private boolean isGone(int index) {
            System.gc();
            return pieces.get(index).get() == null;
        }

        @Test
        void doesNotHoldTheStepsOfAJoinIfNobodyHearsOfThem() {
            AtomicInteger checked = new AtomicInteger();
            store.beforeWrite(keys -> {
                if (checked.getAndIncrement() == 0) {
                    for (int i = 0; i < 3; i++) {
                        int index = i;
                        await().until(() -> isGone(index));
                    }
                    assertThat(pieces.get(3).get()).as("what is written").isNotNull();
                }
            });

            assertThat(joiner(spec()).acceptAll(List.of("a", "b", "c", "d")))
                    .last()
                    .isEqualTo(new Outcome.Joined<>(new Piece("abcd"), true));
            assertThat(checked).hasValue(2);
        }

        @Test
        void holdsThemUntilTheyAreToldOfIfSomebodyHears() {
            List<Piece> told = new ArrayList<>();
            store.beforeWrite(keys -> isGone(0));

            joiner(spec().onIncomplete(told::add)).acceptAll(List.of("a", "b", "c", "d"));

            assertThat(told).containsExactly(new Piece("a"), new Piece("ab"), new Piece("abc"));
        }
    }
}
