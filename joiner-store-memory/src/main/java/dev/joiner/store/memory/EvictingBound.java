package dev.joiner.store.memory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy.FixedExpiration;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * At most so many open joins: the one that has been without a message for longest makes room for a new one.
 *
 * <p>The joins are in the store and nowhere else. The cache holds their keys, for the order in which they were written;
 * it evicts nothing by itself. So a join that makes room is at no moment out of the store: one exchange there turns it
 * from open into evicted, or is lost to a message and makes another one the oldest.
 *
 * <p>Caffeine's own choice under a maximum size is not used. It keeps what was used often, so that new joins would have
 * to go before those that wait in vain.
 */
final class EvictingBound<K, V> {
    private final JoinStore<K, V> store;
    private final long maximumSize;
    /** Without an order of access Caffeine keeps none, so there is an expiry; with this ticker it never comes. */
    private final Cache<K, Boolean> openKeys = Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(Ticker.disabledTicker())
            .expireAfterAccess(Duration.ofDays(1))
            .build();

    private final FixedExpiration<K, Boolean> order =
            openKeys.policy().expireAfterAccess().orElseThrow();
    /** So that two threads that see one join too many do not evict two. */
    private final ReentrantLock evicting = new ReentrantLock();

    EvictingBound(JoinStore<K, V> store, long maximumSize) {
        this.store = store;
        this.maximumSize = maximumSize;
    }

    /** Writes to the store, and makes room. */
    Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        Exchange<V> exchange = store.compareAndExchange(key, expected, next);
        if (exchange.won()) {
            follow(key);
            makeRoom();
        }
        return exchange;
    }

    /**
     * Makes the key the youngest if it has an open join, and forgets it if it has none. Every write is followed; whoever
     * touches the key here last has seen afterwards that the store agrees, so that both agree when all are done.
     */
    private void follow(K key) {
        boolean open;
        do {
            open = isOpen(store.find(key));
            if (open) {
                openKeys.put(key, true);
            } else {
                openKeys.invalidate(key);
            }
        } while (isOpen(store.find(key)) != open);
    }

    private void makeRoom() {
        if (openKeys.estimatedSize() <= maximumSize) {
            return;
        }
        evicting.lock();
        try {
            while (openKeys.estimatedSize() > maximumSize) {
                Iterator<K> oldest = order.oldest(1).keySet().iterator();
                if (!oldest.hasNext()) {
                    return; // gone meanwhile
                }
                evict(oldest.next());
            }
        } finally {
            evicting.unlock();
        }
    }

    /** A join that gets a message just now stays, and is the youngest from now on. */
    private void evict(K key) {
        Versioned<V> held = store.find(key);
        if (held != null && isOpen(held)) {
            JoinState<V> evicted = held.state().evicted();
            long version = ThreadLocalRandom.current().nextLong();
            store.compareAndExchange(key, held, evicted == null ? null : Versioned.of(version, evicted));
        }
        follow(key);
    }

    private static boolean isOpen(@Nullable Versioned<?> held) {
        return held != null && held.state().open() != null;
    }
}
