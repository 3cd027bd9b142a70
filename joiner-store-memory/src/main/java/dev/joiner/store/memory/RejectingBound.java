package dev.joiner.store.memory;

import dev.joiner.StoreException;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** At most so many keys, whatever their states. Room is taken before a key is written, so that there are never more. */
final class RejectingBound<K, V> implements Bound<K, V> {
    private final JoinStore<K, V> store;
    private final long maximumSize;
    private final AtomicLong room;

    RejectingBound(JoinStore<K, V> store, long maximumSize) {
        this.store = store;
        this.maximumSize = maximumSize;
        room = new AtomicLong(maximumSize);
    }

    @Override
    public Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        return compareAndExchangeAll(List.of(new Change<>(key, expected, next))).get(0);
    }

    /** Begins all new keys or none: what was written before an exception would count twice when it is redelivered. */
    @Override
    public List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
        List<@Nullable Exchange<V>> exchanges = new ArrayList<>(changes.size());
        long wanted = 0;
        for (Change<K, V> change : changes) {
            // A key that turns out to be there needs no room, and is lost: found gone, it would have to have some.
            Versioned<V> held = begins(change) ? store.find(change.key()) : null;
            exchanges.add(held == null ? null : new Exchange<>(false, held));
            wanted += begins(change) && held == null ? 1 : 0;
        }
        take(wanted);
        long given = wanted;
        try {
            for (int i = 0; i < changes.size(); i++) {
                if (exchanges.get(i) == null) {
                    Change<K, V> change = changes.get(i);
                    Exchange<V> exchange = store.compareAndExchange(change.key(), change.expected(), change.next());
                    exchanges.set(i, exchange);
                    if (exchange.won()) {
                        given += begins(change) ? -1 : ends(change) ? 1 : 0;
                    }
                }
            }
        } finally {
            room.addAndGet(given);
        }
        return exchanges;
    }

    private void take(long wanted) {
        long left;
        do {
            left = room.get();
            if (left < wanted) {
                throw new StoreException("maximumSize is " + maximumSize + ": there is room for " + left
                        + " more keys, not for " + wanted + "; nothing was written");
            }
        } while (!room.compareAndSet(left, left - wanted));
    }

    private static boolean begins(Change<?, ?> change) {
        return change.expected() == null && change.next() != null;
    }

    private static boolean ends(Change<?, ?> change) {
        return change.expected() != null && change.next() == null;
    }
}
