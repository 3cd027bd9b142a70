package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.Codec;
import dev.joiner.ContentionException;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** In which order rows are locked, and how long a lock is waited for. */
abstract class LockContract {
    private static final String ROW =
            "SELECT version FROM joiner_joins WHERE namespace = ? AND join_key = ? FOR UPDATE";

    private final Consumer<HikariConfig> options;
    private final String namespace = UUID.randomUUID().toString();
    private HikariDataSource pool;

    LockContract(Consumer<HikariConfig> options) {
        this.options = options;
    }

    @BeforeEach
    void open() {
        HikariConfig config = new HikariConfig();
        options.accept(config);
        pool = new HikariDataSource(config);
    }

    @AfterEach
    void close() {
        if (pool != null) {
            pool.close();
        }
    }

    private JdbcJoinStore.Builder<String, String> store() {
        return JdbcJoinStore.builder(pool)
                .namespace(namespace)
                .valueCodec(Codec.string())
                .createTableIfMissing();
    }

    private static Versioned<String> open(long version) {
        Join<String> join = new Join<>("a", 1, 1_000, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false);
        return Versioned.of(version, new JoinState<>(join, List.of(), null, 0));
    }

    private void lock(Connection connection, String key, String how) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(ROW + how)) {
            select.setString(1, namespace);
            select.setString(2, key);
            select.executeQuery().close();
        }
    }

    private boolean isLocked(String key) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            lock(connection, key, " NOWAIT");
            return false;
        } catch (SQLException e) {
            assertThat(SqlFailure.of(e)).isEqualTo(SqlFailure.LOCK_TIMEOUT);
            return true;
        }
    }

    /** Two nodes that write the same keys lock them in the same order, whatever order they were given in. */
    @Test
    void batchLocksItsKeysInTheirOrder() throws Exception {
        JdbcJoinStore<String, String> store = store().build();
        List<Change<String, String>> begin = Stream.of("c", "b", "a")
                .map(key -> new Change<>(key, (Versioned<String>) null, open(1)))
                .toList();
        assertThat(store.compareAndExchangeAll(begin)).containsOnly(Exchange.written());
        List<Change<String, String>> grow = begin.stream()
                .map(change -> new Change<>(change.key(), change.next(), open(2)))
                .toList();
        CompletableFuture<List<Exchange<String>>> written;
        try (Connection other = pool.getConnection()) {
            other.setAutoCommit(false);
            lock(other, "b", "");

            written = CompletableFuture.supplyAsync(() -> store.compareAndExchangeAll(grow));

            await().until(() -> isLocked("a"));
            assertThat(isLocked("c")).isFalse();
            other.rollback();
        }
        assertThat(written.get(1, TimeUnit.MINUTES)).containsOnly(Exchange.written());
    }

    private Joiner<String, String> joiner(JdbcJoinStore<String, String> store) {
        return store.transactional(JoinSpec.joining(String.class)
                .keyedBy(message -> "k")
                .<String>mergedBy((message, pending) -> message)
                .sufficientWhen(value -> true)
                .build());
    }

    static Stream<Duration> timeouts() {
        return Stream.of(
                Duration.ofMillis(900),
                Duration.ofSeconds(100),
                Duration.ofMillis(Integer.MAX_VALUE),
                Duration.ofDays(100),
                Duration.ofSeconds(Long.MAX_VALUE));
    }

    /** The message is still not through after the time that somebody who does not wait at all takes. */
    @ParameterizedTest
    @MethodSource("timeouts")
    void lockIsWaitedFor(Duration timeout) throws Exception {
        JdbcJoinStore<String, String> store = store().lockTimeout(timeout).build();
        assertThat(store.compareAndExchange("k", null, open(1)).won()).isTrue();
        Joiner<String, String> joiner = joiner(store);
        CompletableFuture<Outcome<String>> joined;
        try (Connection other = pool.getConnection()) {
            other.setAutoCommit(false);
            lock(other, "k", "");

            joined = CompletableFuture.supplyAsync(() -> joiner.accept("a"));

            await().pollDelay(Duration.ofMillis(200)).until(() -> true);
            assertThat(joined).isNotDone();
            other.rollback();
        }
        assertThat(joined.get(1, TimeUnit.MINUTES)).isInstanceOf(Outcome.Joined.class);
    }

    @Test
    void lockIsWaitedForOnce() throws Exception {
        JdbcJoinStore<String, String> store =
                store().lockTimeout(Duration.ofSeconds(1)).build();
        assertThat(store.compareAndExchange("k", null, open(1)).won()).isTrue();
        Joiner<String, String> joiner = joiner(store);
        try (Connection other = pool.getConnection()) {
            other.setAutoCommit(false);
            lock(other, "k", "");
            long began = System.nanoTime();

            assertThatThrownBy(() -> joiner.accept("a")).isInstanceOf(ContentionException.class);

            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .as("20 tries would be 20 s")
                    .isBetween(Duration.ofMillis(900), Duration.ofSeconds(15));
            other.rollback();
        }
    }
}
