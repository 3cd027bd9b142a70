package dev.joiner.store.documents;

import static dev.joiner.store.documents.DocumentClient.Fault.ANSWER_LOST;
import static dev.joiner.store.documents.DocumentClient.Fault.LOST;
import static dev.joiner.store.documents.DocumentClient.Fault.REPEATED;
import static dev.joiner.store.documents.DocumentClient.Operation.COUNT;
import static dev.joiner.store.documents.DocumentClient.Operation.GET;
import static dev.joiner.store.documents.DocumentClient.Operation.HEADS;
import static dev.joiner.store.documents.DocumentClient.Operation.QUERY;
import static dev.joiner.store.documents.DocumentClient.Operation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.joiner.Codec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.KeyCodec;
import dev.joiner.StoreException;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Due;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import dev.joiner.store.documents.DocumentClient.Call;
import dev.joiner.store.documents.DocumentClient.Fault;
import dev.joiner.store.tck.LargeJoins;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a network does to a store. */
class DocumentJoinStoreFaultTest {
    private static final long NEVER = JoinState.NEVER;

    private final DocumentDatabase database = new DocumentDatabase();
    private final DocumentClient client = new DocumentClient(database);
    private final Network network = Network.of(client);
    private final JoinStore<String, String> store = node(client);
    private final JoinStore<String, String> other = node(new DocumentClient(database));
    private long versions;

    private static JoinStore<String, String> node(DocumentClient client) {
        return new DocumentJoinStore<>(
                client, true, JoinStoreConfig.of("test", KeyCodec.string(), Codec.string()), 1 << 20);
    }

    private Versioned<String> open(String value, long due) {
        Join<String> join = new Join<>(value, 1, 0, due, NEVER, Ids.NONE, false);
        return Versioned.of(++versions, new JoinState<>(join, List.of(), null, 0));
    }

    private static Versioned<String> write(
            JoinStore<String, String> store, Versioned<String> expected, Versioned<String> next) {
        assertThat(store.compareAndExchange("k", expected, next)).isEqualTo(Exchange.written());
        return next;
    }

    private static List<String> due(JoinStore<String, String> store, long upTo) {
        return store.due(Instant.ofEpochMilli(Long.MIN_VALUE), Instant.ofEpochMilli(upTo), 10).stream()
                .map(Due::key)
                .toList();
    }

    private long appointments() {
        return new DocumentClient(database).documents("due", "test").count();
    }

    private static void assertFails(ThrowingCallable call) {
        assertThatExceptionOfType(StoreException.class).isThrownBy(call).withMessageContaining("connection");
    }

    @Nested
    class LostAnswers {

        @Test
        void aWriteThatNeverArrivedIsAFailure() {
            Versioned<String> held = write(store, null, open("a", NEVER));
            network.next(WRITE, "joins", LOST);

            assertFails(() -> store.compareAndExchange("k", held, open("b", NEVER)));
            assertThat(other.find("k")).isEqualTo(held);
        }

        // snippet:document-store-fault-test
        @Test
        void aWriteWhoseAnswerIsLostIsRecognised() {
            Versioned<String> held = write(store, null, open("a", NEVER));
            Versioned<String> next = open("b", NEVER);
            network.next(WRITE, "joins", ANSWER_LOST);

            assertThat(store.compareAndExchange("k", held, next)).isEqualTo(Exchange.written());
            assertThat(other.find("k")).isEqualTo(next);
        }

        @Test
        void aWriteThatMayHaveBeenOverwrittenIsAFailure() {
            Versioned<String> held = write(store, null, open("a", NEVER));
            Versioned<String> next = open("b", NEVER);
            network.next(WRITE, "joins", ANSWER_LOST)
                    .beforeNext(GET, "joins", () -> write(other, next, open("c", NEVER)));

            assertFails(() -> store.compareAndExchange("k", held, next));
        }
        // end:document-store-fault-test

        /** Nobody can tell who removed it. */
        @Test
        void aRemovalWhoseAnswerIsLostIsAFailure() {
            Versioned<String> held = write(store, null, open("a", 5));
            network.next(WRITE, "joins", ANSWER_LOST);

            assertFails(() -> store.compareAndExchange("k", held, null));
            assertThat(other.find("k")).isNull();
            assertThat(due(other, 10)).isEmpty();
        }

        @Test
        void aWriteThatCannotBeLookedForIsAFailure() {
            network.next(WRITE, "joins", ANSWER_LOST).next(GET, "joins", LOST);

            assertFails(() -> store.compareAndExchange("k", null, open("a", NEVER)));
        }

        @Test
        void aWriteThatTheClientRepeatsIsRecognised() {
            network.next(WRITE, "joins", REPEATED);

            assertThat(store.compareAndExchange("k", null, open("a", NEVER))).isEqualTo(Exchange.written());
        }

        @Test
        void aBatchWhoseAnswerIsLostIsRecognisedIfAllOfItIsThere() {
            List<Change<String, String>> changes = IntStream.range(0, 30)
                    .mapToObj(i -> new Change<>("k" + i, (Versioned<String>) null, open("a", 5)))
                    .toList();
            network.next(WRITE, "joins", ANSWER_LOST);

            assertThat(store.compareAndExchangeAll(changes)).hasSize(30).containsOnly(Exchange.written());
        }

        @Test
        void aBatchThatIsNotAllThereIsAFailure() {
            write(other, null, open("a", NEVER));
            network.next(WRITE, "joins", ANSWER_LOST);

            assertFails(() -> store.compareAndExchangeAll(
                    List.of(new Change<>("l", null, open("b", NEVER)), new Change<>("k", null, open("b", NEVER)))));
        }

        @Test
        void aGuessIsForgottenAfterAFailure() {
            Versioned<String> held = write(store, null, open("a", NEVER));
            assertThat(store.guess("k")).isEqualTo(held);
            network.next(WRITE, "joins", LOST);

            assertFails(() -> store.compareAndExchange("k", held, open("b", NEVER)));
            assertThat(store.guess("k")).isNull();
        }
    }

    @Nested
    class Appointments {

        /** The node dies at each request in turn: that one is lost, or its answer is, and nothing goes out after it. */
        @ParameterizedTest
        @EnumSource(names = {"LOST", "ANSWER_LOST"})
        void anEntryIsNeverWithoutItsAppointment(Fault last) {
            for (int survived = 0; survived < 3; survived++) {
                String key = last + " after " + survived;
                Versioned<String> begun = open("a", 50);
                other.compareAndExchange(key, null, begun);
                AtomicInteger left = new AtomicInteger(survived);
                DocumentClient dying = new DocumentClient(database);
                dying.network(call -> {
                    int rest = left.getAndDecrement();
                    return rest > 0 ? Fault.NONE : rest == 0 ? last : LOST;
                });

                Throwable thrown = catchThrowable(() -> node(dying).compareAndExchange(key, begun, open("b", 5)));

                assertThat(thrown == null || thrown instanceof StoreException).isTrue();
                boolean isWritten = !begun.equals(other.find(key));
                assertThat(due(other, 10).contains(key)).as(key).isEqualTo(isWritten);
                assertThat(due(other, 50)).as(key).contains(key);
            }
        }

        @Test
        void oneThatIsOverIsNotDueAndIsClearedUp() {
            Versioned<String> first = write(store, null, open("a", NEVER));
            Versioned<String> second = write(store, first, open("b", 5));
            network.beforeNext(WRITE, "joins", () -> network.next(WRITE, "due", LOST)); // the one that clears up
            write(store, second, open("c", 50));
            assertThat(appointments()).isEqualTo(2);

            assertThat(due(other, 10)).isEmpty();
            assertThat(appointments()).isEqualTo(1);
            assertThat(due(other, 50)).containsExactly("k");
        }

        @Test
        void oneOfALostExchangeIsClearedUp() {
            Versioned<String> held = write(other, null, open("a", NEVER));

            assertThat(store.compareAndExchange("k", null, open("b", 5))).isEqualTo(Exchange.lost(held));
            assertThat(appointments()).isZero();
        }

        @Test
        void oneWhoseWriteIsUnderWayIsLeft() {
            Versioned<String> held = write(store, null, open("a", NEVER));
            network.beforeNext(
                    WRITE,
                    "joins",
                    () -> assertThat(due(other, 10)).as("nothing yet").isEmpty());

            write(store, held, open("b", 5));

            assertThat(due(other, 10)).containsExactly("k");
        }

        /** What is to be absent may be absent again. */
        @Test
        void oneWhoseKeyCameAndWentMeanwhileIsLeft() {
            network.beforeNext(WRITE, "joins", () -> {
                Versioned<String> passing = write(other, null, open("passing", 5));
                assertThat(due(other, 10)).containsExactly("k");
                other.compareAndExchange("k", passing, null);
            });

            write(store, null, open("b", 5));

            assertThat(due(other, 10)).containsExactly("k");
        }

        @Test
        void anIndexThatLagsShowsThemLater() {
            database.stopReplication();
            write(store, null, open("a", 5));
            assertThat(due(other, 10)).isEmpty();

            database.resumeReplication();

            assertThat(due(other, 10)).containsExactly("k");
        }

        @Test
        void anIndexThatLagsShowsNothingThatIsNotDue() {
            Versioned<String> early = write(store, null, open("a", 5));
            database.stopReplication();
            write(store, early, open("b", 50));

            assertThat(due(other, 10)).isEmpty();

            database.resumeReplication();
            assertThat(due(other, 50)).containsExactly("k");
        }
    }

    @Nested
    class Reads {

        @Test
        void failAsTheyAre() {
            write(store, null, open("a", 5));

            network.next(GET, "joins", LOST);
            assertFails(() -> store.find("k"));
            network.next(GET, "joins", ANSWER_LOST);
            assertFails(() -> store.findAll(List.of("k")));
            network.next(QUERY, "due", LOST);
            assertFails(() -> due(store, 10));
            network.next(HEADS, "joins", LOST);
            assertFails(() -> due(store, 10));
            network.next(QUERY, "joins", LOST);
            assertFails(() -> store.scan(null, 10));
            network.next(COUNT, "joins", LOST);
            assertFails(store::size);
        }

        /** An answer that has no room for a key is not one that it holds nothing. */
        @Test
        void whatAnAnswerLeavesOutIsAskedForAgain() {
            List<Change<String, String>> changes = IntStream.range(0, 120)
                    .mapToObj(i -> new Change<>("k" + i, (Versioned<String>) null, open("x".repeat(100_000), NEVER)))
                    .toList();
            store.compareAndExchangeAll(changes);

            assertThat(other.findAll(changes.stream().map(Change::key).toList()))
                    .isEqualTo(changes.stream().map(Change::next).toList());
        }

        @Test
        void joinsThatDoNotFitIntoOneAnswerAreFound() {
            assertThat(LargeJoins.runOn(store, 30)).isEqualTo(LargeJoins.asExpected(30));
        }
    }

    @Nested
    class RoundTrips {

        @Test
        void aWriteCostsOneIfNothingIsDue() {
            Versioned<String> held = write(store, null, open("a", NEVER));
            write(store, held, open("b", NEVER));

            assertThat(client.calls()).containsExactly(new Call(WRITE, "joins"), new Call(WRITE, "joins"));
        }

        @Test
        void aBatchCostsThreeForEachHundred() {
            List<Versioned<String>> held =
                    IntStream.range(0, 200).mapToObj(i -> open("a", 5)).toList();
            store.compareAndExchangeAll(IntStream.range(0, 200)
                    .mapToObj(i -> new Change<>("k" + i, null, held.get(i)))
                    .toList());
            client.calls();

            store.compareAndExchangeAll(IntStream.range(0, 200)
                    .mapToObj(i -> new Change<>("k" + i, held.get(i), open("b", 6)))
                    .toList());

            assertThat(client.calls()).hasSize(6);
        }
    }
}
