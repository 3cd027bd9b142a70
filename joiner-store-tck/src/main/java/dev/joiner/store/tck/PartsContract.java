package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Cause;
import dev.joiner.Codec;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Ended;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.PartsChange;
import dev.joiner.spi.StoredParts;
import dev.joiner.spi.StoredParts.Part;
import dev.joiner.spi.Versioned;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Parts that a store keeps apart from the states of their joins: written, refused, read and removed with them. */
abstract class PartsContract extends SpiFixture {
    private static final int MANY = 2_500;

    PartsContract(Stores stores) {
        super(stores);
    }

    @BeforeEach
    void assumeThatPartsAreApart() {
        Assumptions.assumeTrue(store().collects(), "keeps parts in states");
    }

    private static byte[] bytes(String part) {
        return part.getBytes(StandardCharsets.UTF_8);
    }

    /** {@code "a"} is a part with the id a, {@code "-a"} one without. */
    private static StoredParts with(StoredParts before, String... parts) {
        StoredParts all = before;
        for (String part : parts) {
            all = all.with(part.startsWith("-") ? null : part, bytes(part));
        }
        return all;
    }

    private static StoredParts parts(long number, String... parts) {
        return with(StoredParts.none(number), parts);
    }

    private static StoredParts numbered(long number, int count) {
        return parts(number, IntStream.range(0, count).mapToObj(i -> "p" + i).toArray(String[]::new));
    }

    private static Join<String> join(StoredParts parts) {
        return new Join<>("v", parts.size(), 1_000, NEVER, NEVER, Ids.NONE, false, parts);
    }

    private static Versioned<String> open(StoredParts parts, Ended... ended) {
        return versioned(new JoinState<>(join(parts), List.of(), null, 5, List.of(ended)));
    }

    private static Versioned<String> flying(StoredParts parts, StoredParts open) {
        Flight<String> flight = new Flight<>(join(parts), Cause.COMPLETE, Status.THREW, false, 0, 5, 1, "no", 9);
        return versioned(new JoinState<>(open == null ? null : join(open), List.of(flight), null, 5));
    }

    private static Versioned<String> ended(Ended... ended) {
        return versioned(new JoinState<>(null, List.of(), null, 5, List.of(ended)));
    }

    /** A join that ended with its ids kept. */
    private static Ended kept(long number, int rows, int parts) {
        return new Ended(number, rows, parts, 7, 9, Cause.COMPLETE);
    }

    private static Ended forgotten(long number, int rows, int parts) {
        return new Ended(number, rows, parts, 7, 0, null);
    }

    /** Each part as its id and its text, with a - where one is missing. */
    private static List<String> read(JoinStore<String, String> store, String key, long number) {
        List<String> read = new ArrayList<>();
        List<Part> page;
        do {
            page = store.parts(key, number, read.size(), 700);
            for (Part part : page) {
                String text = part.bytes() == null ? "-" : new String(part.bytes(), StandardCharsets.UTF_8);
                read.add((part.id() == null ? "-" : part.id()) + "=" + text);
            }
        } while (!page.isEmpty());
        return read;
    }

    private static List<String> whole(String... parts) {
        return Stream.of(parts)
                .map(part -> (part.startsWith("-") ? "-" : part) + "=" + part)
                .toList();
    }

    private static Map<String, Long> present(JoinStore<String, String> store, long number, String... ids) {
        return store.present("k", List.of(number), List.of(ids));
    }

    private static void assertPresent(Exchange<String> exchange, Map<String, Long> ids) {
        assertThat(exchange.won()).isFalse();
        assertThat(exchange.refusal()).isNull();
        assertThat(exchange.present()).isEqualTo(ids);
    }

    @Test
    void partsAreAppendedWithTheirState() {
        JoinStore<String, String> store = store();
        StoredParts first = parts(7, "a", "-b");
        Versioned<String> held = write(store, "k", null, open(first));
        assertThat(read(store, "k", 7)).isEqualTo(whole("a", "-b"));

        StoredParts more = with(first, "c", "-d", "e");
        Versioned<String> next = write(store, "k", held, open(more));

        assertThat(read(store, "k", 7)).isEqualTo(whole("a", "-b", "c", "-d", "e"));
        assertHolds(store, "k", next);
        assertThat(store.find("k").state().open().collected()).isEqualTo(StoredParts.of(7, 5, 7, 3));
        assertThat(read(store(), "k", 7)).as("from another node").hasSize(5);
    }

    @Test
    void partsAreAppendedToWhatWasRead() {
        JoinStore<String, String> store = store();
        write(store, "k", null, open(parts(7, "a")));

        JoinStore<String, String> other = store();
        Versioned<String> found = other.find("k");
        StoredParts read = (StoredParts) found.state().open().collected();
        Versioned<String> next = write(other, "k", found, open(with(read, "b", "c")));
        write(store, "k", next, open(with(with(read, "b", "c"), "d")));

        assertThat(read(store, "k", 7)).isEqualTo(whole("a", "b", "c", "d"));
    }

    @Test
    void oneWriteFillsSeveralJoins() {
        JoinStore<String, String> store = store();
        Versioned<String> held = write(store, "k", null, open(parts(7, "a")));

        write(store, "k", held, flying(with(parts(7, "a"), "b"), parts(8, "c", "d")));

        assertThat(read(store, "k", 7)).isEqualTo(whole("a", "b"));
        assertThat(read(store, "k", 8)).isEqualTo(whole("c", "d"));
    }

    @Test
    void lostExchangeAppendsNothing() {
        JoinStore<String, String> store = store();
        Versioned<String> held = write(store, "k", null, open(parts(7, "a")));
        Versioned<String> next = write(store, "k", held, open(parts(7, "a", "b")));

        Exchange<String> stale = store.compareAndExchange("k", held, open(parts(7, "a", "c")));
        Exchange<String> begun = store.compareAndExchange("k", null, open(parts(8, "d")));
        Exchange<String> staleWithKnownId = store.compareAndExchange("k", held, open(parts(7, "a", "b")));

        assertThat(List.of(stale, begun, staleWithKnownId)).allSatisfy(exchange -> {
            assertThat(exchange.won()).isFalse();
            assertThat(exchange.witness()).isEqualTo(next);
            assertThat(exchange.present()).isEmpty();
        });
        assertThat(read(store, "k", 7)).isEqualTo(whole("a", "b"));
        assertThat(read(store, "k", 8)).isEmpty();
    }

    @Test
    void knownIdsRefuseTheWrite() {
        JoinStore<String, String> store = store();
        Versioned<String> held = write(store, "k", null, open(parts(7, "a", "-b", "c")));

        StoredParts three = parts(7, "a", "-b", "c");
        assertPresent(store.compareAndExchange("k", held, open(with(three, "a"))), Map.of("a", 7L));
        assertPresent(
                store.compareAndExchange("k", held, open(with(three, "d", "c", "a", "-e"))), Map.of("a", 7L, "c", 7L));

        assertHolds(store, "k", held);
        assertThat(read(store, "k", 7)).hasSize(3);
        write(store, "k", held, open(with(three, "d")));
        assertThat(read(store, "k", 7)).hasSize(4);
    }

    @Test
    void idsAreLookedForUnderTheNumbersOfTheState() {
        JoinStore<String, String> store = store();
        Versioned<String> one = write(store, "k", null, open(parts(1, "a")));
        Versioned<String> two = write(store, "k", one, flying(parts(1, "a"), parts(2, "b")));
        Versioned<String> three = write(
                store,
                "k",
                two,
                versioned(new JoinState<>(
                        join(parts(3, "c")),
                        flying(parts(2, "b"), null).state().inFlight(),
                        null,
                        5,
                        List.of(kept(1, 1, 0)))));

        Versioned<String> four = versioned(new JoinState<>(
                join(with(parts(3, "c"), "a", "b", "c", "d")),
                flying(parts(2, "b"), null).state().inFlight(),
                null,
                5,
                List.of(kept(1, 1, 0))));
        assertPresent(store.compareAndExchange("k", three, four), Map.of("a", 1L, "b", 2L, "c", 3L));

        Versioned<String> forgetting = versioned(new JoinState<>(
                join(with(parts(3, "c"), "a", "d")),
                flying(parts(2, "b"), null).state().inFlight(),
                null,
                5,
                List.of(forgotten(1, 1, 0))));
        write(store, "k", three, forgetting);
        assertThat(read(store, "k", 3)).isEqualTo(whole("c", "a", "d"));
    }

    @Test
    void repeatedWriteFindsItself() {
        JoinStore<String, String> store = store();
        Versioned<String> begun = open(parts(7, "a"));
        write(store, "k", null, begun);
        Exchange<String> repeated = store.compareAndExchange("k", null, begun);
        assertThat(repeated.won() || begun.equals(repeated.witness())).isTrue();

        Versioned<String> next = open(parts(7, "a", "b"));
        write(store, "k", begun, next);
        repeated = store.compareAndExchange("k", begun, next);
        assertThat(repeated.won() || next.equals(repeated.witness())).isTrue();
        repeated = store.compareAndExchangeAll(List.of(new Change<>("k", begun, next)))
                .get(0);
        assertThat(repeated.won() || next.equals(repeated.witness())).isTrue();

        assertThat(read(store, "k", 7)).isEqualTo(whole("a", "b"));
    }

    @Test
    void eachChangeOfABatchIsJudgedAlone() {
        JoinStore<String, String> store = store();
        Versioned<String> held = write(store, "stale", null, open(parts(1, "a")));
        Versioned<String> winner = write(store, "stale", held, open(parts(1, "a", "b")));
        Versioned<String> known = write(store, "known", null, open(parts(1, "a")));
        Versioned<String> grows = write(store, "grows", null, open(parts(1, "a")));
        Versioned<String> ends = write(store, "ends", null, open(parts(1, "a")));
        Versioned<String> plain = write(store, "plain", null, open("v"));

        List<Exchange<String>> exchanges = store.compareAndExchangeAll(List.of(
                new Change<>("stale", held, open(parts(1, "a", "c"))),
                new Change<>("known", known, open(with(parts(1, "a"), "a"))),
                new Change<>("grows", grows, open(with(parts(1, "a"), "b", "-c"))),
                new Change<>("ends", ends, null),
                new Change<>("plain", plain, open("w")),
                new Change<>("new", null, open(parts(1, "a", "-b"))),
                new Change<>("taken", null, open(parts(9, "x"))),
                new Change<>("stale2", open(parts(1, "a")), null)));

        assertThat(exchanges.get(0).witness()).isEqualTo(winner);
        assertPresent(exchanges.get(1), Map.of("a", 1L));
        assertThat(exchanges.subList(2, 7))
                .allSatisfy(exchange -> assertThat(exchange.won()).isTrue());
        assertThat(exchanges.get(7).won()).isFalse();
        assertThat(read(store, "stale", 1)).isEqualTo(whole("a", "b"));
        assertThat(read(store, "known", 1)).isEqualTo(whole("a"));
        assertThat(read(store, "grows", 1)).isEqualTo(whole("a", "b", "-c"));
        assertThat(read(store, "ends", 1)).isEmpty();
        assertThat(read(store, "new", 1)).isEqualTo(whole("a", "-b"));
        assertThat(read(store, "taken", 9)).isEqualTo(whole("x"));
    }

    @Test
    void manyPartsAreWrittenAtOnceAndReadInPages() {
        JoinStore<String, String> store = store();
        StoredParts many = numbered(7, MANY);

        write(store, "k", null, open(many));

        assertThat(read(store, "k", 7))
                .isEqualTo(IntStream.range(0, MANY)
                        .mapToObj(i -> "p" + i + "=p" + i)
                        .toList());
        assertThat(store.parts("k", 7, 0, 3)).hasSize(3);
        assertThat(store.parts("k", 7, MANY - 2, 700)).hasSize(2);
        assertThat(store.parts("k", 7, MANY, 700)).isEmpty();
        assertThat(store.parts("k", 8, 0, 700)).isEmpty();
        assertThat(store.parts("none", 7, 0, 700)).isEmpty();
        assertThat(store.present("k", List.of(7L), List.of("p0", "p2499", "p2500")))
                .isEqualTo(Map.of("p0", 7L, "p2499", 7L));
    }

    @Test
    void pageOfLargePartsIsShorter() {
        JoinStore<String, String> store = store();
        byte[] large = new byte[300_000];
        new Random(1).nextBytes(large);
        StoredParts parts = StoredParts.none(7);
        Versioned<String> held = null;
        for (int i = 0; i < 40; i++) {
            parts = parts.with(null, large);
            held = write(store, "k", held, open(parts));
        }

        int read = 0;
        int pages = 0;
        while (read < 40) {
            List<Part> page = store.parts("k", 7, read, 40);
            assertThat(page)
                    .isNotEmpty()
                    .allSatisfy(part -> assertThat(part.bytes()).isEqualTo(large));
            read += page.size();
            pages++;
        }
        assertThat(pages).as("a page fits into memory").isGreaterThan(1);
    }

    @Test
    void bytesAndIdsComeBackAsTheyWere() {
        JoinStore<String, String> store = store();
        byte[] all = new byte[256];
        IntStream.range(0, 256).forEach(i -> all[i] = (byte) i);
        List<String> ids = List.of(
                "\u0001", "a b", "A", "a", "a ", "\u00e4", "a\u0308", "\ud83d\ude00", "'\"\\%_", "x".repeat(500));
        StoredParts parts = StoredParts.none(Long.MIN_VALUE).with(null, new byte[0]);
        for (String id : ids) {
            parts = parts.with(id, all);
        }

        write(store, "k", null, open(parts));

        List<Part> read = store.parts("k", Long.MIN_VALUE, 0, 100);
        assertThat(read).hasSize(1 + ids.size());
        assertThat(read.get(0).bytes()).isEmpty();
        assertThat(read.get(0).id()).isNull();
        assertThat(read.stream().skip(1).map(Part::id)).isEqualTo(ids);
        assertThat(read.stream().skip(1))
                .allSatisfy(part -> assertThat(part.bytes()).isEqualTo(all));
        assertThat(store.present("k", List.of(Long.MIN_VALUE), ids)).hasSize(ids.size());
        assertThat(store.present("k", List.of(Long.MIN_VALUE), List.of("B", "", "a  ")))
                .isEmpty();
    }

    @Test
    void partsAreOfTheirKeyAndNamespace() {
        JoinStore<String, String> store = store();
        JoinStore<String, String> other = store("-other", Codec.string());
        write(store, "k", null, open(parts(7, "a")));
        write(store, "l", null, open(parts(7, "b")));
        Versioned<String> third = write(other, "k", null, open(parts(7, "c")));

        write(other, "k", third, null);

        assertThat(read(store, "k", 7)).isEqualTo(whole("a"));
        assertThat(read(store, "l", 7)).isEqualTo(whole("b"));
        assertThat(read(other, "k", 7)).isEmpty();
        assertThat(present(store, 7, "a", "b", "c")).isEqualTo(Map.of("a", 7L));
    }

    @Test
    void partsGoWithTheirStateAndTheirIdsWithThem() {
        JoinStore<String, String> store = store();
        Versioned<String> held = write(store, "k", null, open(parts(7, "a", "-b")));

        write(store, "k", held, null);

        assertThat(store.find("k")).isNull();
        assertThat(read(store, "k", 7)).isEmpty();
        write(store, "k", null, open(parts(8, "a", "-b")));
        assertThat(read(store, "k", 8)).isEqualTo(whole("a", "-b"));
    }

    @Test
    void partsOfAJoinThatEndedGoAndThoseOfOthersStay() {
        JoinStore<String, String> store = store();
        Versioned<String> held = write(store, "k", null, flying(parts(7, "a", "b"), parts(8, "c")));

        write(store, "k", held, open(with(parts(8, "c"), "a")));

        assertThat(read(store, "k", 7)).isEmpty();
        assertThat(read(store, "k", 8)).isEqualTo(whole("c", "a"));
        assertThat(present(store, 7, "a", "b")).isEmpty();
    }

    @Test
    void partsAreTurnedIntoIdsAndRemovedInPages() {
        JoinStore<String, String> store = store();
        Versioned<String> held = write(store, "k", null, open(numbered(7, MANY)));
        for (int parts = MANY; parts >= 0; parts -= 500) {
            held = write(store, "k", held, ended(kept(7, MANY, parts)));
            List<String> read = read(store, "k", 7);
            assertThat(read).hasSize(MANY).endsWith(parts == MANY ? "p2499=p2499" : "p2499=-");
            assertThat(read.stream().filter(part -> !part.endsWith("-"))).hasSize(parts);
        }
        assertThat(present(store, 7, "p0", "p2499")).hasSize(2);

        held = write(store, "k", held, ended(forgotten(7, 600, 0)));
        assertThat(read(store, "k", 7)).hasSize(600).endsWith("p599=-");
        assertThat(present(store, 7, "p0", "p599", "p600", "p2499")).isEqualTo(Map.of("p0", 7L, "p599", 7L));
        write(store, "k", held, null);
        assertThat(read(store, "k", 7)).isEmpty();
    }

    @Test
    void onePageStripsAndRemoves() {
        JoinStore<String, String> store = store();
        Versioned<String> held = write(store, "k", null, open(parts(7, "a", "-b", "c", "d")));

        write(store, "k", held, ended(forgotten(7, 3, 1)));

        assertThat(read(store, "k", 7)).containsExactly("a=a", "-=-", "c=-");
    }

    @Test
    void partsOfAnEntryThatCannotBeReadStayUntilItGoes() {
        assumeThatItKeepsBytes();
        JoinStore<String, String> plain = store();
        write(plain, "k", null, flying(parts(7, "a"), parts(8, "b")));
        JoinStore<String, String> store = store("", Codec.of(Codec.string()::encode, bytes -> {
            throw new IllegalStateException("cannot decode");
        }));
        Versioned<String> held = store.find("k");
        assertThat(held).isInstanceOf(Versioned.Unreadable.class);
        assertThat(read(plain, "k", 7)).isEqualTo(whole("a"));

        write(store, "k", held, null);

        assertThat(read(plain, "k", 7)).isEmpty();
        assertThat(read(plain, "k", 8)).isEmpty();
        write(plain, "k", null, open(parts(9, "a", "b")));
    }

    @Test
    void nodesThatAppendAtOnceLoseAndDoubleNothing() throws Exception {
        int each = 60;
        List<String> ids = IntStream.range(0, each).mapToObj(i -> "shared-" + i).toList();
        JoinStore<String, String> begun = store();
        write(begun, "k", null, open(parts(7, "-first")));

        Parallel.run(3, thread -> {
            JoinStore<String, String> store = store();
            for (int i = 0; i < each; i++) {
                append(store, ids.get(i));
                append(store, "own-" + thread + "-" + i);
            }
            return true;
        });

        JoinStore<String, String> store = store();
        List<String> read = read(store, "k", 7);
        assertThat(read).hasSize(1 + each + 3 * each).doesNotHaveDuplicates();
        Set<String> expected = new HashSet<>(ids);
        IntStream.range(0, 3 * each).forEach(i -> expected.add("own-" + i / each + "-" + i % each));
        assertThat(read.stream().skip(1).map(part -> part.substring(0, part.indexOf('='))))
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(store.find("k").state().open().collected().size()).isEqualTo(read.size());
    }

    /** Until it is there. */
    private static void append(JoinStore<String, String> store, String id) {
        Versioned<String> held = store.find("k");
        while (true) {
            StoredParts parts = (StoredParts) held.state().open().collected();
            Exchange<String> exchange = store.compareAndExchange("k", held, open(with(parts, id)));
            if (exchange.won() || exchange.present().containsKey(id)) {
                return;
            }
            held = exchange.witness();
        }
    }

    @Test
    void randomChangesLeaveWhatTheStateSays() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        JoinStore<String, String> store = store();
        Versioned<String> held = null;
        StoredParts parts = StoredParts.none(1);
        List<Ended> ended = new ArrayList<>();
        for (int step = 0; step < 120; step++) {
            if (random.nextInt(6) == 0 && !parts.isEmpty()) {
                boolean keeps = random.nextBoolean();
                ended.add(
                        keeps
                                ? kept(parts.number(), parts.size(), 0)
                                : forgotten(parts.number(), parts.size(), Math.min(3, parts.size())));
                parts = StoredParts.none(parts.number() + 1);
            } else if (random.nextInt(5) == 0 && !ended.isEmpty()) {
                Ended first = ended.remove(random.nextInt(ended.size()));
                int rows = random.nextInt(first.rows());
                if (rows > 0) {
                    ended.add(forgotten(first.number(), rows, Math.min(rows, first.parts())));
                }
            }
            for (int i = random.nextInt(4); i >= 0; i--) {
                String part = (random.nextBoolean() ? "" : "-") + step + "." + i;
                parts = with(parts, part);
            }
            held = write(store, "k", held, open(parts, ended.toArray(Ended[]::new)));

            assertThat(read(store, "k", parts.number())).as("seed %d", seed).hasSize(parts.size());
            for (Ended join : ended) {
                List<String> rows = read(store, "k", join.number());
                assertThat(rows).as("seed %d", seed).hasSize(join.rows());
                assertThat(rows.stream().filter(row -> !row.endsWith("=-")))
                        .as("seed %d", seed)
                        .hasSize(Math.min(join.parts(), join.rows()));
            }
        }
        Set<Long> numbers = PartsChange.numbers(held.state());
        write(store, "k", held, null);
        assertThat(numbers)
                .allSatisfy(number -> assertThat(read(store, "k", number)).isEmpty());
    }
}
