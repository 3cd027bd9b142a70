package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.Codec;
import dev.joiner.ContentionException;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.SweepReport;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import dev.joiner.testing.HandSetClock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In which order rows are locked, and how long a lock is waited for. */
@Timeout(120)
abstract class LockContract {
    private static final String ROW =
            "SELECT version FROM joiner_joins WHERE namespace = ? AND join_key = ? FOR UPDATE";

    private final Consumer<HikariConfig> options;
    private final String namespace = UUID.randomUUID().toString();
    private HikariDataSource pool;

    LockContract(Consumer<HikariConfig> options) {
        this.options = options;
    }

    /** Whether the driver runs the rest of a batch when one of its rows has failed. */
    boolean batchGoesOnAfterAFailure() {
        return false;
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

    /** Calls outside of transactions, while somebody else has a key locked. */
    @Nested
    class Outside {
        private final HandSetClock clock = new HandSetClock(Instant.EPOCH);
        private JdbcJoinStore<String, String> store;
        private KeyedJoiner<String, String, String, String> joiner;

        @BeforeEach
        void createJoiner() {
            store = store().lockTimeout(Duration.ofSeconds(1)).build();
            JoinSpec<String, String, String, String> spec = JoinSpec.joining(String.class)
                    .keyedBy(message -> message.substring(0, 1))
                    .<String>mergedBy((message, pending) -> message)
                    .sufficientWhen(value -> value.endsWith("!"))
                    .expireAfter(Duration.ofSeconds(1))
                    .joinOnExpiry()
                    .build();
            joiner = Joiner.create(spec, store, clock);
        }

        /** Does something while somebody else has the row of "k" locked. */
        private <T> T whileLocked(Callable<T> call) throws Exception {
            try (Connection other = pool.getConnection()) {
                other.setAutoCommit(false);
                lock(other, "k", "");
                try {
                    return call.call();
                } finally {
                    other.rollback();
                }
            }
        }

        private void assertWaitsOnce(ThrowingCallable call) {
            long began = System.nanoTime();
            assertThatExceptionOfType(ContentionException.class)
                    .isThrownBy(call)
                    .withMessageContaining("\"k\"")
                    .withMessageContaining("nothing is written");
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .as("12 tries would be 12 s")
                    .isBetween(Duration.ofMillis(900), Duration.ofSeconds(9));
        }

        @Test
        void waitOnceAndWriteNothing() throws Exception {
            joiner.accept("k1");

            whileLocked(() -> {
                assertWaitsOnce(() -> joiner.accept("k2"));
                assertWaitsOnce(() -> joiner.accept("k3!"));
                assertWaitsOnce(() -> joiner.release("k"));
                assertWaitsOnce(() -> joiner.drop("k"));
                assertThat(joiner.find("k")).hasSize(1);
                return null;
            });

            assertThat(store.find("k").state().open().value()).isEqualTo("k1");
            assertThat(joiner.accept("k2!")).isInstanceOf(Outcome.Joined.class);
        }

        /** No part is there without the row that counts it. */
        @Test
        void appendNothingWithoutTheRowOfTheKey() throws Exception {
            Joiner<String, String> collecting = Joiner.create(
                    JoinSpec.joining(String.class)
                            .keyedBy(message -> message.substring(0, 1))
                            .<String>mergedBy((message, pending) -> message)
                            .collecting(message -> message, Codec.string())
                            .sufficientWhen((value, parts) -> parts == 2)
                            .identifiedBy(message -> message)
                            .process(parts -> String.join("+", parts))
                            .build(),
                    store,
                    clock);
            collecting.acceptAll(List.of("j1", "k1", "l1"));

            whileLocked(() -> {
                assertWaitsOnce(() -> collecting.accept("k2"));
                assertThatOnlyKFailed(collecting.acceptAll(List.of("j2", "k3", "l2")));
                return null;
            });

            assertThat(collecting.accept("k3")).isEqualTo(new Outcome.Joined<>("k1+k3", true));
        }

        @Test
        void waitOnceForAKeyThatIsNew() throws Exception {
            Pause pause = new Pause();
            Joiner<String, String> transactional = store.transactional(JoinSpec.joining(String.class)
                    .keyedBy(message -> message.substring(0, 1))
                    .<String>mergedBy((message, pending) -> message)
                    .sufficientWhen(value -> true)
                    .process((value, handOver) -> {
                        pause.take();
                        return value;
                    })
                    .build());
            CompletableFuture<Outcome<String>> first = CompletableFuture.supplyAsync(() -> transactional.accept("k"));
            pause.awaitHandler();

            assertWaitsOnce(() -> joiner.accept("k1"));
            List<Outcome<String>> outcomes = joiner.acceptAll(List.of("j1", "k1", "l1"));

            assertThatOnlyKFailed(outcomes);
            pause.end();
            assertThat(first.get(1, TimeUnit.MINUTES)).isInstanceOf(Outcome.Joined.class);
            assertThat(store.find("k")).isNull();
        }

        private void assertThatOnlyKFailed(List<Outcome<String>> outcomes) {
            assertThat(outcomes.get(0).isSafe()).isTrue();
            assertThat(outcomes.get(1)).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                assertThat(failed.isSafe()).isFalse();
                assertThat(failed.cause())
                        .isInstanceOf(ContentionException.class)
                        .hasMessageContaining("nothing is written");
            });
            assertThat(outcomes.get(2).isSafe()).isTrue();
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "!"})
        void failAloneInABatch(String end) throws Exception {
            joiner.acceptAll(List.of("j1", "k1", "l1"));

            List<Outcome<String>> outcomes =
                    whileLocked(() -> joiner.acceptAll(List.of("j2" + end, "k2" + end, "l2" + end)));

            assertThatOnlyKFailed(outcomes);
            assertThat(store.find("k").state().open().value()).isEqualTo("k1");
            assertThat(Optional.ofNullable(store.find("j"))
                            .map(held -> held.state().open().value()))
                    .isEqualTo(end.isEmpty() ? Optional.of("j2") : Optional.empty());
        }

        @Test
        void waitOnceForAllKeysOfABatch() throws Exception {
            assumeFalse(batchGoesOnAfterAFailure(), "a batch of the driver waits for each of its rows");
            List<String> keys =
                    IntStream.range(0, 12).mapToObj(i -> (char) ('a' + i) + "1").toList();
            joiner.acceptAll(keys);
            try (Connection other = pool.getConnection()) {
                other.setAutoCommit(false);
                for (String key : keys) {
                    lock(other, key.substring(0, 1), "");
                }
                long began = System.nanoTime();

                assertThat(joiner.acceptAll(keys)).allMatch(Outcome.Failed.class::isInstance);

                assertThat(Duration.ofNanos(System.nanoTime() - began))
                        .as("once for each would be 13 s")
                        .isLessThan(Duration.ofSeconds(9));
                other.rollback();
            }
        }

        @Test
        void failAloneAmongRemovals() throws Exception {
            List<Change<String, String>> begin = Stream.of("j", "k", "l")
                    .map(key -> new Change<>(key, (Versioned<String>) null, open(1)))
                    .toList();
            store.compareAndExchangeAll(begin);

            List<Exchange<String>> exchanges = whileLocked(() -> store.compareAndExchangeAll(begin.stream()
                    .map(change -> new Change<>(change.key(), change.next(), (Versioned<String>) null))
                    .toList()));

            assertThat(exchanges).extracting(Exchange::won).containsExactly(true, false, true);
            assertThat(exchanges.get(1).refusal()).isInstanceOf(ContentionException.class);
            assertThat(store.size()).isEqualTo(1);
        }

        /** Whatever else is in the table, so that there is something to choose another plan for. */
        @Test
        void doNotWaitForTheKeysOfOthers() throws Exception {
            store = store().lockTimeout(Duration.ofHours(1)).build();
            List<Change<String, String>> many = IntStream.range(0, 100)
                    .mapToObj(i -> new Change<>("j" + i, (Versioned<String>) null, open(1)))
                    .toList();
            store.compareAndExchangeAll(many);
            joiner.accept("k1");

            whileLocked(() -> {
                for (int count = 1; count < 4; count++) {
                    List<Change<String, String>> removals = many.subList(count * 10, count * 10 + count).stream()
                            .map(change -> new Change<>(change.key(), change.next(), (Versioned<String>) null))
                            .toList();
                    assertThat(store.compareAndExchangeAll(removals)).containsOnly(Exchange.written());
                }
                return null;
            });
        }

        @Test
        void failAloneInASweep() throws Exception {
            joiner.acceptAll(List.of("j1", "k1", "l1"));
            clock.advance(Duration.ofMinutes(1));

            SweepReport report = whileLocked(() -> joiner.sweep());

            assertThat(report.joined()).isEqualTo(2);
            assertThat(report.failures()).singleElement().satisfies(failure -> {
                assertThat(failure.key()).isEqualTo("k");
                assertThat(failure.cause()).isInstanceOf(ContentionException.class);
            });
            assertThat(joiner.sweep().joined()).isEqualTo(1);
        }
    }
}
