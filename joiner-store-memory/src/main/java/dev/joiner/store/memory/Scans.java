package dev.joiner.store.memory;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The scans that are under way, each under the cursor of its next page. A concurrent map has no cursor but its iterator,
 * which gives everything that is there all the time exactly once and takes the same little memory for any map.
 *
 * @param <E> what is iterated
 */
final class Scans<E> {
    /** Whoever gives a scan up says nothing, so the one that has waited longest goes. */
    static final int MAX = 16;

    private final Map<String, Iterator<E>> waiting = new LinkedHashMap<>();

    /** Ends the wait. Null if no scan waits under the cursor. */
    synchronized @Nullable Iterator<E> resume(String cursor) {
        return waiting.remove(cursor);
    }

    /** The cursor under which the scan now waits. */
    synchronized String suspend(Iterator<E> scan) {
        String cursor = Long.toHexString(ThreadLocalRandom.current().nextLong());
        waiting.put(cursor, scan);
        if (waiting.size() > MAX) {
            waiting.remove(waiting.keySet().iterator().next());
        }
        return cursor;
    }
}
