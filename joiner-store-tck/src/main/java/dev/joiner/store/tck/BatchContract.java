package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Many keys at once. */
abstract class BatchContract extends SpiFixture {

    BatchContract(Stores stores) {
        super(stores);
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
                        Exchange.written(),
                        Exchange.lost(moved),
                        Exchange.written(),
                        Exchange.written(),
                        Exchange.lost(null),
                        Exchange.written());
        assertThat(store.findAll(List.of("there", "going", "absent", "zero", "moved")))
                .containsExactly(grown, null, null, begun, moved);
        assertThat(store.compareAndExchangeAll(List.of())).isEmpty();
        assertThat(store.findAll(List.of())).isEmpty();
    }

    @Test
    void largeBatchIsWrittenWhole() {
        JoinStore<String, String> store = store();
        List<Change<String, String>> begin = IntStream.range(0, 1_500)
                .mapToObj(i -> begin("k" + i, open("v" + i)))
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

    /** More than most servers put into one answer: what was left out is not what is not there. */
    @Test
    void manyLargeStatesAreFoundTogether() {
        JoinStore<String, String> store = store();
        String large = "x".repeat(100_000);
        List<Change<String, String>> begin = IntStream.range(0, 180)
                .mapToObj(i -> begin("k" + i, open(large)))
                .toList();
        for (int from = 0; from < begin.size(); from += 60) {
            store.compareAndExchangeAll(begin.subList(from, from + 60));
        }

        assertThat(store.findAll(begin.stream().map(Change::key).toList()))
                .isEqualTo(begin.stream().map(Change::next).toList());
    }

    @Test
    void largeBatchOfAllKindsAnswersEachKey() {
        JoinStore<String, String> store = store();
        int size = 1_000;
        List<Versioned<String>> before = new ArrayList<>();
        List<Change<String, String>> begin = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            before.add(i % 4 == 0 ? null : open("v" + i));
            if (before.get(i) != null) {
                begin.add(begin("k" + i, before.get(i)));
            }
        }
        store.compareAndExchangeAll(begin);
        List<Change<String, String>> changes = new ArrayList<>();
        List<Exchange<String>> expected = new ArrayList<>();
        List<Versioned<String>> after = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            boolean isStale = i % 10 == 7;
            Versioned<String> next = i % 4 == 3 ? null : open("w" + i);
            changes.add(new Change<>("k" + i, isStale ? open("stale") : before.get(i), next));
            expected.add(isStale ? Exchange.lost(before.get(i)) : Exchange.written());
            after.add(isStale ? before.get(i) : next);
        }

        assertThat(store.compareAndExchangeAll(changes)).containsExactlyElementsOf(expected);

        List<Versioned<String>> found =
                store.findAll(changes.stream().map(Change::key).toList());
        assertThat(found).containsExactlyElementsOf(after);
        for (int i = 0; i < size; i++) {
            if (found.get(i) != null) {
                assertThat(found.get(i).state()).isEqualTo(after.get(i).state());
            }
        }
    }

    @Test
    void batchesThatCrossWriteEachKeyOnce() throws Exception {
        int size = 200;
        List<Long> won = Parallel.run(4, thread -> {
            JoinStore<String, String> store = store();
            List<Change<String, String>> begin = new ArrayList<>();
            for (int i = 0; i < size; i++) { // each thread in an order of its own
                int key = thread % 2 == 0 ? i : size - 1 - i;
                begin.add(begin("k" + key, open("t" + thread)));
            }
            List<Exchange<String>> exchanges = store.compareAndExchangeAll(begin);
            assertThat(exchanges)
                    .allSatisfy(exchange -> assertThat(exchange.won()).isEqualTo(exchange.witness() == null));
            return exchanges.stream().filter(Exchange::won).count();
        });

        assertThat(won.stream().mapToLong(Long::longValue).sum()).isEqualTo(size);
        assertThat(store().size()).isEqualTo(size);
    }
}
