package dev.joiner.store.tck;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Page;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;

/**
 * Joins of 300,000 bytes, which begin, are looked through and expire.
 *
 * <p>Run it in a process whose memory they do not fit into, to see that a store bounds its pages in bytes.
 */
@NullMarked
public final class LargeJoins {
    private static final int BYTES = 300_000;
    private static final int BATCH = 5;

    private LargeJoins() {}

    private record Part(String key, String text) {}

    /**
     * Begins joins in an empty store, reads them, and lets them expire.
     *
     * @return {@link #asExpected}, if the store is right
     */
    public static String runOn(JoinStore<String, String> store, int joins) {
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        AtomicInteger expired = new AtomicInteger();
        KeyedJoiner<Part, String, String, String> joiner = Joiner.create(
                JoinSpec.joining(Part.class)
                        .keyedBy(Part::key)
                        .<String>mergedBy((part, pending) -> part.text())
                        .sufficientWhen(text -> false)
                        .expireAt(text -> now)
                        .onExpired((text, handOver) -> {
                            if (text.length() == BYTES) {
                                expired.incrementAndGet();
                            }
                        })
                        .build(),
                store,
                InstantSource.fixed(now));
        List<Part> batch = new ArrayList<>();
        for (int i = 0; i < joins; i++) {
            batch.add(new Part("key-" + i, "x".repeat(BYTES)));
            if (batch.size() == BATCH || i == joins - 1) {
                joiner.acceptAll(batch);
                batch.clear();
            }
        }
        int scanned = 0;
        Page<String, String> page = store.scan(null, joins);
        scanned += page.entries().size();
        while (page.next() != null) {
            page = store.scan(page.next(), joins);
            scanned += page.entries().size();
        }
        int failed = joiner.sweep().failures().size();
        return told(scanned, expired.get(), failed, store.size());
    }

    /** Returns what {@link #runOn} returns if each join is read once and expires, and none is left. */
    public static String asExpected(int joins) {
        return told(joins, joins, 0, 0);
    }

    private static String told(int scanned, int expired, int failed, long left) {
        return scanned + " scanned, " + expired + " expired, " + failed + " failed, " + left + " left";
    }
}
