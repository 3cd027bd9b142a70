package dev.joiner.store.jdbc;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.joiner.Codec;
import dev.joiner.ContentionException;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.StoreException;
import dev.joiner.ValueTooLargeException;
import dev.joiner.engine.HandOverScope;
import dev.joiner.spi.EntryCodec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.PartsChange;
import dev.joiner.spi.PartsChange.Append;
import dev.joiner.spi.StoredParts.Part;
import dev.joiner.spi.Versioned;
import dev.joiner.store.jdbc.Connections.Done;
import dev.joiner.store.jdbc.JoinTable.DueKey;
import dev.joiner.store.jdbc.JoinTable.RowPage;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A store of joins in tables of a relational database: one row for each key, and in a second table one for each part that a join has
 * collected.
 *
 * <p>It is thread-safe, and shared by all nodes that open the same table with the same namespace. An exchange is a
 * transaction of its own, of one statement if no parts are collected, whatever the connection's isolation; a connection goes back to the data source
 * as it came, with auto-commit on or off.
 *
 * <p>What the database has rolled back (a deadlock, a lost race, a lock not had in time) is tried again a few times.
 * When a connection is lost in the middle of a write, the write is tried again on another one, and is a
 * {@link StoreException} if that does not show whether it had happened.
 *
 * <pre>{@code
 * JdbcJoinStore<UUID, Order> store = JdbcJoinStore.builder(dataSource)
 *         .namespace("orders")
 *         .keyCodec(KeyCodec.uuid())
 *         .valueCodec(JacksonCodec.of(Order.class))
 *         .build();
 * }</pre>
 *
 * @param <K> the keys
 * @param <V> the values that the joins merge
 */
public final class JdbcJoinStore<K, V> implements JoinStore<K, V> {
    private static final int MAX_TRIES = 64;
    private static final int MAX_TRIES_TO_CREATE = 10;
    /** PostgreSQL's longest; that of the others is longer. */
    private static final Duration LONGEST_LOCK_TIMEOUT = Duration.ofMillis(Integer.MAX_VALUE);

    private static final long MAX_PAGE_BYTES = 4L << 20;
    private static final long DEFAULT_MAX_ENTRY_BYTES = 64L << 20;

    private final EntryCodec<K, V> codec;
    private final DataSource dataSource;
    private final Connections connections;
    private final JoinTable table;
    /** The same, but that it does not wait for locks, where the database lets it. */
    private final JoinTable impatient;

    private final String description;
    /** Keeps the versions that two processes draw apart, even if their generators should begin alike. */
    private final long salt = new SecureRandom().nextLong();

    /** What this store wrote or saw last. Bytes, as a merge may change an object that it is given. */
    private final Cache<String, Stored> guesses;

    private final CurrentTransaction currentTransaction;
    private final HandOverDataSource handOverDataSource;
    private final boolean closeDataSource;

    private JdbcJoinStore(
            Builder<K, V> builder,
            JoinStoreConfig<K, V> config,
            Connections connections,
            JdbcDialect dialect,
            long maxEntryBytes) {
        codec = new EntryCodec<>(config, maxEntryBytes);
        dataSource = builder.dataSource;
        this.connections = connections;
        table = dialect.table(builder.table.toString(), config.namespace(), builder.lockTimeout);
        impatient = dialect.table(builder.table.toString(), config.namespace(), Duration.ZERO);
        description = dialect + " table " + builder.table + ", namespace \"" + config.namespace() + "\"";
        guesses = Caffeine.newBuilder()
                .maximumWeight(builder.cacheBytes)
                .<String, Stored>weigher((key, stored) -> 2 * key.length() + stored.state().length + 64)
                .executor(Runnable::run)
                .build();
        currentTransaction = new CurrentTransaction(builder.handlerScope);
        handOverDataSource = new HandOverDataSource(dataSource, currentTransaction);
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
        private long maxEntryBytes = DEFAULT_MAX_ENTRY_BYTES;
        private CallersTransaction callersTransaction = CallersTransaction.REFUSE;
        private Predicate<? super Connection> callersTransactionWhen = connection -> false;
        private @Nullable HandOverScope handlerScope;
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

        /** Sets the codec of keys. */
        @SuppressWarnings("unchecked") // nothing else of the type is held: it is this very builder
        public <T> Builder<T, V> keyCodec(KeyCodec<T> keys) {
            Builder<T, V> retyped = (Builder<T, V>) this;
            retyped.keys = Objects.requireNonNull(keys, "keyCodec");
            return retyped;
        }

        /** Sets the codec of values. */
        @SuppressWarnings("unchecked") // as above
        public <T> Builder<K, T> valueCodec(Codec<T> values) {
            Builder<K, T> retyped = (Builder<K, T>) this;
            retyped.values = Objects.requireNonNull(values, "valueCodec");
            return retyped;
        }

        /**
         * Sets the table. That of the parts has the same name with {@code _parts} behind it.
         *
         * @param name an identifier of up to 54 letters, digits and underscores, or two with a dot in between: schema and
         *     table
         * @throws IllegalArgumentException if it is anything else
         */
        public Builder<K, V> table(String name) {
            table = TableName.of(name);
            return this;
        }

        /** Creates those tables that are not there, as the file in the jar does. Needs the permission to do so. */
        public Builder<K, V> createTableIfMissing() {
            createTableIfMissing = true;
            return this;
        }

        /** Sets whose statements are used, whatever the database says of itself. */
        public Builder<K, V> dialect(JdbcDialect dialect) {
            this.dialect = Objects.requireNonNull(dialect, "dialect");
            return this;
        }

        /**
         * Sets how long a call waits for a key that a {@linkplain JdbcJoinStore#transactional transaction} has locked; 10 seconds
         * by default. It is then refused with a {@link ContentionException}, and nothing is written. PostgreSQL takes
         * milliseconds, MariaDB whole seconds (it waits for the next one); on H2 and MySQL the connection's own timeout counts:
         * a call waits for that once, and a call outside of transactions again until this time is over. Statements of handlers
         * wait as long as their connection says.
         *
         * @param timeout at least a millisecond; more than 24 days are as good as these
         */
        public Builder<K, V> lockTimeout(Duration timeout) {
            if (timeout.compareTo(Duration.ofMillis(1)) < 0) {
                throw new IllegalArgumentException("lockTimeout is " + timeout + ", must be at least 1 ms");
            }
            lockTimeout = timeout.compareTo(LONGEST_LOCK_TIMEOUT) > 0 ? LONGEST_LOCK_TIMEOUT : timeout;
            return this;
        }

        /**
         * Sets how much memory remembers what was written last, which saves the read before a write.
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

        /**
         * Sets how large the state of a key may become, in bytes; 64 MiB by default. What is larger is refused with a
         * {@link ValueTooLargeException}, rather than fill the memory of every node that reads it. It is less if
         * the column or the statements of the database take less, see {@link JdbcJoinStore#maxEntryBytes()}.
         *
         * @param bytes positive
         */
        public Builder<K, V> maxEntryBytes(long bytes) {
            if (bytes < 1) {
                throw new IllegalArgumentException("maxEntryBytes is " + bytes + ", must be at least 1");
            }
            maxEntryBytes = bytes;
            return this;
        }

        /**
         * Sets what the store does when its data source hands out a connection that is inside a transaction of the caller's;
         * {@link CallersTransaction#REFUSE} by default.
         *
         * <p>A connection is taken to be inside one if its auto-commit is off although it was on when the store was opened. If
         * auto-commit is always off, the database is asked before each call whether the transaction has done anything yet, which
         * costs a round trip; H2 and PostgreSQL report only transactions that have written. Use {@link #callersTransactionWhen} for
         * what neither reveals.
         *
         * <p>A store that takes part promises nothing until the caller commits: if the caller rolls back, what {@code accept}
         * returned has not happened. Keys stay locked until then.
         */
        public Builder<K, V> callersTransaction(CallersTransaction choice) {
            callersTransaction = Objects.requireNonNull(choice, "callersTransaction");
            return this;
        }

        /**
         * Sets a test for connections that are inside a transaction of the caller's without showing it, such as those of a
         * container that appear to have auto-commit. It is asked about each connection that the data source hands out.
         */
        public Builder<K, V> callersTransactionWhen(Predicate<? super Connection> isInside) {
            callersTransactionWhen = Objects.requireNonNull(isInside, "callersTransactionWhen");
            return this;
        }

        /**
         * Sets what is called around each handler of a {@linkplain JdbcJoinStore#transactional transactional} joiner, inside its
         * transaction. An integration uses it to bind {@link JdbcJoinStore#handOverConnection()} to the thread, for code that looks
         * for its connection there. What it throws undoes the hand-over. With a scope, transactions in which a handler,
         * {@code onIncomplete} or {@code onLate} was called are committed whether or not it is known that those wrote anything.
         */
        public Builder<K, V> handlerScope(HandOverScope scope) {
            handlerScope = Objects.requireNonNull(scope, "handlerScope");
            return this;
        }

        /** Lets {@link JdbcJoinStore#close()} close the data source, if that can be closed. */
        public Builder<K, V> closeDataSource() {
            closeDataSource = true;
            return this;
        }

        /**
         * Opens the store.
         *
         * @throws IllegalStateException if {@code namespace} is not set
         * @throws StoreException if the database cannot be reached or is none of the known ones, if the store is opened inside a
         *     transaction of the caller's, or if the table is not there, or would lose or confuse joins
         */
        public JdbcJoinStore<K, V> build() {
            if (namespace == null) {
                throw new IllegalStateException("namespace is not set");
            }
            JoinStoreConfig<K, V> config = JoinStoreConfig.of(namespace, keys, values);
            Connections unchecked = new Connections(dataSource, lockTimeout);
            CallersTransactions callers = unchecked.ask(connection -> CallersTransactions.of(
                    connection,
                    dialect == null ? JdbcDialect.of(connection.getMetaData()) : dialect,
                    callersTransaction,
                    callersTransactionWhen));
            Connections connections = unchecked.within(callers);
            JdbcDialect found = callers.dialect();
            TableDefinition definition = new TableDefinition(found, table);
            long capacity =
                    createTableIfMissing ? created(connections, definition) : connections.read(definition::check);
            boolean isUninterrupted = found == JdbcDialect.H2
                    && callersTransaction == CallersTransaction.REFUSE
                    && connections.read(JdbcDialect::isFileOfH2);
            return new JdbcJoinStore<>(
                    this,
                    config,
                    isUninterrupted ? connections.uninterrupted() : connections,
                    found,
                    Math.min(capacity, maxEntryBytes));
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
            // Apart from each other: PostgreSQL does nothing more in a transaction in which one of them was not there.
            boolean hasTable = connections.read(definition::hasTable);
            boolean hasParts = connections.read(definition::hasParts);
            if (!hasTable || !hasParts) {
                connections.read(connection -> {
                    definition.create(connection, hasTable, hasParts);
                    return true;
                });
            }
        }
    }

    /** Creates a joiner as {@link #transactional(JoinSpec, InstantSource)} does, with the system's clock. */
    public <M, R> KeyedJoiner<M, K, V, R> transactional(JoinSpec<M, K, V, R> spec) {
        return transactional(spec, InstantSource.system());
    }

    /**
     * Creates a joiner on this store whose effects are exactly once: what a message does to its join, and what handlers write
     * through {@link #handOverConnection()}, is one transaction.
     *
     * <p>A message locks the row of its key, and the lock lasts until its hand-over has ended: other messages of the key
     * wait, for {@code lockTimeout} at most, and are refused with a {@link ContentionException} after some
     * tries. If {@code process} throws, everything is as it was before the message, and {@code accept} throws
     * {@link UndoneException}: unlike elsewhere the message is <em>not</em> stored, and is to be redelivered. It is the same
     * with a {@link StoreException}, but for one that says that the connection was lost before it was known whether the
     * transaction is committed: then a redelivery counts once with ids that are kept, or with {@code rememberFor}.
     *
     * <p>A hand-over that fails in {@code sweep} or {@code release} is counted and tried again after its backoff, without
     * anything that its handler wrote. A batch is one transaction for each message, and a handler cannot give messages to a
     * transactional joiner of the same store. {@code onIncomplete} and {@code onLate} are part of the transaction: if one throws,
     * nothing is stored, and the exception passes through.
     *
     * <p>{@code retry} limits the attempts of sweeps and releases. Those of messages are the transport's, which redelivers them: they
     * are not counted, and poison nothing.
     *
     * <pre>{@code
     * Joiner<Part, Order> joiner = store.transactional(JoinSpec.joining(Part.class)
     *         .keyedBy(Part::orderId)
     *         .mergedBy(Order::with)
     *         .sufficientWhen(Order::isWhole)
     *         .identifiedBy(Part::id)
     *         .rememberFor(Duration.ofDays(1))
     *         .process((order, handOver) -> {
     *             try (Connection connection = store.handOverConnection();
     *                     PreparedStatement insert =
     *                             connection.prepareStatement("INSERT INTO orders VALUES (?, ?)")) {
     *                 insert.setString(1, order.id().toString());
     *                 insert.setBigDecimal(2, order.total());
     *                 insert.executeUpdate();
     *             }
     *             return order;
     *         })
     *         .build());
     * }</pre>
     *
     * @throws IllegalArgumentException if the spec has {@code atMostOnce}
     */
    public <M, R> KeyedJoiner<M, K, V, R> transactional(JoinSpec<M, K, V, R> spec, InstantSource clock) {
        return new TransactionalJoiner<>(spec, this, currentTransaction, clock);
    }

    /**
     * Returns the connection of the transaction in which a handler runs on this thread.
     *
     * <p>Valid until the handler returns. It may be closed, which ends nothing, but neither committed nor rolled back, except to a
     * savepoint. A handler that ends the transaction by SQL lets its message fail.
     *
     * @throws IllegalStateException if no handler, {@code onIncomplete} or {@code onLate} of a
     *     {@linkplain #transactional transactional} joiner of this store runs on this thread
     */
    public Connection handOverConnection() {
        return handOverDataSource.handOverConnection();
    }

    /**
     * Returns the store's data source for code that knows nothing of joins: within handlers, {@code onIncomplete} and
     * {@code onLate} of a {@linkplain #transactional transactional} joiner it gives the connection of the transaction, within its
     * other functions an exception, and otherwise a connection of its own.
     *
     * <p>Transaction managers may work with it. In a hand-over, {@code commit} does nothing, since the hand-over has yet to end;
     * {@code rollback} lets the hand-over fail, and with it everything is undone; {@code setAutoCommit}, {@code setReadOnly} and
     * {@code setTransactionIsolation} are ignored.
     */
    public DataSource handOverDataSource() {
        return handOverDataSource;
    }

    @Override
    public @Nullable Versioned<V> find(K key) {
        String text = codec.text(key);
        try {
            return seen(text, stored(text).orElse(null));
        } catch (RuntimeException e) {
            guesses.invalidate(text);
            throw e;
        }
    }

    @Override
    public List<@Nullable Versioned<V>> findAll(List<K> keys) {
        return new Batch<>(this).find(keys);
    }

    @Override
    public @Nullable Versioned<V> guess(K key) {
        String text = codec.text(key);
        Stored stored = guesses.getIfPresent(text);
        return stored == null ? null : held(text, stored);
    }

    /**
     * {@inheritDoc}
     *
     * @throws ContentionException if others kept the key locked for longer than {@code lockTimeout}, or if a handler of a
     *     {@linkplain #transactional transactional} joiner, on this thread, is the one that has it locked; nothing is written
     */
    @Override
    public Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        return exchange(key, expected, next, true);
    }

    /** Does the same for a key of a batch that has waited for its locks already, and in vain. */
    Exchange<V> exchangeWithoutWaiting(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        return exchange(key, expected, next, false);
    }

    private Exchange<V> exchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next, boolean waits) {
        String text = codec.text(key);
        Row row = next == null ? null : row(text, next);
        KeyParts parts = parts(text, PartsChange.between(expected, next));
        if (expected == null && row == null) {
            Versioned<V> held = find(key);
            return held == null ? Exchange.written() : Exchange.lost(held);
        }
        try {
            currentTransaction.requireNotLocked(text);
            Long replaced = expected == null ? null : expected.version();
            for (int tries = 1; tries <= MAX_TRIES; tries++) {
                Done<Answer> done = waits ? write(replaced, row, parts) : writeWithoutWaiting(replaced, row, parts);
                Stored witness = done.answer().witness();
                if (done.answer().won() || isMine(witness, row)) {
                    wrote(text, row);
                    return Exchange.written();
                }
                requireKnown(done.repeated(), text);
                if (!done.answer().present().isEmpty()) {
                    return Exchange.present(done.answer().present());
                }
                if (!isThere(expected, witness)) {
                    return Exchange.lost(seen(text, witness));
                }
                if (expected == null) {
                    replaced = witness == null ? null : witness.version(); // a placeholder that was left behind
                }
                Connections.pauseAfter(tries);
            }
            throw new StoreException("key \"" + text + "\": " + MAX_TRIES
                    + " writes found something else than was expected, and what was expected was there after each");
        } catch (LockTimeoutException e) {
            guesses.invalidate(text);
            throw e.of(text);
        } catch (RuntimeException e) {
            guesses.invalidate(text);
            throw e;
        }
    }

    /** @param replaced the version of the row that is to be replaced; null: there is to be none */
    private Done<Answer> write(@Nullable Long replaced, @Nullable Row row, KeyParts parts) {
        return connections.write(connection -> write(table, connection, replaced, row, parts));
    }

    private Done<Answer> writeWithoutWaiting(@Nullable Long replaced, @Nullable Row row, KeyParts parts) {
        return connections
                .withoutWaiting()
                .write(connection -> impatient.withoutWaiting(
                        connection, parts.key(), () -> write(impatient, connection, replaced, row, parts)));
    }

    private Answer write(
            JoinTable table, Connection connection, @Nullable Long replaced, @Nullable Row row, KeyParts parts)
            throws SQLException {
        return parts.change().isNone()
                ? table.exchange(connection, parts.key(), replaced, row)
                : table.exchange(connection, replaced, row, parts, maxEntryBytes());
    }

    @Override
    public List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
        return new Batch<>(this).exchange(changes);
    }

    @Override
    public List<Due<K>> due(Instant from, Instant upTo, int limit) {
        return due(from, upTo, limit, key -> {});
    }

    /**
     * Does {@link #due(Instant, Instant, int)}, and takes out the placeholders that it meets.
     *
     * @param removed is given the texts of their keys
     */
    List<Due<K>> due(Instant from, Instant upTo, int limit, Consumer<String> removed) {
        requirePositive(limit);
        long first = JoinState.millis(from);
        long last = JoinState.millis(upTo);
        int asked = limit;
        while (true) {
            int rows = asked;
            List<DueKey> found = connections.read(connection -> table.due(connection, first, last, rows));
            List<String> placeholders = found.stream()
                    .filter(DueKey::isPlaceholder)
                    .map(DueKey::key)
                    .toList();
            Set<String> gone = placeholders.isEmpty() ? Set.of() : deletePlaceholders(placeholders);
            gone.forEach(removed);
            asked = limit + placeholders.size() - gone.size();
            // Fewer than the limit are to be all that there are.
            if (found.size() == rows && (asked > rows || !gone.isEmpty())) {
                continue;
            }
            return found.stream()
                    .filter(due -> !due.isPlaceholder())
                    .limit(limit)
                    .map(due -> codec.due(due.key(), due.at(), due.bytes()))
                    .toList();
        }
    }

    private Set<String> deletePlaceholders(List<String> keys) {
        List<String> some = keys.subList(0, Math.min(keys.size(), Chunks.MAX_ROWS));
        return connections.read(connection -> table.deletePlaceholders(connection, some));
    }

    /**
     * {@inheritDoc}
     *
     * <p>In the order of the keys' texts; a cursor is the last key of its page. A page ends with the entry that makes 4 MiB full.
     */
    @Override
    public Page<K, V> scan(@Nullable String cursor, int limit) {
        requirePositive(limit);
        RowPage page = connections.read(connection -> table.page(connection, cursor, limit, MAX_PAGE_BYTES));
        List<JoinTable.Keyed> rows = page.rows();
        return new Page<>(
                entries(rows), page.last() ? null : rows.get(rows.size() - 1).key());
    }

    /** Counts the keys: exactly, and as slowly as the database counts. */
    @Override
    public long size() {
        return connections.read(table::count);
    }

    /**
     * {@inheritDoc}
     *
     * <p>The least of what the builder says, what the columns take and what the database takes as a statement (on MariaDB and
     * MySQL half of {@code max_allowed_packet}), as it was when the store was opened.
     */
    @Override
    public long maxEntryBytes() {
        return codec.maxBytes();
    }

    @Override
    public boolean isRemote() {
        return true;
    }

    @Override
    public boolean collects() {
        return true;
    }

    /**
     * {@inheritDoc}
     *
     * <p>A page ends with the part that makes 4 MiB full.
     */
    @Override
    public List<Part> parts(K key, long number, int from, int limit) {
        requirePositive(limit);
        String text = codec.text(key);
        return connections.read(connection -> parts(connection, text, number, from, limit));
    }

    List<Part> parts(Connection connection, String text, long number, int from, int limit) throws SQLException {
        return table.parts.page(connection, text, number, from, limit, MAX_PAGE_BYTES);
    }

    @Override
    public Map<String, Long> present(K key, Collection<Long> numbers, Collection<String> ids) {
        String text = codec.text(key);
        return connections.read(connection -> table.parts.present(connection, text, numbers, ids));
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

    JoinTable table() {
        return table;
    }

    CurrentTransaction currentTransaction() {
        return currentTransaction;
    }

    String text(K key) {
        return codec.text(key);
    }

    /** What is in the row of a key. */
    Optional<Stored> stored(String text) {
        return connections.read(connection -> Optional.ofNullable(table.find(connection, text)));
    }

    /**
     * The row of a state that is to be written.
     *
     * @throws dev.joiner.CodecException if the state cannot be encoded
     * @throws ValueTooLargeException if it is too large
     */
    Row row(String text, Versioned<V> next) {
        JoinState<V> state = next.state();
        return Row.of(text, next.version(), codec.bytes(text, state), codec.isText(), state);
    }

    /**
     * What an exchange does to the parts of its key.
     *
     * @throws ValueTooLargeException if one of them is too large
     */
    KeyParts parts(String text, PartsChange change) {
        for (Append append : change.appended()) {
            for (Part part : append.parts()) {
                int size = part.bytes() == null ? 0 : part.bytes().length;
                if (size > maxEntryBytes()) {
                    throw new ValueTooLargeException(text, size, maxEntryBytes());
                }
            }
        }
        return new KeyParts(text, change);
    }

    /** A random number that nobody else draws. */
    long newVersion() {
        return ThreadLocalRandom.current().nextLong() ^ salt;
    }

    Versioned<V> held(String text, Stored stored) {
        return codec.held(text, stored.version(), stored.state());
    }

    /** What was read under a key. */
    @Nullable
    Versioned<V> seen(String text, @Nullable Stored stored) {
        if (stored == null || stored.isPlaceholder()) {
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
     * Whether what was expected is there after an exchange was lost: what it was lost to has gone again, was never committed, or
     * stands for nothing. That is no answer.
     */
    static boolean isThere(@Nullable Versioned<?> expected, @Nullable Stored witness) {
        if (witness == null || witness.isPlaceholder()) {
            return expected == null;
        }
        return expected != null && expected.version() == witness.version();
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
            Stored stored = row.stored();
            if (!stored.isPlaceholder()) {
                entries.add(codec.entry(row.key(), stored.version(), stored.state()));
            }
        }
        return entries;
    }

    private static void requirePositive(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit is " + limit + ", must be at least 1");
        }
    }

    /** The database, the table and the namespace. */
    @Override
    public String toString() {
        return "JdbcJoinStore[" + description + "]";
    }
}
