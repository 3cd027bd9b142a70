package dev.joiner.store.redis;

import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.JoinStoreConfig;
import dev.joiner.KeyCodec;
import dev.joiner.StoreException;
import dev.joiner.ValueTooLargeException;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.PartsChange;
import dev.joiner.spi.StoredParts.Part;
import dev.joiner.spi.Versioned;
import dev.joiner.store.redis.Layout.Shard;
import dev.joiner.store.redis.PartsHash.Look;
import dev.joiner.store.redis.Redis.Answer;
import dev.joiner.store.redis.Redis.Batch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;

/**
 * A store of joins in Redis: one server, one with replicas and sentinels, or a cluster.
 *
 * <p>It is thread-safe. Nodes that open the same namespace share its joins. No entry has a time to live, and nothing is read
 * from replicas. What is written is as durable as the server is configured to make it.
 *
 * <p>A call costs one round trip; {@link #findAll} and {@link #compareAndExchangeAll} cost one to each server that they
 * touch, and one more for each entry that is being moved from one node of a cluster to another. The first write to a server
 * after its start costs two more, as it brings the script along.
 *
 * <p>{@link #close()} leaves the client open, unless the builder says otherwise.
 *
 * <pre>{@code
 * RedisJoinStore<UUID, String> store = RedisJoinStore.builder(client)
 *         .namespace("orders")
 *         .keyCodec(KeyCodec.uuid())
 *         .valueCodec(Codec.string())
 *         .build();
 * }</pre>
 *
 * @param <K> the keys
 * @param <V> the values that the joins merge
 */
public final class RedisJoinStore<K, V> implements JoinStore<K, V> {
    /** The most shards that a namespace can have, which is the number of slots of a cluster. */
    public static final int MAX_SHARDS = 16_384;

    /**
     * The most that a state can take, in bytes: a little less than the 512 MiB that Redis takes for one value unless it is told
     * otherwise ({@code proto-max-bulk-len}).
     */
    public static final long LARGEST_ENTRY_BYTES = (512L << 20) - 1_024;

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
        entries = new Entries<>(config, builder.maxEntryBytes);
        guesses = new Guesses(builder.cacheBytes);
        layout = new Layout(config.namespace(), builder.shards);
        redis = new Redis(jedis, builder.batches, layout);
        redis.agreement().check();
        redis.check();
    }

    /**
     * Returns a builder of a store on the client: a {@code RedisClient}, {@code RedisSentinelClient},
     * {@code RedisClusterClient} or any other that Jedis has, unless it goes from one database to another. Whatever the client is
     * set to repeat, no write of the store is repeated by it.
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
                found.add(saw(texts.get(i), answers.get(i).take())); // or each would be held twice
            }
            return found;
        });
    }

    /** What this store last wrote or saw, unless it has forgotten. */
    @Override
    public @Nullable Versioned<V> guess(K key) {
        String text = entries.text(key);
        return entries.held(text, guesses.get(text));
    }

    /** A change as it goes to Redis. */
    private final class Write {
        private final String text;
        /** What the key is to hold; no bytes if that is nothing. */
        private final byte[] entry;

        final Command<Object> command;

        Write(String text, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
            this.text = text;
            entry = entries.bytes(text, next);
            byte[] field = entries.key(text);
            Shard shard = layout.shardOf(field);
            byte[] version = entries.version(expected);
            byte[] due = entries.due(expected, next);
            PartsChange change = PartsChange.between(expected, next);
            if (change.isNone() && (next == null || next.state().ended().isEmpty())) {
                command = Command.exchange(shard, field, version, entry, due);
            } else {
                entries.requireRoomForParts(text, change);
                command = Command.exchange(shard, field, version, entry, due, PartsHash.change(change, next == null));
            }
        }

        Exchange<V> answered(@Nullable Object answer) {
            if (Command.WON.equals(answer)) {
                guesses.saw(text, entry.length == 0 ? null : entry);
                return Exchange.written();
            } else if (answer instanceof List<?> present) {
                return Exchange.present(PartsHash.present(present));
            }
            return Exchange.lost(saw(text, (byte[]) answer));
        }
    }

    @Override
    public Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        String text = entries.text(key);
        return orForget(List.of(text), () -> {
            Write write = new Write(text, expected, next);
            return write.answered(redis.send(write.command));
        });
    }

    /** {@inheritDoc} All are encoded before the first is sent. */
    @Override
    public List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
        Batch batch = redis.batch();
        List<String> texts = new ArrayList<>(changes.size());
        List<Supplier<Exchange<V>>> exchanges = new ArrayList<>(changes.size());
        for (Change<K, V> change : changes) {
            try {
                String text = entries.text(change.key());
                Write write = orForget(List.of(text), () -> new Write(text, change.expected(), change.next()));
                Answer<Object> answer = batch.add(write.command);
                texts.add(text);
                exchanges.add(() -> write.answered(answer.get()));
            } catch (CodecException | ValueTooLargeException | IllegalArgumentException e) {
                exchanges.add(() -> Exchange.refused(e));
            }
        }
        return orForget(texts, () -> {
            batch.send();
            return exchanges.stream().map(Supplier::get).toList();
        });
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

    /** {@inheritDoc} One round trip over all shards, and one more for the sizes if anything is due. */
    @Override
    public List<Due<K>> due(Instant from, Instant upTo, int limit) {
        requirePositive(limit);
        return new DueSearch<>(redis, layout, entries, from, upTo, limit).oldest();
    }

    /**
     * {@inheritDoc}
     *
     * <p>A page has no more than 4 MiB, unless it has one entry only. An entry may also be on two pages if others are written meanwhile, as Redis then changes the size of a table. A cursor
     * can be kept, and used on any node.
     *
     * @throws IllegalArgumentException if the cursor is not one of this namespace
     */
    @Override
    public Page<K, V> scan(@Nullable String cursor, int limit) {
        requirePositive(limit);
        Scan scan = new Scan(redis, layout, cursor, limit);
        List<Entry<K, V>> page = scan.page().stream()
                .map(found -> {
                    byte[] field = found.entry().getKey();
                    return entries.entry(field, found.entry().getValue(), layout.misplaced(found.shard(), field));
                })
                .toList();
        return new Page<>(page, scan.next());
    }

    /** {@inheritDoc} Writes that happen meanwhile may or may not be counted. One round trip. */
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

    /** Parts are in a hash for each key, and are written by the exchange that counts them. */
    @Override
    public boolean collects() {
        return true;
    }

    /** {@inheritDoc} A page has no more than 1 MiB, unless it has one part only. One round trip. */
    @Override
    public List<Part> parts(K key, long number, int from, int limit) {
        requirePositive(limit);
        byte[] field = entries.key(entries.text(key));
        Object page =
                redis.send(Command.parts(layout.shardOf(field), field, number, from, limit, PartsHash.PAGE_BYTES));
        return PartsHash.page((List<?>) Objects.requireNonNull(page));
    }

    /** {@inheritDoc} One round trip. */
    @Override
    public Map<String, Long> present(K key, Collection<Long> numbers, Collection<String> ids) {
        byte[] field = entries.key(entries.text(key));
        Batch batch = redis.batch();
        List<Look> looks = Look.of(numbers, ids);
        List<Answer<List<byte[]>>> answers = looks.stream()
                .map(look -> batch.add(Command.partFields(layout.shardOf(field), field, look.fields())))
                .toList();
        batch.send();
        Map<String, Long> present = new HashMap<>();
        for (int i = 0; i < looks.size(); i++) {
            looks.get(i).found(answers.get(i).required(), present);
        }
        return present;
    }

    /** {@inheritDoc} 64 MiB, unless the builder says otherwise. */
    @Override
    public long maxEntryBytes() {
        return entries.maxEntryBytes();
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
     * Builds a {@link RedisJoinStore}.
     *
     * <p>The namespace has to be set. By default keys are strings and values are bytes, there are 256 shards, up to 16 MiB of
     * entries are remembered, an entry takes up to 64 MiB, eight batches may be under way over several nodes, and the client stays open.
     */
    public static final class Builder<K, V> {
        private final UnifiedJedis jedis;
        private @Nullable String namespace;
        private KeyCodec<K> keys;
        private Codec<V> values;
        private int shards = 256;
        private long cacheBytes = 16L << 20;
        private int batches = 8;
        private long maxEntryBytes = 64L << 20;
        private boolean closeClient;

        private Builder(UnifiedJedis jedis, KeyCodec<K> keys, Codec<V> values) {
            this.jedis = jedis;
            this.keys = keys;
            this.values = values;
        }

        /** Sets the name that separates these joins from all others on the same server; 1 to 100 bytes of UTF-8. */
        public Builder<K, V> namespace(String namespace) {
            this.namespace = Objects.requireNonNull(namespace, "namespace");
            return this;
        }

        /** Sets the codec that turns keys into text. */
        @SuppressWarnings("unchecked") // nothing of the old type is left
        public <T> Builder<T, V> keyCodec(KeyCodec<T> keys) {
            Builder<T, V> retyped = (Builder<T, V>) this;
            retyped.keys = Objects.requireNonNull(keys, "keyCodec");
            return retyped;
        }

        /** Sets the codec that turns values into bytes. */
        @SuppressWarnings("unchecked") // nothing of the old type is left
        public <T> Builder<K, T> valueCodec(Codec<T> values) {
            Builder<K, T> retyped = (Builder<K, T>) this;
            retyped.values = Objects.requireNonNull(values, "valueCodec");
            return retyped;
        }

        /**
         * Sets over how many parts the joins are spread, from 1 to 16,384. A part is what a cluster moves, and it moves as a whole.
         * A namespace keeps the number that it was first opened with.
         */
        public Builder<K, V> shards(int shards) {
            requireBetween("shards", shards, 1, MAX_SHARDS);
            this.shards = shards;
            return this;
        }

        /** Sets how much memory is used to remember entries, which saves the read before a write; 0 for none. */
        public Builder<K, V> cacheBytes(long cacheBytes) {
            requireBetween("cacheBytes", cacheBytes, 0, Long.MAX_VALUE);
            this.cacheBytes = cacheBytes;
            return this;
        }

        /**
         * Sets how many batches over several nodes of a cluster may be under way at once. Each holds a connection to every node
         * that it touches: set at most as many as the client has for a node, less those of other stores on the same client.
         */
        public Builder<K, V> batches(int batches) {
            requireBetween("batches", batches, 1, Integer.MAX_VALUE);
            this.batches = batches;
            return this;
        }

        /**
         * Sets how many bytes a state may take under one key, from 1,024 to {@link #LARGEST_ENTRY_BYTES}; 64 MiB by default.
         * Beyond that a message is refused with a {@link ValueTooLargeException}.
         *
         * <p>Redis would take 512 MiB, but each message of a join sends its state again and each node that reads it holds it in
         * memory several times, while a script that writes it holds up everybody else. A join that grows so large is more likely a
         * mistake, and better refused while it can still be expired or dropped. Nodes that share a namespace should agree:
         * where the limit is lower than what is stored, such a join is read, but only removed, not claimed.
         */
        public Builder<K, V> maxEntryBytes(long maxEntryBytes) {
            requireBetween("maxEntryBytes", maxEntryBytes, 1_024, LARGEST_ENTRY_BYTES);
            this.maxEntryBytes = maxEntryBytes;
            return this;
        }

        /** Lets the store's {@code close()} close the client, too. */
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
