package dev.joiner.benchmarks.subject;

import dev.joiner.Codec;
import dev.joiner.KeyCodec;
import dev.joiner.benchmarks.subject.Database.Pool;
import dev.joiner.benchmarks.work.Whole;
import dev.joiner.benchmarks.work.Work;
import dev.joiner.spi.JoinStore;
import dev.joiner.store.jdbc.JdbcJoinStore;
import dev.joiner.store.memory.MapJoinStore;
import dev.joiner.store.redis.RedisJoinStore;

/** Stores of Joiner, as the subjects have them. */
public final class JoinerStores {
    private static final Work ONE_THREAD = new Work(2, 100, 0, 1, 1);

    private JoinerStores() {}

    /** A store, and what is closed after it. */
    public record Opened(JoinStore<String, Whole> store, Runnable afterwards) {}

    /** On a map of its own. */
    public static Opened inMemory() {
        return new Opened(MapJoinStore.create(), () -> {});
    }

    public static Opened on(RedisAddress address, String namespace) {
        return new Opened(on(address, namespace, ONE_THREAD), () -> {});
    }

    public static Opened on(Database database, String namespace) {
        Pool pool = database.pool(1);
        return new Opened(on(pool, namespace, JoinerSubject.codec()), pool::close);
    }

    static RedisJoinStore<String, Whole> on(RedisAddress address, String namespace, Work work) {
        return RedisJoinStore.builder(address.client(work))
                .namespace(namespace)
                .keyCodec(KeyCodec.string())
                .valueCodec(JoinerSubject.codec())
                .closeClient()
                .build();
    }

    static JdbcJoinStore<String, Whole> on(Pool pool, String namespace, Codec<Whole> codec) {
        return JdbcJoinStore.builder(pool.observed())
                .namespace(namespace)
                .valueCodec(codec)
                .createTableIfMissing()
                .build();
    }
}
