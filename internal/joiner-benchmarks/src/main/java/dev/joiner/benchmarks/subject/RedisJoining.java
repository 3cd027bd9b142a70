package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Receiver;
import dev.joiner.benchmarks.work.Whole;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The script that is written by hand, and what goes in and out: a thing is a hash with a field for each part, and
 * whoever brings the last part gets them all. The hash stays until the thing was handed over, so that a crash before
 * that loses nothing if the message is redelivered. No expiry, no attempts counted.
 */
final class RedisJoining {
    static final String SCRIPT = "redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])"
            + " if redis.call('HLEN', KEYS[1]) < tonumber(ARGV[3]) then return false end"
            + " return redis.call('HGETALL', KEYS[1])";

    private final String prefix;
    private final Receiver receiver;

    RedisJoining(Receiver receiver) {
        prefix = UniqueNames.next("hand") + ":";
        this.receiver = receiver;
    }

    byte[] key(Message message) {
        return bytes(prefix + message.key());
    }

    byte[][] arguments(Message message) {
        return new byte[][] {
            key(message),
            bytes(Integer.toString(message.part())),
            message.value(),
            bytes(Integer.toString(message.parts()))
        };
    }

    /** Hands over if the script has answered with a whole thing; whether it has. */
    boolean receive(Message message, @Nullable Object answer) {
        if (!(answer instanceof List<?> fields)) {
            return false;
        }
        Whole whole = Whole.empty(message.parts());
        for (int i = 0; i < fields.size(); i += 2) {
            int part = Integer.parseInt(new String((byte[]) fields.get(i), StandardCharsets.US_ASCII));
            whole = whole.with(part, (byte[]) fields.get(i + 1));
        }
        receiver.receive(message.key(), whole);
        return true;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
