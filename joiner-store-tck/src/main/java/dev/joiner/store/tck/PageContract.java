package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Everything held, page by page. */
abstract class PageContract extends SpiFixture {

    PageContract(Stores stores) {
        super(stores);
    }

    /** However short they are. */
    @Test
    void pagesHaveEverythingOnce() {
        JoinStore<String, String> store = store();
        List<String> written = IntStream.range(0, 95).mapToObj(i -> "k" + i).toList();
        written.forEach(key -> write(store, key, null, open("of " + key)));

        for (int limit : new int[] {1, 10, 95, 1_000}) {
            assertThat(pages(store, limit))
                    .allSatisfy(entry ->
                            assertThat(entry.held().state().open().value()).isEqualTo("of " + entry.key()));
            assertThat(keys(pages(store, limit))).containsExactlyInAnyOrderElementsOf(written);
        }
    }

    @Test
    void pagesOfLargeEntriesHaveEverythingOnce() {
        JoinStore<String, String> store = store();
        String large = "x".repeat(100_000);
        List<String> written = IntStream.range(0, 60).mapToObj(i -> "k" + i).toList();
        store.compareAndExchangeAll(
                written.stream().map(key -> begin(key, open(large))).toList());

        assertThat(keys(pages(store, 1_000))).containsExactlyInAnyOrderElementsOf(written);
    }

    @Test
    void aStoreWithNothingInItHasOneEmptyPage() {
        assertThat(pages(store(), 10)).isEmpty();
    }

    @Test
    void pagesMissNothingThatStaysWhileOthersComeAndGo() throws Exception {
        int lasting = 200;
        JoinStore<String, String> store = store();
        IntStream.range(0, lasting).forEach(i -> write(store, "lasting" + i, null, open("v")));
        CountDownLatch scanned = new CountDownLatch(1);
        List<List<String>> found = Parallel.run(2, thread -> {
            if (thread == 0) {
                try {
                    return keys(pages(store, 10));
                } finally {
                    scanned.countDown();
                }
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
}
