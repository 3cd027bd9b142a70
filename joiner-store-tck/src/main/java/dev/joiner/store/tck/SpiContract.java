package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.joiner.Cause;
import dev.joiner.CodecException;
import dev.joiner.spi.Codec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.JoinStore.Page;
import dev.joiner.spi.KeyCodec;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a store does, whoever calls it: exchanges, keys, what is due, pages, and entries that cannot be read. */
abstract class SpiContract extends StoreFixture {
    private static final AtomicLong VERSIONS = new AtomicLong(System.nanoTime());
    private static final long NEVER = JoinState.NEVER;

    SpiContract(Stores stores) {
        super(stores);
    }

    private static Join<String> join(String value, long deadline) {
        return new Join<>(value, 1, 1_000, deadline, NEVER, List.of("id-1", "id-2"), false);
    }

    private static Versioned<String> open(String value, long deadline) {
        return versioned(new JoinState<>(join(value, deadline), List.of(), null, 0));
    }

    private static Versioned<String> open(String value) {
        return open(value, NEVER);
    }

    private static Versioned<String> versioned(JoinState<String> state) {
        return Versioned.of(VERSIONS.incrementAndGet(), state);
    }

    private static Versioned<String> write(
            JoinStore<String, String> store, String key, @Nullable Versioned<String> expected, Versioned<String> next) {
        assertThat(store.compareAndExchange(key, expected, next)).isEqualTo(new Exchange<>(true, next));
        return next;
    }

    private static List<String> keys(List<Entry<String, String>> entries) {
        return entries.stream().map(Entry::key).toList();
    }

    /** Whether the store encodes what it is given, and does not keep the objects themselves. */
    private boolean keepsBytes() {
        AtomicLong encoded = new AtomicLong();
        Codec<String> counting = Codec.of(
                value -> {
                    encoded.incrementAndGet();
                    return Codec.string().encode(value);
                },
                Codec.string()::decode);
        store("-probe", counting).compareAndExchange("k", null, open("a"));
        return encoded.get() > 0;
    }

    // Exchanges

    @Test
    void whatIsWrittenIsFound() {
        JoinStore<String, String> store = store();
        Flight<String> claimed = new Flight<>(join("ab", 5), Cause.COMPLETE, -9, 8, 1, null, 7);
        Flight<String> failed = new Flight<>(join("cd", NEVER), Cause.EXPIRED, Flight.UNCLAIMED, 9, 2, "boom", 6);
        Versioned<String> written = versioned(new JoinState<>(
                join("\u20ac \ud83d\ude00\u0000", 4), List.of(claimed, failed), new Closed(List.of("x"), 3), 9));

        assertThat(store.find("k")).isNull();
        write(store, "k", null, written);

        assertThat(store.find("k")).isEqualTo(written);
        assertThat(store.find("k").state()).isEqualTo(written.state());
        assertThat(store.size()).isEqualTo(1);
        assertThat(store.find("l")).isNull();
    }

    @Test
    void whatIsTakenOutIsGone() {
        JoinStore<String, String> store = store();
        Versioned<String> first = write(store, "k", null, open("a", 5));

        assertThat(store.compareAndExchange("k", first, null)).isEqualTo(new Exchange<>(true, null));

        assertThat(store.find("k")).isNull();
        assertThat(store.due(Instant.ofEpochMilli(10), 10)).isEmpty();
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
        assertThat(store.find("k").state()).isEqualTo(second.state());
    }

    @Test
    void writeToAKeyThatIsGoneIsRefused() {
        JoinStore<String, String> store = store();
        Versioned<String> first = write(store, "k", null, open("a"));
        store.compareAndExchange("k", first, null);

        assertThat(store.compareAndExchange("k", first, open("x"))).isEqualTo(new Exchange<>(false, null));
        assertThat(store.compareAndExchange("k", first, null)).isEqualTo(new Exchange<>(false, null));
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
        assertThat(exchange).isEqualTo(new Exchange<>(false, witness));
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

    @Test
    void batchAnswersInItsOwnOrderForEachKey() {
        JoinStore<String, String> store = store();
        Versioned<String> there = write(store, "there", null, open("a"));
        Versioned<String> moved = write(store, "moved", write(store, "moved", null, open("a")), open("b"));
        Versioned<String> going = write(store, "going", null, open("a"));
        Versioned<String> stale = open("stale");
        Versioned<String> begun = open("begun");
        Versioned<String> grown = open("grown");

        List<Exchange<String>> exchanges = store.compareAndExchangeAll(List.of(
                new Change<>("zero", null, begun),
                new Change<>("moved", stale, open("x")),
                new Change<>("there", there, grown),
                new Change<>("going", going, null),
                new Change<>("absent", stale, open("x")),
                new Change<>("a", null, null)));

        assertThat(exchanges)
                .containsExactly(
                        new Exchange<>(true, begun),
                        new Exchange<>(false, moved),
                        new Exchange<>(true, grown),
                        new Exchange<>(true, null),
                        new Exchange<>(false, null),
                        new Exchange<>(true, null));
        assertThat(store.findAll(List.of("there", "going", "absent", "zero", "moved")))
                .containsExactly(grown, null, null, begun, moved);
        assertThat(store.compareAndExchangeAll(List.of())).isEmpty();
        assertThat(store.findAll(List.of())).isEmpty();
    }

    @Test
    void largeBatchIsWrittenWhole() {
        JoinStore<String, String> store = store();
        List<Change<String, String>> begin = IntStream.range(0, 1_500)
                .mapToObj(i -> new Change<>("k" + i, (Versioned<String>) null, open("v" + i)))
                .toList();

        assertThat(store.compareAndExchangeAll(begin)).allMatch(Exchange::won).hasSize(1_500);

        assertThat(store.findAll(begin.stream().map(Change::key).toList()))
                .isEqualTo(begin.stream().map(Change::next).toList());
        List<Change<String, String>> end = begin.stream()
                .map(change -> new Change<>(change.key(), change.next(), (Versioned<String>) null))
                .toList();
        assertThat(store.compareAndExchangeAll(end)).allMatch(Exchange::won);
        assertThat(store.size()).isZero();
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
                assertThat(exchange.witness()).isNotNull();
                assertThat(exchange.won()).isEqualTo(next.equals(exchange.witness()));
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

    // Keys

    @Test
    void keysThatDifferAreKeptApart() {
        List<String> keys = List.of(
                "1",
                "01",
                "a",
                "A",
                "a ",
                " a",
                "a\t",
                "a\n",
                "\u00e4",
                "a\u0308",
                "i",
                "I",
                "\u0131",
                "\u0130",
                "ss",
                "\u00df",
                "\ud83d\ude00",
                "\ud83d\ude01",
                "\u0001",
                "\uffff",
                "a%",
                "a_",
                "a'",
                "a\"",
                "a\\",
                "{a}",
                "a:b",
                "NULL",
                "\u200b",
                "a\u200b",
                "\ufeff");
        JoinStore<String, String> store = store();
        keys.forEach(key -> write(store, key, null, open("of " + key, 5)));

        assertThat(keys)
                .allSatisfy(key ->
                        assertThat(store.find(key).state().open().value()).isEqualTo("of " + key));
        assertThat(keys(store.due(Instant.ofEpochMilli(5), 100))).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(keys(store.scan(null, 100).entries())).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(store.findAll(keys))
                .extracting(held -> held.state().open().value())
                .isEqualTo(keys.stream().map("of "::concat).toList());
    }

    @Test
    void longestKeyIsKept() {
        JoinStore<String, String> store = store();
        for (String letter : List.of("x", "\u20ac", "\ud83d\ude00")) {
            int length = 500 / Codec.string().encode(letter).length;
            String longest = letter.repeat(length);
            String almost = letter.repeat(length - 1);
            write(store, longest, null, open("longest"));
            write(store, almost, null, open("almost"));

            assertThat(store.find(longest).state().open().value()).isEqualTo("longest");
            assertThat(store.find(almost).state().open().value()).isEqualTo("almost");
        }
    }

    @Test
    void namespacesAreKeptApart() {
        JoinStore<String, String> one = store("-a", Codec.string());
        JoinStore<String, String> other = store("-A", Codec.string());
        Versioned<String> first = write(one, "k", null, open("one", 5));
        write(other, "k", null, open("other", 5));

        assertThat(one.due(Instant.ofEpochMilli(5), 10)).hasSize(1);
        assertThat(one.scan(null, 10).entries()).hasSize(1);
        assertThat(one.size()).isEqualTo(1);
        one.compareAndExchange("k", first, null);
        assertThat(other.find("k").state().open().value()).isEqualTo("other");
    }

    // What is due

    @Test
    void dueIsWhatIsDueAtOrBeforeTheTime() {
        JoinStore<String, String> store = store();
        write(store, "before", null, open("a", 9));
        Versioned<String> at = write(store, "at", null, open("b", 10));
        write(store, "after", null, open("c", 11));
        write(store, "never", null, open("d"));
        write(
                store,
                "flight",
                null,
                versioned(new JoinState<>(
                        null, List.of(new Flight<>(join("e", NEVER), Cause.COMPLETE, 1, 1, 1, null, 3)), null, 1)));
        write(store, "closed", null, versioned(new JoinState<>(null, List.of(), new Closed(List.of(), 4), 1)));

        assertThat(keys(store.due(Instant.ofEpochMilli(10), 10)))
                .containsExactlyInAnyOrder("flight", "closed", "before", "at");
        assertThat(store.due(Instant.ofEpochMilli(10), 10))
                .filteredOn(entry -> "at".equals(entry.key()))
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.held()).isEqualTo(at);
                    assertThat(entry.held().state()).isEqualTo(at.state());
                });
        assertThat(store.due(Instant.ofEpochMilli(2), 10)).isEmpty();
        assertThat(keys(store.due(Instant.ofEpochSecond(4_000_000_000L), 10)))
                .doesNotContain("never")
                .hasSize(5);
    }

    @Test
    void dueTimeMovesWithEachWrite() {
        JoinStore<String, String> store = store();
        Versioned<String> held = write(store, "k", null, open("a", 10));
        held = write(store, "k", held, open("a", 20));
        assertThat(store.due(Instant.ofEpochMilli(19), 10)).isEmpty();
        held = write(store, "k", held, open("a", 5));
        assertThat(keys(store.due(Instant.ofEpochMilli(5), 10))).containsExactly("k");
        write(store, "k", held, open("a"));
        assertThat(store.due(Instant.ofEpochMilli(1_000), 10)).isEmpty();
    }

    @Test
    void dueIsLimitedAndRoughlyOldestFirst() {
        JoinStore<String, String> store = store();
        store.compareAndExchangeAll(IntStream.range(0, 600)
                .mapToObj(i -> new Change<>("k" + i, (Versioned<String>) null, open("v", i * 7 % 600)))
                .toList());

        List<Entry<String, String>> page = store.due(Instant.ofEpochMilli(10_000), 50);

        assertThat(page).hasSize(50).allMatch(entry -> entry.held().state().dueAt() < 4 * 50);
        assertThat(keys(page)).doesNotHaveDuplicates();
    }

    @Test
    void everythingDueIsFoundPageByPage() {
        JoinStore<String, String> store = store();
        int due = 333;
        store.compareAndExchangeAll(IntStream.range(0, due)
                .mapToObj(i -> new Change<>("k" + i, (Versioned<String>) null, open("v", 5)))
                .toList());
        Set<String> taken = new HashSet<>();
        for (List<Entry<String, String>> page = store.due(Instant.ofEpochMilli(5), 50);
                !page.isEmpty();
                page = store.due(Instant.ofEpochMilli(5), 50)) {
            for (Entry<String, String> entry : page) {
                assertThat(taken.add(entry.key())).as("once each").isTrue();
                assertThat(store.compareAndExchange(entry.key(), entry.held(), null)
                                .won())
                        .isTrue();
            }
        }

        assertThat(taken).hasSize(due);
    }

    // Pages

    @Test
    void pagesHaveEverythingOnce() {
        JoinStore<String, String> store = store();
        List<String> written = IntStream.range(0, 95).mapToObj(i -> "k" + i).toList();
        written.forEach(key -> write(store, key, null, open("of " + key)));

        assertThat(keys(pages(store, 10))).containsExactlyInAnyOrderElementsOf(written);
        assertThat(store.scan(null, 10).entries()).hasSize(10);
    }

    private static List<Entry<String, String>> pages(JoinStore<String, String> store, int limit) {
        List<Entry<String, String>> all = new ArrayList<>();
        String cursor = null;
        do {
            Page<String, String> page = store.scan(cursor, limit);
            all.addAll(page.entries());
            cursor = page.next();
        } while (cursor != null);
        return all;
    }

    @Test
    void pagesMissNothingThatStaysWhileOthersComeAndGo() throws Exception {
        int lasting = 200;
        JoinStore<String, String> store = store();
        IntStream.range(0, lasting).forEach(i -> write(store, "lasting" + i, null, open("v")));
        CountDownLatch scanned = new CountDownLatch(1);
        List<List<String>> found = Parallel.run(2, thread -> {
            if (thread == 0) {
                List<String> keys = keys(pages(store, 10));
                scanned.countDown();
                return keys;
            }
            JoinStore<String, String> writer = store();
            for (int i = 0; i < 50 || scanned.getCount() > 0; i++) {
                Versioned<String> passing = write(writer, "passing" + i, null, open("v"));
                String rewritten = "lasting" + i % lasting;
                write(writer, rewritten, writer.find(rewritten), open("w", i));
                writer.compareAndExchange("passing" + i, passing, null);
            }
            return List.of();
        });

        assertThat(found.get(0).stream()
                        .filter(key -> key.startsWith("lasting"))
                        .distinct())
                .hasSize(lasting);
    }

    // Entries that cannot be read or written

    /** Values that begin with a ! cannot be decoded any more. */
    private static final Codec<String> PICKY = Codec.of(Codec.string()::encode, bytes -> {
        String value = Codec.string().decode(bytes);
        if (value.startsWith("!")) {
            throw new IllegalStateException("cannot decode " + value);
        }
        return value;
    });

    @Test
    void entryThatCannotBeDecodedStaysAndStopsNoOther() {
        if (!keepsBytes()) {
            return; // an object that is kept as it is needs no decoding
        }
        JoinStore<String, String> plain = store("", Codec.string());
        Versioned<String> bad = write(plain, "bad", null, open("!", 5));
        Versioned<String> good = write(plain, "good", null, open("a", 5));
        JoinStore<String, String> store = store("", PICKY);

        assertUnreadable(store.find("bad"), bad);
        assertUnreadable(store.findAll(List.of("good", "bad")).get(1), bad);
        assertThat(store.due(Instant.ofEpochMilli(5), 10)).hasSize(2).anySatisfy(entry -> {
            assertThat(entry.key()).isEqualTo("bad");
            assertUnreadable(entry.held(), bad);
        });
        assertThat(store.scan(null, 10).entries()).hasSize(2);
        List<Exchange<String>> lost = store.compareAndExchangeAll(Stream.of("bad", "good")
                .map(key -> new Change<>(key, (Versioned<String>) null, open("x")))
                .toList());
        assertThat(lost).noneMatch(Exchange::won);
        assertUnreadable(lost.get(0).witness(), bad);
        assertThat(lost.get(1).witness()).isEqualTo(good);

        assertThat(plain.find("bad").state()).isEqualTo(bad.state());
        assertThat(store.compareAndExchange("bad", store.find("bad"), null).won())
                .as("an operator can still take it out")
                .isTrue();
    }

    private static void assertUnreadable(@Nullable Versioned<String> held, Versioned<String> written) {
        assertThat(held).isEqualTo(written);
        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(held::state)
                .withMessageContaining("\"bad\"")
                .satisfies(e -> assertThat(e.key()).isEqualTo("bad"));
    }

    @Test
    void valueThatCannotBeEncodedIsNotWritten() {
        if (!keepsBytes()) {
            return;
        }
        JoinStore<String, String> store = store();
        String unpaired = "\ud83d";
        Versioned<String> held = write(store, "held", null, open("a"));

        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> store.compareAndExchange("held", held, open(unpaired)))
                .withMessageContaining("\"held\"");
        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> store.compareAndExchangeAll(
                        List.of(new Change<>("first", null, open("a")), new Change<>("second", null, open(unpaired)))));

        assertThat(store.find("held")).isEqualTo(held);
        assertThat(store.find("second")).isNull();
    }

    @Test
    void keyThatCannotBeEncodedIsRefused() {
        if (!keepsBytes()) {
            return;
        }
        JoinStore<String, String> store =
                store("", KeyCodec.of(key -> "x".repeat(key.length() * 100), text -> text), Codec.string());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.compareAndExchange("123456", null, open("a")))
                .withMessageContaining("600 bytes");
        assertThat(store.size()).isZero();
    }
}
