package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Work;
import java.util.List;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.RedisClient;

/**
 * What one round trip costs at least: a ping, or a script as large as one that exchanges a join and keeps an index: a
 * read and two writes. Many of them in one pipeline.
 */
final class RedisRoundTrips implements Subject {
    private static final String SCRIPT = """
            local held = redis.call('HGET', KEYS[1], ARGV[1])
            if held == 'what is never there' then
              return held
            end
            redis.call('ZADD', KEYS[1] .. ':index', 1, ARGV[1])
            redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
            return 1
            """;

    private final RedisClient client;
    private final RedisJoining joining = new RedisJoining((key, whole) -> {});
    private final byte[] script;
    private final boolean pings;

    private RedisRoundTrips(RedisAddress address, Work work, boolean pings) {
        this.pings = pings;
        client = address.client(work);
        script = RedisJoining.bytes(client.scriptLoad(SCRIPT));
    }

    static RedisRoundTrips ofPings(RedisAddress address, Work work) {
        return new RedisRoundTrips(address, work, true);
    }

    static RedisRoundTrips ofScripts(RedisAddress address, Work work) {
        return new RedisRoundTrips(address, work, false);
    }

    /** Always the same few keys, so that nothing grows. */
    private byte[][] arguments(Message message) {
        byte[][] arguments = joining.arguments(message);
        arguments[0] = RedisJoining.bytes("limit:" + message.part());
        return arguments;
    }

    @Override
    public Lane lane(int node) {
        return new Lane() {
            @Override
            public void accept(Message message) {
                if (pings) {
                    client.ping();
                } else {
                    client.evalsha(script, 1, arguments(message));
                }
            }

            @Override
            public void acceptAll(List<Message> messages) {
                try (AbstractPipeline pipeline = client.pipelined()) {
                    for (Message message : messages) {
                        pipeline.evalsha(script, 1, arguments(message));
                    }
                    pipeline.sync();
                }
            }
        };
    }

    @Override
    public void close() {
        client.close();
    }
}
