package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Cause;
import dev.joiner.Codec;
import dev.joiner.KeyCodec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Due;
import dev.joiner.spi.Versioned;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What is due: keys and times, the oldest first. */
abstract class DueContract extends SpiFixture {

    DueContract(Stores stores) {
        super(stores);
    }

    private static List<String> dueKeys(List<Due<String>> due) {
        return due.stream().map(Due::key).toList();
    }

    private static void beginAll(JoinStore<String, String> store, int keys, int step) {
        store.compareAndExchangeAll(IntStream.range(0, keys)
                .mapToObj(i -> begin("k" + i, open("v", (long) i * step % keys)))
                .toList());
    }

    @Test
    void dueIsWhatIsDueAtOrBeforeTheTime() {
        JoinStore<String, String> store = store();
        write(store, "before", null, open("a", 9));
        write(store, "at", null, open("b", 10));
        write(store, "after", null, open("c", 11));
        write(store, "never", null, open("d"));
        Flight<String> flight =
                new Flight<>(join("e", NEVER), Cause.COMPLETE, Status.CLAIMED_ALONE, false, 1, 1, 1, null, 3);
        write(store, "flight", null, versioned(new JoinState<>(null, List.of(flight), null, 1)));
        write(store, "closed", null, versioned(new JoinState<>(null, List.of(), new Closed(4, null, List.of()), 1)));

        assertThat(dueKeys(due(store, 10, 10))).containsExactlyInAnyOrder("flight", "closed", "before", "at");
        assertThat(due(store, 2, 10)).isEmpty();
        assertThat(dueKeys(due(store, 4_000_000_000_000L, 10)))
                .doesNotContain("never")
                .hasSize(5);
    }

    @Test
    void timesComeWithTheKeysAndTheOldestIsFirst() {
        JoinStore<String, String> store = store();
        write(store, "b", null, open("v", 2_000));
        write(store, "d", null, open("v", 4_000));
        write(store, "a", null, open("v", 1_000));
        write(store, "c", null, open("v", 3_000));

        List<Due<String>> due = due(store, 3_500, 10);

        assertThat(dueKeys(due)).containsExactly("a", "b", "c");
        assertThat(due).extracting(Due::at).containsExactly(1_000L, 2_000L, 3_000L);
        assertThat(due).extracting(Due::problem).containsOnlyNulls();
    }

    @Test
    void dueTimeMovesWithEachWrite() {
        JoinStore<String, String> store = store();
        Versioned<String> held = write(store, "k", null, open("a", 10));
        held = write(store, "k", held, open("a", 20));
        assertThat(due(store, 19, 10)).isEmpty();
        held = write(store, "k", held, open("a", 5));
        assertThat(due(store, 5, 10)).extracting(Due::at).containsExactly(5L);
        write(store, "k", held, open("a"));
        assertThat(due(store, 1_000, 10)).isEmpty();
    }

    @Test
    void dueTimeMovesWithABatchToo() {
        JoinStore<String, String> store = store();
        Versioned<String> later = write(store, "later", null, open("a", 10));
        Versioned<String> never = write(store, "never", null, open("a", 10));
        Versioned<String> gone = write(store, "gone", null, open("a", 10));
        store.compareAndExchangeAll(List.of(
                new Change<>("later", later, open("a", 20)),
                new Change<>("never", never, open("a")),
                new Change<>("gone", gone, null),
                begin("new", open("a", 5))));

        assertThat(dueKeys(due(store, 15, 10))).containsExactly("new");
        assertThat(dueKeys(due(store, 20, 10))).containsExactly("new", "later");
    }

    @Test
    void dueIsLimitedToTheOldest() {
        JoinStore<String, String> store = store();
        beginAll(store, 600, 7);

        List<Due<String>> page = due(store, 10_000, 50);

        assertThat(page)
                .extracting(Due::at)
                .containsExactlyElementsOf(LongStream.range(0, 50).boxed().toList());
        assertThat(dueKeys(page)).doesNotHaveDuplicates();
    }

    /** Three keys are due at each time. */
    private static void beginThrice(JoinStore<String, String> store, int times) {
        store.compareAndExchangeAll(IntStream.range(0, 3 * times)
                .mapToObj(i -> begin("k" + i, open("v", i % times)))
                .toList());
    }

    @Test
    void dueIsFromATimeToATimeWithBoth() {
        JoinStore<String, String> store = store();
        beginThrice(store, 10);

        assertThat(due(store, 3, 5, 100)).extracting(Due::at).containsExactly(3L, 3L, 3L, 4L, 4L, 4L, 5L, 5L, 5L);
        assertThat(dueKeys(due(store, 4, 4, 100))).containsExactlyInAnyOrder("k4", "k14", "k24");
        assertThat(due(store, 3, 5, 4)).extracting(Due::at).containsExactly(3L, 3L, 3L, 4L);
        assertThat(due(store, 8, 1_000, 100)).hasSize(6);
        assertThat(due(store, 5, 4, 100)).isEmpty();
        assertThat(due(store, 10, 1_000, 100)).isEmpty();
        assertThat(due(store, Long.MIN_VALUE, -1, 100)).isEmpty();
    }

    /** From the last time of each page, where others may be due as well. */
    @Test
    void everythingDueIsFoundTimeByTime() {
        JoinStore<String, String> store = store();
        int times = 200;
        beginThrice(store, times);
        Set<String> found = new HashSet<>();
        List<Long> ats = new ArrayList<>();
        long from = Long.MIN_VALUE;
        List<Due<String>> page;
        do {
            page = due(store, from, times, 50);
            page.stream().filter(due -> found.add(due.key())).forEach(due -> ats.add(due.at()));
            long last = page.get(page.size() - 1).at();
            assertThat(last).as("pages get on").isGreaterThan(from);
            from = last;
        } while (page.size() == 50);

        assertThat(found).hasSize(3 * times);
        assertThat(ats).isSorted();
    }

    @Test
    void fewerThanTheLimitAreAllThatThereAre() {
        JoinStore<String, String> store = store();
        beginAll(store, 600, 7);

        assertThat(due(store, 499, 501)).hasSize(500);
        assertThat(due(store, 499, 500)).hasSize(500);
        assertThat(due(store, 499, 499)).hasSize(499);
        assertThat(due(store, 10_000, 5_000)).hasSize(600);
    }

    @Test
    void everythingDueIsFoundPageByPage() {
        JoinStore<String, String> store = store();
        int keys = 333;
        store.compareAndExchangeAll(IntStream.range(0, keys)
                .mapToObj(i -> begin("k" + i, open("v", 5)))
                .toList());
        Set<String> taken = new HashSet<>();
        for (List<Due<String>> page = due(store, 5, 50); !page.isEmpty(); page = due(store, 5, 50)) {
            List<String> found = dueKeys(page);
            List<Versioned<String>> held = store.findAll(found);
            for (int i = 0; i < found.size(); i++) {
                assertThat(taken.add(found.get(i))).as("once each").isTrue();
                assertThat(store.compareAndExchange(found.get(i), held.get(i), null)
                                .won())
                        .isTrue();
            }
        }

        assertThat(taken).hasSize(keys);
    }

    @Test
    void lookingForWhatIsDueReadsNoStates() {
        assumeThatItKeepsBytes();
        AtomicInteger decoded = new AtomicInteger();
        JoinStore<String, String> store = store("", Codec.of(Codec.string()::encode, bytes -> {
            decoded.incrementAndGet();
            return Codec.string().decode(bytes);
        }));
        beginAll(store, 100, 1);
        decoded.set(0);

        assertThat(due(store, 1_000, 1_000)).hasSize(100);
        assertThat(decoded).hasValue(0);
    }

    /** A caller that reads what is due takes no more of it at a time than its memory holds. */
    @Test
    void sizesComeWithTheKeysWhereStatesAreHeldElsewhere() {
        assumeThatItKeepsBytes();
        JoinStore<String, String> store = store();
        StringBuilder large = new StringBuilder();
        new Random(1).ints(100_000, 'a', 'z').forEach(letter -> large.append((char) letter)); // does not compress
        write(store, "large", null, open(large.toString(), 1));
        write(store, "small", null, open("v", 2));

        List<Due<String>> due = due(store, 5, 10);

        assertThat(due.get(0).bytes()).isBetween(50_000L, 1_000_000L);
        assertThat(due.get(1).bytes()).isBetween(10L, 10_000L);
    }

    @Test
    void keyThatCannotBeDecodedIsDueWithoutItsKey() {
        assumeThatItKeepsBytes();
        JoinStore<String, String> plain = store();
        write(plain, "a", null, open("v", 1));
        write(plain, "!b", null, open("v", 2));
        write(plain, "c", null, open("v", 3));
        JoinStore<String, String> store = store("", PICKY_KEYS, Codec.string());

        List<Due<String>> due = due(store, 5, 10);

        assertThat(dueKeys(due)).containsExactly("a", null, "c");
        assertThat(due.get(1).at()).isEqualTo(2);
        assertThat(due.get(1).problem()).hasMessageContaining("\"!b\"");
        assertThat(due.get(1).problem().key()).isEqualTo("!b");
    }

    /** Texts that begin with a ! are not keys any more. */
    private static final KeyCodec<String> PICKY_KEYS = KeyCodec.of(key -> key, text -> {
        if (text.startsWith("!")) {
            throw new NoClassDefFoundError("the class of " + text);
        }
        return text;
    });
}
