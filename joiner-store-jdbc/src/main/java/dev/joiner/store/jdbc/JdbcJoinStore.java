package dev.joiner.store.jdbc;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.StoreException;
import dev.joiner.spi.Codec;
import dev.joiner.spi.EntryCodec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import dev.joiner.spi.KeyCodec;
import dev.joiner.spi.Versioned;
import dev.joiner.store.jdbc.Connections.Done;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A store of joins in a table of a relational database: one row for each key.
 *
 * <p>It is thread-safe, and shared by all nodes that open the same table with the same namespace. An exchange is one
 * statement in a transaction of its own, whatever the connection's isolation; a connection goes back to the data source
 * as it came, with auto-commit on or off.
 *
 * <p>What the database has rolled back (a deadlock, a lost race, a lock not had in time) is tried again a few times.
 * When a connection is lost in the middle of a write, the write is tried again on another one, and is a
 * {@link StoreException} if that does not show whether it had happened.
 *
 * @param <K> the keys
 * @param <V> the values that the joins merge
 */
public final class JdbcJoinStore<K, V> implements JoinStore<K, V> {
    private static final int MAX_TRIES = 64;
    private static final int MAX_TRIES_TO_CREATE = 10;

    private final EntryCodec<K, V> codec;
    private final DataSource dataSource;
    private final Connections connections;
    private final JoinTable table;
    private final long stateCapacity;
    /** What this store wrote or saw last. Bytes, as a merge may change an object that it is given. */
    private final Cache<String, Stored> guesses;

    private final TransactionStore<K, V> transactions = new TransactionStore<>(this);
    private final DataSource handOverDataSource;
    private final boolean closeDataSource;

    private JdbcJoinStore(
            Builder<K, V> builder, JoinStoreConfig<K, V> config, JdbcDialect dialect, long stateCapacity) {
        codec = new EntryCodec<>(config);
        dataSource = builder.dataSource;
        connections = new Connections(dataSource);
        table = dialect.table(builder.table.toString(), config.namespace(), builder.lockTimeout);
        this.stateCapacity = stateCapacity;
        guesses = Caffeine.newBuilder()
                .maximumWeight(builder.cacheBytes)
                .<String, Stored>weigher((key, stored) -> 2 * key.length() + stored.state().length + 64)
                .executor(Runnable::run)
                .build();
        handOverDataSource = new HandOverDataSource(dataSource, transactions::current);
        closeDataSource = builder.closeDataSource;
    }

    /**
     * Begins a store on the connections of a data source, best a pool. The data source stays the caller's unless
     * the store is told to close it.
     */
    public static Builder<String, byte[]> builder(DataSource dataSource) {
        return new Builder<>(Objects.requireNonNull(dataSource, "dataSource"), KeyCodec.string(), Codec.bytes());
    }

    /**
     * The options of a store. {@code namespace} must be set. By default keys are texts, values bytes, the table is
     * {@code joiner_joins} and must be there, the dialect is found from the database, and 16 MiB are for what was written
     * last.
     *
     * @param <K> the keys
     * @param <V> the values
     */
    public static final class Builder<K, V> {
        private final DataSource dataSource;
        private @Nullable String namespace;
        private KeyCodec<K> keys;
        private Codec<V> values;
        private TableName table = TableName.of("joiner_joins");
        private boolean createTableIfMissing;
        private @Nullable JdbcDialect dialect;
        private Duration lockTimeout = Duration.ofSeconds(10);
        private long cacheBytes = 16 << 20;
        private boolean closeDataSource;

        private Builder(DataSource dataSource, KeyCodec<K> keys, Codec<V> values) {
            this.dataSource = dataSource;
            this.keys = keys;
            this.values = values;
        }

        /** Separates the joins of one purpose from all others in the table; 1 to 100 bytes of UTF-8. */
        public Builder<K, V> namespace(String namespace) {
            this.namespace = Objects.requireNonNull(namespace, "namespace");
            return this;
        }

        /** How keys are texts. */
        @SuppressWarnings("unchecked") // nothing else of the type is held: it is this very builder
        public <T> Builder<T, V> keyCodec(KeyCodec<T> keys) {
            Builder<T, V> retyped = (Builder<T, V>) this;
            retyped.keys = Objects.requireNonNull(keys, "keyCodec");
            return retyped;
        }

        /** How values are bytes. */
        @SuppressWarnings("unchecked") // as above
        public <T> Builder<K, T> valueCodec(Codec<T> values) {
            Builder<K, T> retyped = (Builder<K, T>) this;
            retyped.values = Objects.requireNonNull(values, "valueCodec");
            return retyped;
        }

        /**
         * The table.
         *
         * @param name an identifier of up to 60 letters, digits and underscores, or two with a dot in between: schema and
         *     table
         * @throws IllegalArgumentException if it is anything else
         */
        public Builder<K, V> table(String name) {
            table = TableName.of(name);
            return this;
        }

        /** Creates the table, as the file in the jar does, if it is not there. Needs the permission to do so. */
        public Builder<K, V> createTableIfMissing() {
            createTableIfMissing = true;
            return this;
        }

        /** Which statements are used, whatever the database says of itself. */
        public Builder<K, V> dialect(JdbcDialect dialect) {
            this.dialect = Objects.requireNonNull(dialect, "dialect");
            return this;
        }

        /**
         * How long a {@linkplain JdbcJoinStore#transactional transaction} waits for a key that another one has. PostgreSQL takes milliseconds,
         * MariaDB whole seconds; on H2 and MySQL the connection's own time counts.
         *
         * @param timeout positive
         */
        public Builder<K, V> lockTimeout(Duration timeout) {
            if (timeout.toMillis() < 1) {
                throw new IllegalArgumentException("lockTimeout is " + timeout + ", must be at least 1 ms");
            }
            lockTimeout = timeout;
            return this;
        }

        /**
         * How much memory remembers what was written last, which saves the read before a write.
         *
         * @param bytes 0 for none
         */
        public Builder<K, V> cacheBytes(long bytes) {
            if (bytes < 0) {
                throw new IllegalArgumentException("cacheBytes is " + bytes + ", must not be negative");
            }
            cacheBytes = bytes;
            return this;
        }

        /** Lets {@link JdbcJoinStore#close()} close the data source, if that can be closed. */
        public Builder<K, V> closeDataSource() {
            closeDataSource = true;
            return this;
        }

        /**
         * The store.
         *
         * @throws IllegalStateException if {@code namespace} is not set
         * @throws StoreException if the database cannot be reached or is none of the known ones, or if the table is not
         *     there, or is one that would lose or confuse joins
         */
        public JdbcJoinStore<K, V> build() {
            if (namespace == null) {
                throw new IllegalStateException("namespace is not set");
            }
            JoinStoreConfig<K, V> config = JoinStoreConfig.of(namespace, keys, values);
            Connections connections = new Connections(dataSource);
            JdbcDialect found = dialect == null
                    ? connections.read(connection -> JdbcDialect.of(connection.getMetaData()))
                    : dialect;
            TableDefinition definition = new TableDefinition(found, table);
            long capacity =
                    createTableIfMissing ? created(connections, definition) : connections.read(definition::check);
            return new JdbcJoinStore<>(this, config, found, capacity);
        }

        /** Another node may be creating the table: it is there then before all of it is. */
        private static long created(Connections connections, TableDefinition definition) {
            for (int tries = 1; ; tries++) {
                try {
                    create(connections, definition);
                    return connections.read(definition::check);
                } catch (StoreException e) {
                    if (tries == MAX_TRIES_TO_CREATE) {
                        throw e;
                    }
                    Connections.pauseAfter(tries);
                }
            }
        }

        private static void create(Connections connections, TableDefinition definition) {
            if (!connections.read(definition::exists)) {
                connections.read(connection -> {
                    definition.create(connection);
                    return true;
                });
            }
        }
    }

    /** {@link #transactional(JoinSpec, InstantSource)} with the system's clock. */
    public <M, R> Joiner<M, R> transactional(JoinSpec<M, V, R> spec) {
        return transactional(spec, InstantSource.system());
    }

    /**
     * A joiner on this store whose effects are exactly once: what a message does to its join, and what handlers write
     * through {@link #handOverConnection()}, is one transaction.
     *
     * <p>A message locks the row of its key, and the lock lasts until its hand-over has ended: other messages of the key
     * wait, for {@code lockTimeout} at most, and are refused with a {@link dev.joiner.ContentionException} after some
     * tries. If {@code process} throws, everything is as it was before the message, and {@code accept} throws
     * {@link dev.joiner.ProcessingException}: unlike elsewhere the message is <em>not</em> stored, and is to be
     * redelivered. It is the same with a {@link StoreException}, but for one that says that the connection was lost
     * before it was known whether the transaction is committed: then a redelivery counts once with ids that are kept, or
     * with {@code rememberFor}.
     *
     * <p>A hand-over that fails in {@code sweep} or {@code release} is written down and tried again after its backoff,
     * without anything that its handler wrote. Batches are one transaction a message, and a hand-over cannot give
     * messages to a transactional joiner of the same store.
     *
     * @throws IllegalArgumentException if the spec has {@code atMostOnce}, or {@code retry}, whose attempts could not be
     *     counted by what is rolled back: the transport counts redeliveries
     */
    public <M, R> Joiner<M, R> transactional(JoinSpec<M, V, R> spec, InstantSource clock) {
        if (spec.atMostOnce()) {
            throw new IllegalArgumentException("atMostOnce contradicts a transaction, which is exactly once");
        }
        if (spec.maxAttempts() < Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "retry contradicts a transaction: an attempt that fails is rolled back and is not counted");
        }
        return new TransactionalJoiner<>(spec, this, transactions, clock);
    }

    /**
     * The connection of the transaction in which a hand-over runs on this thread.
     *
     * <p>Valid until the handler returns. It may be closed, which does nothing, but neither committed nor rolled back,
     * except to a savepoint.
     *
     * @throws IllegalStateException if no hand-over of a {@linkplain #transactional transactional} joiner of this store
     *     runs on this thread
     */
    public Connection handOverConnection() {
        JoinTransaction<K, V> transaction = transactions.current();
        if (transaction == null) {
            throw new IllegalStateException("no hand-over of a transactional joiner of this store runs on this thread");
        }
        return HandOverDataSource.connection(transaction);
    }

    /**
     * The store's data source for code that knows nothing of joins: within a hand-over of a
     * {@linkplain #transactional transactional} joiner it gives {@link #handOverConnection()}, and otherwise a connection
     * of its own.
     */
    public DataSource handOverDataSource() {
        return handOverDataSource;
    }

    @Override
    public @Nullable Versioned<V> find(K key) {
        String text = codec.text(key);
        try {
            Optional<Stored> found = connections.read(connection -> Optional.ofNullable(table.find(connection, text)));
            return seen(text, found.orElse(null));
        } catch (RuntimeException e) {
            guesses.invalidate(text);
            throw e;
        }
    }

    @Override
    public List<@Nullable Versioned<V>> findAll(List<K> keys) {
        return new Batch<>(this, keys).find();
    }

    @Override
    public @Nullable Versioned<V> guess(K key) {
        String text = codec.text(key);
        Stored stored = guesses.getIfPresent(text);
        return stored == null ? null : held(text, stored);
    }

    @Override
    public Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        String text = codec.text(key);
        Row row = next == null ? null : row(text, next);
        if (expected == null && row == null) {
            Versioned<V> held = find(key);
            return new Exchange<>(held == null, held);
        }
        try {
            for (int tries = 1; tries <= MAX_TRIES; tries++) {
                Done<Answer> done = connections.write(connection -> expected == null
                        ? table.insert(connection, Objects.requireNonNull(row))
                        : table.change(connection, new RowChange(text, expected.version(), row)));
                Stored witness = done.answer().witness();
                if (done.answer().won() || isMine(witness, row)) {
                    wrote(text, row);
                    return new Exchange<>(true, next);
                }
                requireKnown(done.repeated(), text);
                if (!isThere(expected, witness)) {
                    return new Exchange<>(false, seen(text, witness));
                }
                Connections.pauseAfter(tries);
            }
            throw new StoreException("key \"" + text + "\": " + MAX_TRIES
                    + " writes found something else than was expected, and what was expected was there after each");
        } catch (RuntimeException e) {
            guesses.invalidate(text);
            throw e;
        }
    }

    @Override
    public List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
        return new Batch<>(this, changes.stream().map(Change::key).toList()).exchange(changes);
    }

    /**
     * {@inheritDoc}
     *
     * <p>The choice is among the {@code 4 * limit} that have been due for longest.
     */
    @Override
    public List<Entry<K, V>> due(Instant now, int limit) {
        requirePositive(limit);
        long until = JoinState.millis(now);
        int enough = (int) Math.min(Integer.MAX_VALUE, 4L * limit);
        List<JoinTable.Keyed> oldest = connections.read(connection -> table.due(connection, until, enough));
        if (oldest.size() > limit) {
            Collections.shuffle(oldest, ThreadLocalRandom.current());
            oldest = oldest.subList(0, limit);
        }
        return entries(oldest);
    }

    /**
     * {@inheritDoc}
     *
     * <p>In the order of the keys' texts; a cursor is the last key of its page.
     */
    @Override
    public Page<K, V> scan(@Nullable String cursor, int limit) {
        requirePositive(limit);
        List<JoinTable.Keyed> page = connections.read(connection -> table.page(connection, cursor, limit));
        return new Page<>(
                entries(page), page.size() < limit ? null : page.get(limit - 1).key());
    }

    /** How many keys are held: exact, and as slow as the database is at counting. */
    @Override
    public long size() {
        return connections.read(table::count);
    }

    @Override
    public boolean isRemote() {
        return true;
    }

    /** Closes the data source if the store was told to, or was opened by URL; otherwise does nothing. */
    @Override
    public void close() {
        if (closeDataSource && dataSource instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new StoreException("the data source could not be closed: " + e.getMessage(), e);
            }
        }
    }

    // For batches and transactions

    Connections connections() {
        return connections;
    }

    DataSource dataSource() {
        return dataSource;
    }

    JoinTable table() {
        return table;
    }

    String text(K key) {
        return codec.text(key);
    }

    /** The row of a state that is to be written. */
    Row row(String text, Versioned<V> next) {
        JoinState<V> state = next.state();
        Row row = Row.of(text, next.version(), codec.bytes(text, state), state);
        if (row.state().length > stateCapacity) {
            throw new StoreException(
                    "key \"" + text + "\": the state has " + row.state().length + " bytes, the column takes "
                            + stateCapacity + "; nothing is written. Give the column a larger type");
        }
        return row;
    }

    Versioned<V> held(String text, Stored stored) {
        return codec.held(text, stored.version(), stored.state());
    }

    /** What was read under a key. */
    @Nullable
    Versioned<V> seen(String text, @Nullable Stored stored) {
        if (stored == null) {
            guesses.invalidate(text);
            return null;
        }
        guesses.put(text, stored);
        return held(text, stored);
    }

    void wrote(String text, @Nullable Row row) {
        if (row == null) {
            guesses.invalidate(text);
        } else {
            guesses.put(text, row.stored());
        }
    }

    void forget(String text) {
        guesses.invalidate(text);
    }

    /** Whether what is there is what was to be written: a try whose answer was lost has written it. */
    static boolean isMine(@Nullable Stored stored, @Nullable Row row) {
        return stored != null && row != null && stored.version() == row.version();
    }

    /**
     * Whether what was expected is there after an exchange was lost: what it was lost to has gone again, or was never
     * committed. That is no answer.
     */
    static boolean isThere(@Nullable Versioned<?> expected, @Nullable Stored witness) {
        if (expected == null || witness == null) {
            return expected == null && witness == null;
        }
        return expected.version() == witness.version();
    }

    /** A lost exchange may have been won by the try before, and been overwritten since. */
    static void requireKnown(boolean repeated, String text) {
        if (repeated) {
            throw new StoreException("key \"" + text
                    + "\": a connection was lost, and it is not known whether the write" + " had happened");
        }
    }

    private List<Entry<K, V>> entries(List<JoinTable.Keyed> rows) {
        List<Entry<K, V>> entries = new ArrayList<>(rows.size());
        for (JoinTable.Keyed row : rows) {
            entries.add(
                    codec.entry(row.key(), row.stored().version(), row.stored().state()));
        }
        return entries;
    }

    private static void requirePositive(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit is " + limit + ", must be at least 1");
        }
    }
}
