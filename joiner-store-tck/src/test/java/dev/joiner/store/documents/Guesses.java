package dev.joiner.store.documents;

import dev.joiner.store.documents.DocumentDatabase.Item;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The items that a store last wrote or saw, as bytes, within a bound; the least recently used goes first. */
final class Guesses {
    /** What an item takes beside its bytes and letters, roughly. */
    private static final int OVERHEAD = 128;

    private final Map<String, Item> items = new LinkedHashMap<>(16, 0.75f, true);
    private final long maxBytes;
    private long bytes;

    Guesses(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    synchronized @Nullable Item get(String key) {
        return items.get(key);
    }

    /** The key holds the item now, or nothing. */
    synchronized void saw(String key, @Nullable Item item) {
        bytes -= weight(items.remove(key));
        if (item != null) {
            items.put(key, item);
            bytes += weight(item);
        }
        for (Iterator<Item> oldest = items.values().iterator(); bytes > maxBytes; ) {
            bytes -= weight(oldest.next());
            oldest.remove();
        }
    }

    synchronized void forget(List<String> keys) {
        keys.forEach(key -> saw(key, null));
    }

    private static long weight(@Nullable Item item) {
        return item == null ? 0 : OVERHEAD + item.key().length() + item.bytes().length;
    }
}
