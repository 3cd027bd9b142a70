package dev.joiner.internal.driver;

import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Counts;
import dev.joiner.PendingJoin.Status;
import dev.joiner.engine.JoinCounter;
import dev.joiner.engine.PendingJoins;
import dev.joiner.engine.SpecFunctions;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Page;
import dev.joiner.spi.PartReader;
import dev.joiner.spi.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Looks at what a store holds, for people. */
public final class Inspection<K, V> {
    private static final int PAGE = 256;

    private final SpecFunctions<?, K, V, ?> functions;
    private final JoinStore<K, V> store;
    private final InstantSource clock;

    public Inspection(SpecFunctions<?, K, V, ?> functions, JoinStore<K, V> store, InstantSource clock) {
        this.functions = functions;
        this.store = store;
        this.clock = clock;
    }

    List<PendingJoin<K, V>> find(K key) {
        Versioned<V> held = store.find(key);
        return held == null ? List.of() : PendingJoins.of(functions, key, held, PartReader.of(store, key));
    }

    PendingJoin.Page<K, V> page(@Nullable String cursor, int limit) {
        requirePositive(limit);
        List<PendingJoin<K, V>> joins = new ArrayList<>();
        Page<K, V> page = store.scan(cursor, limit);
        pending(page, joins::add);
        return new PendingJoin.Page<>(joins, Optional.ofNullable(page.next()));
    }

    private void pending(Page<K, V> page, Consumer<PendingJoin<K, V>> consumer) {
        for (JoinStore.Entry<K, V> entry : page.entries()) {
            for (PendingJoin<K, V> join : of(entry)) {
                if (join.status() != Status.REMEMBERED) {
                    consumer.accept(join);
                }
            }
        }
    }

    private List<PendingJoin<K, V>> of(JoinStore.Entry<K, V> entry) {
        K key = entry.key();
        PartReader parts =
                PartReader.of((number, from, limit) -> key == null ? List.of() : store.parts(key, number, from, limit));
        return PendingJoins.of(functions, key, entry.held(), parts);
    }

    List<PendingJoin<K, V>> oldest(Duration olderThan, int limit) {
        requirePositive(limit);
        Objects.requireNonNull(olderThan, "olderThan");
        if (olderThan.isNegative()) {
            throw new IllegalArgumentException("olderThan is " + olderThan + ", must not be negative");
        }
        Instant now = clock.instant();
        Instant before =
                olderThan.compareTo(Duration.between(Instant.MIN, now)) > 0 ? Instant.MIN : now.minus(olderThan);
        Comparator<PendingJoin<K, V>> byAge =
                Comparator.comparing(join -> join.firstAt().orElse(Instant.MAX));
        PriorityQueue<PendingJoin<K, V>> oldest = new PriorityQueue<>(byAge.reversed());
        all(join -> {
            if (join.firstAt().map(before::isAfter).orElse(false)) {
                oldest.add(join);
                if (oldest.size() > limit) {
                    oldest.remove();
                }
            }
        });
        return oldest.stream().sorted(byAge).toList();
    }

    Counts counts() {
        JoinCounter counter = new JoinCounter();
        all(counter::add);
        return counter.counts();
    }

    long size() {
        return store.size();
    }

    private void all(Consumer<PendingJoin<K, V>> consumer) {
        String cursor = null;
        do {
            Page<K, V> page = store.scan(cursor, PAGE);
            pending(page, consumer);
            cursor = page.next();
        } while (cursor != null);
    }

    private static void requirePositive(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit is " + limit + ", must be at least 1");
        }
    }
}
