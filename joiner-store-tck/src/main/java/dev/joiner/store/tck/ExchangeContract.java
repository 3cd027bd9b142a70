package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Cause;
import dev.joiner.Codec;
import dev.joiner.KeyCodec;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinState.KeptIds;
import dev.joiner.spi.JoinState.Last;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The one write, and the reads that go with it. */
abstract class ExchangeContract extends SpiFixture {

    ExchangeContract(Stores stores) {
        super(stores);
    }

    @Test
    void whatIsWrittenIsFound() {
        JoinStore<String, String> store = store();
        Versioned<String> written = open("\u20ac \ud83d\ude00\u0000", 4);

        assertThat(store.find("k")).isNull();
        write(store, "k", null, written);

        assertHolds(store, "k", written);
        assertThat(store.size()).isEqualTo(1);
        assertThat(store.find("l")).isNull();
    }

    @Test
    void everyStatusOfAFlightComesBack() {
        JoinStore<String, String> store = store();
        List<Flight<String>> flights = new ArrayList<>();
        for (Status status : Status.values()) {
            for (Cause cause : Cause.values()) {
                boolean claimed = status == Status.CLAIMED_ALONE || status == Status.CLAIMED_TOGETHER;
                int number = flights.size() + 1;
                flights.add(new Flight<>(
                        join(status + " " + cause, number % 2 == 0 ? NEVER : number),
                        cause,
                        status,
                        number % 3 == 0,
                        claimed ? -number : Flight.UNCLAIMED,
                        Long.MAX_VALUE - number,
                        number % 5,
                        number % 4 == 0 ? null : "error \u20ac " + number,
                        status == Status.PARKED ? NEVER : number));
            }
        }
        Versioned<String> written = versioned(new JoinState<>(null, flights, null, Long.MAX_VALUE));

        write(store, "k", null, written);

        assertHolds(store, "k", written);
        assertThat(store.find("k").state().inFlight()).containsExactlyElementsOf(flights);
    }

    @Test
    void allOfAJoinComesBack() {
        JoinStore<String, String> store = store();
        Join<String> kept = new Join<>("v", 70_000, 1, 2, 3, Ids.of(List.of("\u20ac", "b", "c")), true);
        Join<String> plain = new Join<>("", 1, 0, NEVER, NEVER, Ids.NONE, false);

        write(store, "kept", null, versioned(new JoinState<>(kept, List.of(), null, 9)));
        write(store, "plain", null, versioned(new JoinState<>(plain, List.of(), null, 0)));

        assertThat(store.find("kept").state()).isEqualTo(new JoinState<>(kept, List.of(), null, 9));
        assertThat(store.find("plain").state()).isEqualTo(new JoinState<>(plain, List.of(), null, 0));
    }

    @Test
    void whatIsRememberedComesBack() {
        JoinStore<String, String> store = store();
        Closed closed = new Closed(
                30,
                new Last(20, Cause.FORCED, 7),
                List.of(
                        new KeptIds(Ids.of(List.of("a", "b")), 40),
                        new KeptIds(Ids.NONE, 50),
                        new KeptIds(Ids.of(List.of("c")), NEVER)));
        Versioned<String> full = versioned(new JoinState<>(join("v", 5), List.of(), closed, 3));
        Versioned<String> bare = versioned(new JoinState<>(null, List.of(), new Closed(0, null, List.of()), 0));

        write(store, "full", null, full);
        write(store, "bare", null, bare);

        assertHolds(store, "full", full);
        assertHolds(store, "bare", bare);
        assertThat(store.find("full").state().closed().last()).isEqualTo(new Last(20, Cause.FORCED, 7));
    }

    @Test
    void whatIsTakenOutIsGone() {
        JoinStore<String, String> store = store();
        Versioned<String> first = write(store, "k", null, open("a", 5));

        assertThat(store.compareAndExchange("k", first, null)).isEqualTo(Exchange.written());

        assertThat(store.find("k")).isNull();
        assertThat(due(store, 10, 10)).isEmpty();
        assertThat(store.size()).isZero();
    }

    @Test
    void staleWriteIsRefusedAndToldWhatIsThere() {
        JoinStore<String, String> store = store();
        Versioned<String> first = write(store, "k", null, open("a"));
        Versioned<String> second = write(store, "k", first, open("ab"));

        assertLost(store.compareAndExchange("k", first, open("x")), second);
        assertLost(store.compareAndExchange("k", first, null), second);
        assertLost(store.compareAndExchange("k", null, open("x")), second);
        assertLost(store.compareAndExchange("k", null, null), second);
        assertHolds(store, "k", second);
    }

    @Test
    void writeToAKeyThatIsGoneIsRefused() {
        JoinStore<String, String> store = store();
        Versioned<String> first = write(store, "k", null, open("a"));
        store.compareAndExchange("k", first, null);

        assertThat(store.compareAndExchange("k", first, open("x"))).isEqualTo(Exchange.lost(null));
        assertThat(store.compareAndExchange("k", first, null)).isEqualTo(Exchange.lost(null));
        assertThat(store.find("k")).isNull();
    }

    @Test
    void staleWriteIsRefusedByAKeyThatBeganAgain() {
        JoinStore<String, String> store = store();
        Versioned<String> before = write(store, "k", null, open("a"));
        store.compareAndExchange("k", before, null);
        Versioned<String> again = write(store, "k", null, open("a"));

        assertLost(store.compareAndExchange("k", before, open("x")), again);
        assertLost(store.compareAndExchange("k", before, null), again);
    }

    @Test
    void versionDecidesAndNotTheContent() {
        JoinStore<String, String> store = store();
        Versioned<String> first = write(store, "k", null, open("a"));

        assertLost(store.compareAndExchange("k", open("a"), open("x")), first);
        write(store, "k", Versioned.of(first.version(), open("other").state()), open("y"));
    }

    @Test
    void extremeVersionsAreVersionsLikeOthers() {
        JoinStore<String, String> store = store();
        Versioned<String> held = null;
        for (long version : new long[] {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE}) {
            held = write(
                    store, "k", held, Versioned.of(version, open("v" + version).state()));
            assertThat(store.find("k").version()).isEqualTo(version);
        }
    }

    private static void assertLost(Exchange<String> exchange, Versioned<String> witness) {
        assertThat(exchange).isEqualTo(Exchange.lost(witness));
        assertThat(exchange.witness().state()).isEqualTo(witness.state());
    }

    @Test
    void guessIsNoFuture() {
        JoinStore<String, String> store = store();
        Versioned<String> first = write(store, "k", null, open("a"));

        Versioned<String> guess = store.guess("k");
        assertThat(guess == null || guess.equals(first)).isTrue();
        if (guess != null) {
            assertThat(guess.state()).isEqualTo(first.state());
        }
        assertThat(store.guess("l")).isNull();
    }

    /** A merge may change the value that it is given: a store that guessed that very object would count a message twice. */
    @Test
    void aValueThatIsChangedOutsideIsNotChangedInTheStore() {
        assumeThatItKeepsBytes();
        JoinStore<String, StringBuilder> store = store(
                "",
                KeyCodec.string(),
                Codec.of(
                        value -> Codec.string().encode(value.toString()),
                        bytes -> new StringBuilder(Codec.string().decode(bytes))));
        Join<StringBuilder> join = new Join<>(new StringBuilder("a"), 1, 0, NEVER, NEVER, Ids.NONE, false);
        Versioned<StringBuilder> written = Versioned.of(1, new JoinState<>(join, List.of(), null, 0));
        Versioned<StringBuilder> stale = Versioned.of(2, written.state());
        store.compareAndExchange("k", null, written);

        List<Supplier<Versioned<StringBuilder>>> looks = List.of(
                () -> written,
                () -> store.guess("k"),
                () -> store.find("k"),
                () -> store.compareAndExchange("k", stale, null).witness(),
                () -> store.guess("k"));
        for (Supplier<Versioned<StringBuilder>> look : looks) {
            Versioned<StringBuilder> seen = look.get();
            if (seen != null) {
                seen.state().open().value().append('!');
            }
        }

        Versioned<StringBuilder> guess = store.guess("k");
        assertThat(guess == null ? "a" : guess.state().open().value()).hasToString("a");
        assertThat(store.find("k").state().open().value()).hasToString("a");
    }

    @Test
    void oneOfManyBeginsAKeyAndTheOthersAreToldOfIt() throws Exception {
        int keys = 100;
        List<Set<Integer>> won = Parallel.run(4, thread -> {
            JoinStore<String, String> store = store();
            Set<Integer> mine = new HashSet<>();
            for (int key = 0; key < keys; key++) {
                Versioned<String> next = open("t" + thread);
                Exchange<String> exchange = store.compareAndExchange("k" + key, null, next);
                assertThat(exchange.won())
                        .as("either it is written, or another one is there")
                        .isEqualTo(exchange.witness() == null);
                assertThat(exchange.witness()).isNotEqualTo(next);
                if (exchange.won()) {
                    mine.add(key);
                }
            }
            return mine;
        });

        assertThat(won.stream().mapToInt(Set::size).sum()).isEqualTo(keys);
        assertThat(store().size()).isEqualTo(keys);
    }

    @Test
    void noIncrementIsLost() throws Exception {
        int threads = 4;
        int each = 100;
        Parallel.run(threads, thread -> {
            JoinStore<String, String> store = store();
            for (int i = 0; i < each; i++) {
                Versioned<String> held = store.find("k");
                Exchange<String> exchange;
                do {
                    int count = held == null
                            ? 0
                            : Integer.parseInt(held.state().open().value());
                    exchange = store.compareAndExchange("k", held, open(String.valueOf(count + 1)));
                    assertThat(exchange.won() || !Objects.equals(exchange.witness(), held))
                            .as("a lost exchange is never told that what it expected is there")
                            .isTrue();
                    held = exchange.witness();
                } while (!exchange.won());
            }
            return null;
        });

        assertThat(store().find("k").state().open().value()).isEqualTo(String.valueOf(threads * each));
    }
}
