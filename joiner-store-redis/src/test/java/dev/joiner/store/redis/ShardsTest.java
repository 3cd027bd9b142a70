package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Due;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.JoinStore.Page;
import dev.joiner.spi.Versioned;
import dev.joiner.test.servers.RedisServer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.UnifiedJedis;

/** What goes over all shards: what is due, and pages. */
@Timeout(300)
class ShardsTest {
    @TempDir
    static Path folder;

    private static RedisServer server;
    private static UnifiedJedis client;

    @BeforeAll
    static void start() {
        server = RedisServer.start(folder, "appendonly=no");
        client = Clients.of(server);
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    private static RedisJoinStore<String, String> store(int shards) {
        return Clients.store(client).shards(shards).build();
    }

    private static void fill(RedisJoinStore<String, String> store, int keys, long firstDue) {
        for (int from = 0; from < keys; from += 5_000) {
            int first = from;
            List<Change<String, String>> changes = IntStream.range(from, Math.min(keys, from + 5_000))
                    .mapToObj(i ->
                            new Change<>("k" + i, (Versioned<String>) null, States.open("v".repeat(100), firstDue + i)))
                    .toList();
            assertThat(store.compareAndExchangeAll(changes))
                    .as("from %d", first)
                    .allMatch(Exchange::won);
        }
    }

    private static List<String> dueKeys(List<Due<String>> due) {
        return due.stream().map(Due::key).toList();
    }

    private static List<String> keys(List<Entry<String, String>> entries) {
        return entries.stream().map(Entry::key).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 256, 1_000})
    void dueIsTheOldestOfAllShardsInOrder(int shards) {
        RedisJoinStore<String, String> store = store(shards);
        fill(store, 3_000, 0);

        assertThat(dueKeys(store.due(Instant.MIN, Instant.ofEpochMilli(5_000), 100)))
                .isEqualTo(IntStream.range(0, 100).mapToObj(i -> "k" + i).toList());
        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(5_000), 100))
                .extracting(Due::at)
                .isEqualTo(LongStream.range(0, 100).boxed().toList());
        assertThat(dueKeys(store.due(Instant.MIN, Instant.ofEpochMilli(49), 5_000)))
                .isEqualTo(IntStream.range(0, 50).mapToObj(i -> "k" + i).toList());
    }

    @Test
    void dueSaysHowLargeEntriesAre() {
        RedisJoinStore<String, String> store = store(4);
        int large = 300_000;
        store.compareAndExchange("small", null, States.open("v", 1));
        store.compareAndExchange("large", null, States.open("v".repeat(large), 2));

        List<Due<String>> due = store.due(Instant.MIN, Instant.ofEpochMilli(5), 10);

        assertThat(dueKeys(due)).containsExactly("small", "large");
        assertThat(due.get(0).bytes()).isBetween(10L, 200L);
        assertThat(due.get(1).bytes()).isBetween(large + 10L, large + 200L);
        assertThat(outputOf(() -> store.due(Instant.MIN, Instant.ofEpochMilli(5), 10)))
                .as("bytes that a look brings, which reads no entries")
                .isLessThan(10_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 256})
    void pageIsFullWhereverTheKeysAre(int shards) {
        RedisJoinStore<String, String> store = store(shards);
        Layout layout = new Layout("any", shards);
        // All in one shard, as keys are spread by nobody's will.
        List<Change<String, String>> changes = IntStream.range(0, 100_000)
                .mapToObj(i -> "k" + i)
                .filter(key -> layout.shardOf(Layout.utf8(key)).number == 0)
                .limit(380)
                .map(key -> new Change<>(key, (Versioned<String>) null, States.open("v", 5)))
                .toList();
        store.compareAndExchangeAll(changes);

        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(5), 300)).hasSize(300);
        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(5), 1_000)).hasSameSizeAs(changes);

        store.compareAndExchangeAll(IntStream.range(0, 1_000)
                .mapToObj(i -> new Change<>("later" + i, (Versioned<String>) null, States.open("v", 6)))
                .toList());
        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(6), changes.size()))
                .as("the oldest, though all other shards have something, too")
                .extracting(Due::at)
                .containsOnly(5L);
    }

    @Test
    void dueTimesAtTheEndsOfTimeAreInOrder() {
        RedisJoinStore<String, String> store = store(4);
        long far = 1L << 53;
        for (long at : new long[] {Long.MIN_VALUE, -5, 0, far - 1, far + 1_000, Long.MAX_VALUE - 1, Long.MAX_VALUE}) {
            store.compareAndExchange("at " + at, null, States.open("v", at));
        }
        assertThat(dueKeys(store.due(Instant.MIN, Instant.MIN, 10))).containsExactly("at " + Long.MIN_VALUE);
        assertThat(dueKeys(store.due(Instant.MIN, Instant.ofEpochMilli(-1), 10)))
                .containsExactly("at " + Long.MIN_VALUE, "at -5");
        assertThat(dueKeys(store.due(Instant.MIN, Instant.ofEpochMilli(far - 1), 10)))
                .hasSize(4);
        assertThat(dueKeys(store.due(Instant.MIN, Instant.MAX, 10))).hasSize(6).doesNotContain("at " + Long.MAX_VALUE);
    }

    private static long outputOf(Runnable call) {
        long before = output();
        call.run();
        return output() - before;
    }

    private static long output() {
        return client.info("stats")
                .lines()
                .filter(line -> line.startsWith("total_net_output_bytes:"))
                .map(line -> Long.valueOf(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void nothingDueMovesNoEntries() {
        nothingDue(20_000);
    }

    @Tag("slow")
    @Test
    void nothingDueOfAMillionMovesNoEntries() {
        nothingDue(1_000_000);
    }

    private static void nothingDue(int pending) {
        RedisJoinStore<String, String> store = store(256);
        fill(store, pending, 1_000_000);

        assertThat(outputOf(() -> assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(999_999), 256))
                        .isEmpty()))
                .as("bytes out of the server, and those of the question for them")
                .isLessThan(20_000);
        assertThat(outputOf(() -> assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(1_100_000), 256))
                        .hasSize(256)))
                .as("keys, times and sizes, of some more than are wanted")
                .isLessThan(150_000);
        assertThat(store.size()).isEqualTo(pending);
    }

    private static List<List<String>> pages(RedisJoinStore<String, String> store, int limit) {
        List<List<String>> pages = new ArrayList<>();
        String cursor = null;
        do {
            Page<String, String> page = store.scan(cursor, limit);
            pages.add(keys(page.entries()));
            cursor = page.next();
        } while (cursor != null);
        return pages;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 256})
    void pagesHaveTheirLimitAndEverythingOnce(int shards) {
        RedisJoinStore<String, String> large = store(shards);
        fill(large, 2_000, 0); // as tables
        RedisJoinStore<String, String> small = store(shards);
        small.compareAndExchangeAll(States.beginning(100, 5)); // as lists, which Redis gives as a whole
        for (RedisJoinStore<String, String> store : List.of(large, small)) {
            for (int limit : new int[] {1, 7, 64, 5_000}) {
                List<List<String>> pages = pages(store, limit);

                assertThat(pages).allMatch(page -> page.size() <= limit);
                assertThat(pages.subList(0, pages.size() - 1)).allMatch(page -> page.size() == limit);
                assertThat(pages.stream().flatMap(List::stream))
                        .hasSize((int) store.size())
                        .doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void pageLeavesOutWhatWasTakenOutAfterThePageBefore() {
        RedisJoinStore<String, String> store = store(1);
        List<Change<String, String>> changes = States.beginning(50, 5);
        store.compareAndExchangeAll(changes);
        Page<String, String> first = store.scan(null, 10);
        List<String> seen = keys(first.entries());
        List<Change<String, String>> half = changes.stream()
                .filter(change -> !seen.contains(change.key()))
                .limit(20)
                .map(change -> new Change<>(change.key(), change.next(), (Versioned<String>) null))
                .toList();
        store.compareAndExchangeAll(half);

        Page<String, String> second = store.scan(first.next(), 100);
        assertThat(second.next()).isNull();
        assertThat(second.entries()).hasSize(20);
        assertThat(keys(second.entries())).doesNotContainAnyElementsOf(seen);
    }

    @Test
    void cursorIsGoodForAnotherStore() {
        String namespace = Clients.namespace();
        RedisJoinStore<String, String> store = Clients.store(client, namespace).build();
        store.compareAndExchangeAll(States.beginning(50, 5));
        Page<String, String> first = store.scan(null, 30);

        assertThat(Clients.store(client, namespace)
                        .build()
                        .scan(first.next(), 100)
                        .entries())
                .hasSize(20);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "x", "1", "1.", "256.0.1", "-1.0.1", "0.x.1", "0.0", "0.0.x", "0.0.0", "0.0.1.?", "0.-1.1"})
    void cursorThatNoPageGaveIsRefused(String cursor) {
        RedisJoinStore<String, String> store = store(256);
        if (cursor.equals("1.")) {
            return; // the end of a shard is a place to go on from
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.scan(cursor, 10))
                .withMessageContaining("cursor is \"" + cursor + "\"");
    }

    @Test
    void limitsAreAtLeastOne() {
        RedisJoinStore<String, String> store = store(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.scan(null, 0))
                .withMessageContaining("limit is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.due(Instant.MIN, Instant.EPOCH, -1))
                .withMessageContaining("limit is -1");
    }

    @Test
    void pageIsBoundedInBytesAndHasAtLeastOneEntry() {
        RedisJoinStore<String, String> store = store(4);
        int large = 1 << 20;
        Set<String> written = new HashSet<>();
        for (int i = 0; i < 30; i++) {
            String value = "x".repeat(i % 10 == 0 ? 5 * large : i % 2 == 0 ? large : 10);
            written.add("k" + i);
            store.compareAndExchange("k" + i, null, States.open(value));
        }
        List<String> found = new ArrayList<>();
        String cursor = null;
        do {
            Page<String, String> page = store.scan(cursor, 1_000);
            long bytes = page.entries().stream()
                    .mapToLong(entry -> entry.held().state().open().value().length())
                    .sum();
            assertThat(page.entries().size() == 1 || bytes <= Scan.PAGE_BYTES).isTrue();
            page.entries().forEach(entry -> found.add(entry.key()));
            cursor = page.next();
        } while (cursor != null);

        assertThat(found).containsExactlyInAnyOrderElementsOf(written);
    }
}
