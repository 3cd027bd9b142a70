package dev.joiner.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keys whose last hand-over by this joiner threw, so that its sweeps can put others before them. A hint, and bounded: who is
 * forgotten is treated like all others. Thread-safe. For drivers of {@link Transition}.
 */
public final class FailingKeys<K> {
    private static final int MOST = 10_000;

    private final Map<K, Boolean> keys = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, Boolean> eldest) {
            return size() > MOST;
        }
    };

    /** So that a hand-over that succeeds, as nearly all do, waits for no other. */
    private volatile boolean isEmpty = true;

    /** None yet. */
    public FailingKeys() {}

    /** Whether the last hand-over of a key threw, as far as is remembered. */
    public synchronized boolean contains(K key) {
        return keys.containsKey(key);
    }

    /** A hand-over threw. */
    public synchronized void failed(K key) {
        keys.put(key, true);
        isEmpty = false;
    }

    /** A handler took a join. */
    public void succeeded(K key) {
        if (!isEmpty) {
            remove(key);
        }
    }

    private synchronized void remove(K key) {
        keys.remove(key);
        isEmpty = keys.isEmpty();
    }
}
