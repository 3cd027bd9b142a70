package dev.joiner.store.memory;

import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes to a store that has no bound, and keeps it within one. */
interface Bound<K, V> {

    Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next);

    List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes);
}
