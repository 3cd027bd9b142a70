package dev.joiner.store.redis.internal;

import dev.joiner.StoreException;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import redis.clients.jedis.exceptions.JedisClusterException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/** Turns what went wrong into words that say what to do. */
public final class Failures {
    /** After this a server repeats what it was sent, which may have been a password. */
    private static final String REPEATED = "with args beginning with";

    private Failures() {}

    /** Whether the server did not run the command because a slot is moving to another node. */
    public static boolean isMoving(RuntimeException e) {
        return e instanceof JedisRedirectionException
                || e instanceof JedisClusterException
                || (e instanceof JedisDataException && says(e, "TRYAGAIN"));
    }

    public static boolean isReadOnly(RuntimeException e) {
        return e instanceof JedisDataException && says(e, "READONLY");
    }

    /** Nothing that writes was sent. */
    public static StoreException of(RuntimeException e, String where) {
        return e instanceof JedisDataException ? refused(e, where) : unanswered(e, where);
    }

    /** The server answered that it would not do it. */
    public static StoreException refused(RuntimeException e, String where) {
        return failure(e, where, meaning(e));
    }

    /** No connection could be had. */
    public static StoreException unsent(RuntimeException e, String where) {
        return failure(e, "no connection to Redis (" + e.getMessage() + "); nothing was sent for " + where);
    }

    /** What was sent only reads. */
    public static StoreException unanswered(RuntimeException e, String where) {
        return failure(e, where, "no answer from Redis (" + e.getMessage() + ")");
    }

    /** Something was sent that writes. */
    public static StoreException mayHaveWritten(RuntimeException e, String where) {
        return failure(e, where, "no answer from Redis (" + e.getMessage() + "); a write may have happened");
    }

    private static StoreException failure(RuntimeException e, String where, String meaning) {
        return failure(e, where + ": " + meaning);
    }

    private static StoreException failure(RuntimeException e, String message) {
        return repeats(e, Collections.newSetFromMap(new IdentityHashMap<>()))
                ? new StoreException(message)
                : new StoreException(message, e);
    }

    private static String meaning(RuntimeException e) {
        String answer = String.valueOf(e.getMessage());
        int repeated = answer.indexOf(REPEATED);
        String said = "Redis answered \""
                + (repeated < 0 ? answer : answer.substring(0, repeated).stripTrailing()) + '"';
        if (says(e, "WRONGTYPE")) {
            return said
                    + ": something other than joins is stored there; delete or rename it, or choose another namespace";
        } else if (says(e, "OOM command not allowed")) {
            return said + ": maxmemory is reached; joins can be finished but not begun until there is room";
        } else if (isReadOnly(e)) {
            return said + ": this server is not a master, or not any more";
        } else if (e instanceof JedisRedirectionException) {
            return said + ": this is a cluster, which needs a RedisClusterClient or redis+cluster://";
        }
        return said;
    }

    private static boolean says(Throwable e, String word) {
        return String.valueOf(e.getMessage()).contains(word);
    }

    /** Whether it, or something behind it, shows what was sent. Causes of Jedis's exceptions may form a circle. */
    private static boolean repeats(Throwable e, Set<Throwable> seen) {
        if (!seen.add(e)) {
            return false;
        }
        return says(e, REPEATED)
                || (e.getCause() != null && repeats(e.getCause(), seen))
                || Arrays.stream(e.getSuppressed()).anyMatch(suppressed -> repeats(suppressed, seen));
    }
}
