package dev.joiner.store.redis;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The entries that this store last wrote or saw, as bytes, within a bound. */
final class Guesses {
    /** What an entry takes beside its bytes and letters, roughly. */
    private static final int OVERHEAD = 128;

    private final Cache<String, byte[]> entries;

    Guesses(long maxBytes) {
        entries = Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .<String, byte[]>weigher((key, entry) -> OVERHEAD + key.length() + entry.length)
                .executor(Runnable::run)
                .build();
    }

    byte @Nullable [] get(String key) {
        return entries.getIfPresent(key);
    }

    /** The key holds the entry now, or nothing. */
    void saw(String key, byte @Nullable [] entry) {
        if (entry == null) {
            entries.invalidate(key);
        } else {
            entries.put(key, entry);
        }
    }

    void forget(List<String> keys) {
        entries.invalidateAll(keys);
    }
}
