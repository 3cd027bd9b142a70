package dev.joiner.store.redis.internal;

import dev.joiner.StoreException;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import redis.clients.jedis.exceptions.JedisClusterException;
import redis.clients.jedis.exceptions.JedisClusterOperationException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/** What went wrong, in words that say what to do. */
public final class Failures {
    /** Behind this a server repeats what it was sent, and that may have been a password. */
    private static final String REPEATED = "with args beginning with";

    private Failures() {}

    /** Whether the server did not do what it was asked to, as a slot is on its way to another node. */
    public static boolean isMoving(RuntimeException e) {
        return e instanceof JedisRedirectionException
                || e instanceof JedisClusterException
                || (e instanceof JedisClusterOperationException && e.getCause() instanceof JedisRedirectionException)
                || (e instanceof JedisDataException && says(e, "TRYAGAIN"));
    }

    public static boolean isReadOnly(RuntimeException e) {
        return e instanceof JedisDataException && says(e, "READONLY");
    }

    public static StoreException of(RuntimeException e, String where) {
        String message = where + ": " + meaning(e);
        return repeats(e, Collections.newSetFromMap(new IdentityHashMap<>()))
                ? new StoreException(message)
                : new StoreException(message, e);
    }

    private static String meaning(RuntimeException e) {
        if (!(e instanceof JedisDataException)) {
            return "no answer from Redis (" + e.getMessage() + "); a write may have happened";
        }
        String answer = String.valueOf(e.getMessage());
        int repeated = answer.indexOf(REPEATED);
        String said = "Redis answered \""
                + (repeated < 0 ? answer : answer.substring(0, repeated).stripTrailing()) + '"';
        if (says(e, "WRONGTYPE")) {
            return said + ": there is something else than joins; delete or rename it, or choose another namespace";
        } else if (says(e, "OOM command not allowed")) {
            return said + ": maxmemory is reached; joins can be finished but not begun until there is room";
        } else if (isReadOnly(e)) {
            return said + ": this is no master (any more)";
        } else if (e instanceof JedisRedirectionException) {
            return said + ": this is a cluster, which needs a RedisClusterClient or redis+cluster://";
        }
        return said;
    }

    private static boolean says(Throwable e, String word) {
        return String.valueOf(e.getMessage()).contains(word);
    }

    /** Whether it shows what was sent, somewhere behind it; exceptions of Jedis may go round in circles. */
    private static boolean repeats(Throwable e, Set<Throwable> seen) {
        if (!seen.add(e)) {
            return false;
        }
        return says(e, REPEATED)
                || (e.getCause() != null && repeats(e.getCause(), seen))
                || Arrays.stream(e.getSuppressed()).anyMatch(suppressed -> repeats(suppressed, seen));
    }
}
