package dev.joiner.store.redis;

import dev.joiner.StoreException;
import dev.joiner.spi.Codec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import dev.joiner.spi.KeyCodec;
import dev.joiner.spi.Versioned;
import dev.joiner.store.redis.Redis.Answer;
import dev.joiner.store.redis.Redis.Batch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;

/**
 * A store of joins in Redis: one server, one with replicas and sentinels, or a cluster.
 *
 * <p>It is thread-safe. Nodes that open the same namespace share its joins. No entry has a time to live, and nothing is
 * read from replicas. What is written is as durable as the server is set to be.
 *
 * <p>A call costs one round trip; {@link #findAll} and {@link #compareAndExchangeAll} cost one to each server that they
 * touch, and one more for each entry that is on its way from one node of a cluster to another. The first write to a
 * server after its start costs one more, as it brings the script along.
 *
 * <p>{@link #close()} leaves the client open, unless the builder says otherwise.
 *
 * @param <K> the keys
 * @param <V> the values that the joins merge
 */
public final class RedisJoinStore<K, V> implements JoinStore<K, V> {
    /** The most shards that a namespace can have: as many as a cluster has slots. */
    public static final int MAX_SHARDS = 16_384;

    private final String name;
    private final UnifiedJedis jedis;
    private final boolean closeClient;
    private final Entries<K, V> entries;
    private final Guesses guesses;
    private final Layout layout;
    private final Redis redis;

    private RedisJoinStore(Builder<K, V> builder, JoinStoreConfig<K, V> config) {
        name = config.namespace();
        jedis = builder.jedis;
        closeClient = builder.closeClient;
        entries = new Entries<>(config);
        guesses = new Guesses(builder.cacheBytes);
        layout = new Layout(config.namespace(), builder.shards);
        redis = new Redis(jedis, builder.batches, layout);
        redis.agreement().make();
        if (redis.evicts()) {
            throw new StoreException("maxmemory-policy is allkeys-...: the server would take joins away when memory is"
                    + " short, and tell nobody; set it to noeviction");
        }
    }

    /**
     * A builder of a store on the client: a {@code RedisClient}, {@code RedisSentinelClient}, {@code RedisClusterClient}
     * or any other that Jedis has.
     */
    public static Builder<String, byte[]> builder(UnifiedJedis jedis) {
        return new Builder<>(Objects.requireNonNull(jedis, "jedis"), KeyCodec.string(), Codec.bytes());
    }

    @Override
    public @Nullable Versioned<V> find(K key) {
        String text = entries.text(key);
        return orForget(List.of(text), () -> {
            byte[] field = entries.key(text);
            return saw(text, redis.send(Command.entry(layout.shardOf(field), field)));
        });
    }

    @Override
    public List<@Nullable Versioned<V>> findAll(List<K> keys) {
        List<String> texts = keys.stream().map(entries::text).toList();
        return orForget(texts, () -> {
            Batch batch = redis.batch();
            List<Answer<byte[]>> answers = texts.stream()
                    .map(entries::key)
                    .map(field -> batch.add(Command.entry(layout.shardOf(field), field)))
                    .toList();
            batch.send();
            List<@Nullable Versioned<V>> found = new ArrayList<>(texts.size());
            for (int i = 0; i < texts.size(); i++) {
                found.add(saw(texts.get(i), answers.get(i).get()));
            }
            return found;
        });
    }

    /** What this store last wrote or saw, if it is not forgotten. */
    @Override
    public @Nullable Versioned<V> guess(K key) {
        String text = entries.text(key);
        return entries.held(text, guesses.get(text));
    }

    @Override
    public Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        String text = entries.text(key);
        return orForget(List.of(text), () -> {
            byte[] written = entries.bytes(text, next);
            return exchange(text, next, written, redis.send(command(text, expected, next, written)));
        });
    }

    /** {@inheritDoc} All are encoded before one of them is written. */
    @Override
    public List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
        List<String> texts =
                changes.stream().map(change -> entries.text(change.key())).toList();
        return orForget(texts, () -> {
            Batch batch = redis.batch();
            List<byte[]> written = new ArrayList<>(texts.size());
            List<Answer<Object>> answers = new ArrayList<>(texts.size());
            for (int i = 0; i < texts.size(); i++) {
                Change<K, V> change = changes.get(i);
                written.add(entries.bytes(texts.get(i), change.next()));
                answers.add(batch.add(command(texts.get(i), change.expected(), change.next(), written.get(i))));
            }
            batch.send();
            List<Exchange<V>> exchanges = new ArrayList<>(texts.size());
            for (int i = 0; i < texts.size(); i++) {
                exchanges.add(exchange(
                        texts.get(i),
                        changes.get(i).next(),
                        written.get(i),
                        answers.get(i).get()));
            }
            return exchanges;
        });
    }

    private Command<Object> command(
            String text, @Nullable Versioned<V> expected, @Nullable Versioned<V> next, byte[] written) {
        byte[] field = entries.key(text);
        return Command.exchange(
                layout.shardOf(field), field, entries.version(expected), written, entries.due(expected, next));
    }

    private Exchange<V> exchange(String text, @Nullable Versioned<V> next, byte[] written, @Nullable Object answer) {
        if (Command.WON.equals(answer)) {
            guesses.saw(text, next == null ? null : written);
            return new Exchange<>(true, next);
        }
        return new Exchange<>(false, saw(text, (byte[]) answer));
    }

    private @Nullable Versioned<V> saw(String text, byte @Nullable [] entry) {
        guesses.saw(text, entry);
        return entries.held(text, entry);
    }

    /** After a failure nobody knows what is under the keys. */
    private <T> T orForget(List<String> texts, Supplier<T> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            guesses.forget(texts);
            throw e;
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Looks at all shards in one round trip, and reads what it chose, if anything is due, in another. The choice is
     * among the {@code 4 * limit} that have been due for longest, or nearly so.
     */
    @Override
    public List<Entry<K, V>> due(Instant now, int limit) {
        requirePositive(limit);
        return new Due(redis, layout, Entries.score(JoinState.millis(now)), limit)
                .page().stream()
                        .map(due -> entries.entry(due.getKey(), due.getValue()))
                        .toList();
    }

    /**
     * {@inheritDoc}
     *
     * <p>An entry may be on two pages also if others are written meanwhile, so that Redis changes the size of a table. A
     * cursor may be kept, and continued on any node.
     *
     * @throws IllegalArgumentException if the cursor is none of this namespace's
     */
    @Override
    public Page<K, V> scan(@Nullable String cursor, int limit) {
        requirePositive(limit);
        Scan scan = new Scan(redis, layout, cursor, limit);
        List<Entry<K, V>> page = scan.page().stream()
                .map(found -> entries.entry(found.getKey(), found.getValue()))
                .toList();
        return new Page<>(page, scan.next());
    }

    /** How many keys are held; of shards that are written to meanwhile, before or after. One round trip. */
    @Override
    public long size() {
        Batch batch = redis.batch();
        Answer<List<String>> agreed = redis.agreement().look(batch);
        List<Answer<Long>> counts =
                layout.shards.stream().map(Command::count).map(batch::add).toList();
        batch.send();
        redis.agreement().verify(agreed.required());
        return counts.stream().mapToLong(Answer::required).sum();
    }

    @Override
    public boolean isRemote() {
        return true;
    }

    @Override
    public void close() {
        if (closeClient) {
            jedis.close();
        }
    }

    @Override
    public String toString() {
        return "RedisJoinStore[" + name + "]";
    }

    private static void requirePositive(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit is " + limit + ", must be at least 1");
        }
    }

    /**
     * How a store is made.
     *
     * <p>The namespace has to be set. By default keys are strings and values are bytes as they are, there are 256 shards,
     * up to 16 MiB of entries are remembered, eight batches may be under way over several nodes, and the client stays
     * open.
     */
    public static final class Builder<K, V> {
        private final UnifiedJedis jedis;
        private @Nullable String namespace;
        private KeyCodec<K> keys;
        private Codec<V> values;
        private int shards = 256;
        private long cacheBytes = 16L << 20;
        private int batches = 8;
        private boolean closeClient;

        private Builder(UnifiedJedis jedis, KeyCodec<K> keys, Codec<V> values) {
            this.jedis = jedis;
            this.keys = keys;
            this.values = values;
        }

        /** Separates these joins from all others on the same server; 1 to 100 bytes of UTF-8. */
        public Builder<K, V> namespace(String namespace) {
            this.namespace = Objects.requireNonNull(namespace, "namespace");
            return this;
        }

        /** Turns keys into text. */
        @SuppressWarnings("unchecked") // nothing of the old type is left
        public <T> Builder<T, V> keyCodec(KeyCodec<T> keys) {
            Builder<T, V> retyped = (Builder<T, V>) this;
            retyped.keys = Objects.requireNonNull(keys, "keyCodec");
            return retyped;
        }

        /** Turns values into bytes. */
        @SuppressWarnings("unchecked") // nothing of the old type is left
        public <T> Builder<K, T> valueCodec(Codec<T> values) {
            Builder<K, T> retyped = (Builder<K, T>) this;
            retyped.values = Objects.requireNonNull(values, "valueCodec");
            return retyped;
        }

        /**
         * Over how many parts the joins are spread: a part is what a cluster can move, and moves at once. 1 to 16,384. A
         * namespace keeps the number with which it was first opened.
         */
        public Builder<K, V> shards(int shards) {
            requireBetween("shards", shards, 1, MAX_SHARDS);
            this.shards = shards;
            return this;
        }

        /** How much memory the entries may take that are remembered to save the read before a write; 0: none is. */
        public Builder<K, V> cacheBytes(long cacheBytes) {
            requireBetween("cacheBytes", cacheBytes, 0, Long.MAX_VALUE);
            this.cacheBytes = cacheBytes;
            return this;
        }

        /**
         * How many batches may be under way over several nodes of a cluster. Each takes a connection to every node that
         * it touches: at most as many as the client has for a node, less those of other stores on the same client.
         */
        public Builder<K, V> batches(int batches) {
            requireBetween("batches", batches, 1, Integer.MAX_VALUE);
            this.batches = batches;
            return this;
        }

        /** The store's {@code close()} closes the client, too. */
        public Builder<K, V> closeClient() {
            closeClient = true;
            return this;
        }

        /**
         * Opens the store.
         *
         * @throws IllegalStateException if the namespace is not set
         * @throws IllegalArgumentException if the namespace is blank or too long
         * @throws StoreException if the server cannot be reached, if it evicts keys of all kinds, or if the namespace was
         *     opened with another number of shards or written by a later version
         */
        public RedisJoinStore<K, V> build() {
            if (namespace == null) {
                throw new IllegalStateException("namespace is not set");
            }
            return new RedisJoinStore<>(this, JoinStoreConfig.of(namespace, keys, values));
        }

        private static void requireBetween(String option, long value, long least, long most) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(option + " is " + value + ", must be from " + least + " to " + most);
            }
        }
    }
}
