package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Due;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.JoinStore.Page;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** States for the tests of a store's methods, each under a version of its own. */
abstract class SpiFixture extends StoreFixture {
    private static final AtomicLong VERSIONS = new AtomicLong(System.nanoTime());
    static final long NEVER = JoinState.NEVER;

    SpiFixture(Stores stores) {
        super(stores);
    }

    static Join<String> join(String value, long deadline) {
        return new Join<>(value, 1, 1_000, deadline, NEVER, Ids.of(List.of("id-1", "id-2")), false);
    }

    static Versioned<String> open(String value, long deadline) {
        return versioned(new JoinState<>(join(value, deadline), List.of(), null, 0));
    }

    static Versioned<String> open(String value) {
        return open(value, NEVER);
    }

    static Versioned<String> versioned(JoinState<String> state) {
        return Versioned.of(VERSIONS.incrementAndGet(), state);
    }

    static Change<String, String> begin(String key, Versioned<String> next) {
        return new Change<>(key, null, next);
    }

    static Versioned<String> write(
            JoinStore<String, String> store, String key, Versioned<String> expected, Versioned<String> next) {
        assertThat(store.compareAndExchange(key, expected, next)).isEqualTo(Exchange.written());
        return next;
    }

    /** What the store says that it holds now, with no doubt about the content. */
    static void assertHolds(JoinStore<String, String> store, String key, Versioned<String> written) {
        Versioned<String> held = store.find(key);
        assertThat(held).isEqualTo(written);
        if (written != null) {
            assertThat(held.state()).isEqualTo(written.state());
        }
    }

    /** What is due at that time, since when ever. */
    static List<Due<String>> due(JoinStore<String, String> store, long upTo, int limit) {
        return due(store, Long.MIN_VALUE, upTo, limit);
    }

    static List<Due<String>> due(JoinStore<String, String> store, long from, long upTo, int limit) {
        return store.due(Instant.ofEpochMilli(from), Instant.ofEpochMilli(upTo), limit);
    }

    static List<String> keys(List<Entry<String, String>> entries) {
        return entries.stream().map(Entry::key).toList();
    }

    static List<Entry<String, String>> pages(JoinStore<String, String> store, int limit) {
        List<Entry<String, String>> all = new ArrayList<>();
        String cursor = null;
        do {
            Page<String, String> page = store.scan(cursor, limit);
            assertThat(page.entries()).hasSizeLessThanOrEqualTo(limit);
            all.addAll(page.entries());
            cursor = page.next();
        } while (cursor != null);
        return all;
    }
}
