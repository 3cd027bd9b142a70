package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.doNothing;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.StoredParts;
import dev.joiner.spi.StoredParts.Part;
import dev.joiner.spi.Versioned;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of an exchange when the database fails, before it has happened or after. */
class DatabaseFailureTest {
    private static final AtomicLong VERSIONS = new AtomicLong();
    private static final String LOST = "08006";
    private static final String DEADLOCK = "40001";

    private JdbcConnectionPool pool;
    private ObservedDataSource observed;
    private JdbcJoinStore<String, String> store;
    private JdbcJoinStore<String, String> other;

    @BeforeEach
    void open() {
        pool = JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID(), "sa", "");
        observed = new ObservedDataSource(pool);
        store = store(observed.dataSource());
        other = store(pool);
        observed.statements();
    }

    @AfterEach
    void close() {
        assertThat(observed.hasFaultsLeft()).isFalse();
        assertThat(observed.connections()).isZero();
        pool.dispose();
    }

    private static JdbcJoinStore<String, String> store(DataSource dataSource) {
        return JdbcJoinStore.builder(dataSource)
                .namespace("test")
                .valueCodec(Codec.string())
                .createTableIfMissing()
                .build();
    }

    private static Versioned<String> open(String value) {
        Join<String> join = new Join<>(value, 1, 1_000, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false);
        return Versioned.of(VERSIONS.incrementAndGet(), new JoinState<>(join, List.of(), null, 0));
    }

    private Versioned<String> written(String key, String value) {
        Versioned<String> written = open(value);
        assertThat(store.compareAndExchange(key, null, written).won()).isTrue();
        return written;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                DEADLOCK, "40P01", "25P03", "25P04", "55P03", "HYT00", LOST, "40003", "57P01", "57P02", "57P04",
                "57P05", "90067", "90098", "90121"
            })
    void aWriteThatHasNotHappenedIsTriedAgain(String sqlState) {
        Versioned<String> first = open("a");
        observed.failNext(sqlState);
        assertThat(store.compareAndExchange("k", null, first)).isEqualTo(Exchange.written());

        Versioned<String> second = open("b");
        observed.failNext(sqlState);
        assertThat(store.compareAndExchange("k", first, second)).isEqualTo(Exchange.written());
        assertThat(store.find("k")).isEqualTo(second);

        observed.failNext(sqlState);
        assertThat(store.compareAndExchange("k", second, null)).isEqualTo(Exchange.written());
        assertThat(store.find("k")).isNull();
    }

    @Test
    void aWriteThatHasHappenedIsRecognisedThoughItsAnswerWasLost() {
        Versioned<String> first = open("a");
        observed.loseNextAnswer(() -> {});
        assertThat(store.compareAndExchange("k", null, first)).isEqualTo(Exchange.written());

        Versioned<String> second = open("b");
        observed.loseNextAnswer(() -> {});
        assertThat(store.compareAndExchange("k", first, second)).isEqualTo(Exchange.written());

        assertThat(store.find("k")).isEqualTo(second);
        assertThat(store.guess("k")).isEqualTo(second);
    }

    private static Versioned<String> collecting(StoredParts parts) {
        Join<String> join = new Join<>("v", 1, 1_000, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false, parts);
        return Versioned.of(VERSIONS.incrementAndGet(), new JoinState<>(join, List.of(), null, 0));
    }

    @Test
    void partsThatWereWrittenAreRecognisedThoughTheAnswerWasLost() {
        StoredParts one = StoredParts.none(7).with("a", new byte[] {1});
        StoredParts two = one.with("b", new byte[] {2});
        Versioned<String> first = collecting(one);
        observed.loseNextCommit();
        assertThat(store.compareAndExchange("k", null, first)).isEqualTo(Exchange.written());

        Versioned<String> second = collecting(two);
        observed.loseNextCommit();
        assertThat(store.compareAndExchange("k", first, second)).isEqualTo(Exchange.written());

        Versioned<String> third = collecting(two.with("c", new byte[] {3}));
        observed.loseNextCommit();
        assertThat(store.compareAndExchangeAll(List.of(new Change<>("k", second, third))))
                .containsExactly(Exchange.written());
        assertThat(store.find("k")).isEqualTo(third);
        assertThat(store.parts("k", 7, 0, 10)).extracting(Part::id).containsExactly("a", "b", "c");
    }

    /** The state is written by then. */
    @Test
    void stateIsNotWrittenWithoutItsParts() {
        StoredParts one = StoredParts.none(7).with("a", new byte[] {1});
        Versioned<String> first = collecting(one);
        store.compareAndExchange("k", null, first);
        observed.passNext();
        observed.passNext();
        observed.failNext("53100");

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.compareAndExchange("k", first, collecting(one.with("b", new byte[] {2}))));

        assertThat(store.find("k")).isEqualTo(first);
        assertThat(store.parts("k", 7, 0, 10)).hasSize(1);
    }

    @Test
    void aWriteOfWhichNobodyKnowsIsSaidToBeUnknown() {
        Versioned<String> first = written("k", "a");
        Versioned<String> mine = open("mine");
        Versioned<String> theirs = open("theirs");
        observed.loseNextAnswer(() -> other.compareAndExchange("k", mine, theirs));

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.compareAndExchange("k", first, mine))
                .withMessageContaining("\"k\"")
                .withMessageContaining("not known");

        assertThat(store.guess("k")).as("forgotten").isNull();
        assertThat(store.find("k")).isEqualTo(theirs);
    }

    @Test
    void aRemovalWhoseAnswerWasLostIsUnknown() {
        Versioned<String> first = written("k", "a");
        observed.loseNextAnswer(() -> {});

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.compareAndExchange("k", first, null))
                .withMessageContaining("not known");

        assertThat(store.find("k")).isNull();
    }

    @Test
    void whatIsRolledBackAgainAndAgainIsSaidNotToBeWritten() {
        IntStream.range(0, 12).forEach(i -> observed.failNext(DEADLOCK));

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.compareAndExchange("k", null, open("a")))
                .withMessageContaining("nothing is written");

        assertThat(store.find("k")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"40003", LOST})
    void whatIsRolledBackAfterAnAnswerWasLostIsNotSaidToBeUnwritten(String sqlState) {
        observed.loseNextAnswer(sqlState);
        IntStream.range(0, 11).forEach(i -> observed.failNext(DEADLOCK));

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.compareAndExchange("k", null, open("a")))
                .withMessageContaining("not known")
                .withMessageNotContaining("nothing is written");

        assertThat(store.find("k")).as("it was").isNotNull();
    }

    @Test
    void anAnswerThatIsLostAtTheLastTryIsNotKnown() {
        IntStream.range(0, 11).forEach(i -> observed.failNext(DEADLOCK));
        observed.loseNextAnswer(LOST);

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.compareAndExchange("k", null, open("a")))
                .withMessageContaining("not known");
    }

    @Test
    void batchThatIsRolledBackAfterAnAnswerWasLostIsNotKnown() {
        observed.loseNextCommit();
        observed.passNext(); // the look at what is there already
        observed.passNext();
        IntStream.range(0, 2).forEach(i -> observed.failNext(DEADLOCK));

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.compareAndExchangeAll(beginnings(5)))
                .withMessageContaining("not known");
    }

    @Test
    void whatFailsWithoutAutoCommitIsRolledBack() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            Versioned<String> first = written("k", "a");
            ObservedDataSource failing = new ObservedDataSource(always(connection));
            JdbcJoinStore<String, String> failingStore = store(failing.dataSource());
            failing.loseNextAnswer("53100"); // what it did is to be rolled back

            assertThatThrownBy(() -> failingStore.compareAndExchange("k", first, open("b")))
                    .isInstanceOf(StoreException.class);

            connection.commit(); // as whoever has the connection next may do
            assertThat(other.find("k")).isEqualTo(first);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatCannotBeRolledBackIsNotCommitted(boolean autoCommit) throws SQLException {
        List<Change<String, String>> begin = beginnings(5);
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(autoCommit);
            ObservedDataSource failing = new ObservedDataSource(always(connection));
            JdbcJoinStore<String, String> failingStore = store(failing.dataSource());
            failing.passNext(); // the look at what is there already
            failing.loseNextAnswer("53100"); // what it did is to be rolled back
            failing.failNextRollback();

            assertThatThrownBy(() -> failingStore.compareAndExchangeAll(begin)).isInstanceOf(StoreException.class);

            assertThat(failing.hasFaultsLeft()).isFalse();
            assertThat(failing.isAborted()).as("given up").isTrue();
            assertThat(connection.getAutoCommit()).as("not set, which commits").isFalse();
        }
        assertThat(other.size()).isZero();
    }

    private static Joiner<String, String> transactional(JdbcJoinStore<String, String> store) {
        return store.transactional(JoinSpec.joining(String.class)
                .keyedBy(message -> message.substring(0, 1))
                .<String>mergedBy((message, pending) -> message)
                .sufficientWhen(value -> false)
                .build());
    }

    /** The database may have undone with it what the caller had done before. */
    @Test
    void nothingIsTriedAgainInATransactionOfTheCallers() throws Exception {
        BoundTransactions manager = new BoundTransactions(pool);
        ObservedDataSource failing = new ObservedDataSource(manager.aware());
        JdbcJoinStore<String, String> takingPart = JdbcJoinStore.builder(failing.dataSource())
                .namespace("test")
                .valueCodec(Codec.string())
                .callersTransaction(CallersTransaction.TAKE_PART)
                .build();
        Joiner<String, String> joiner = transactional(takingPart);

        manager.inTransaction(() -> {
            failing.failNext(DEADLOCK);
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> takingPart.compareAndExchange("k", null, open("a")))
                    .withMessageContaining("nothing is written");
            failing.failNext(DEADLOCK);
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> joiner.accept("k"))
                    .withMessageContaining("nothing is written");
            assertThat(failing.hasFaultsLeft()).isFalse();
            return true;
        });

        assertThat(other.size()).isZero();
    }

    /** Each of them would wait for the database in vain. */
    @Test
    void messagesOfABatchBehindOneThatFoundNoDatabaseAreNotTried() throws SQLException {
        DataSource failing = mock(DataSource.class, delegatesTo(pool));
        Joiner<String, String> joiner = transactional(store(failing));
        clearInvocations(failing);
        doReturn(pool.getConnection())
                .doThrow(new SQLException("refused", "08001"))
                .when(failing)
                .getConnection();

        List<Outcome<String>> outcomes = joiner.acceptAll(List.of("a", "b", "c", "d", "e"));

        assertThat(outcomes.get(0)).isInstanceOf(Outcome.Incomplete.class);
        assertThat(outcomes.subList(1, 5))
                .allSatisfy(outcome -> assertThat(outcome).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                    assertThat(failed.isSafe()).isFalse();
                    assertThat(failed.cause()).isInstanceOf(StoreException.class);
                }));
        verify(failing, times(4).description("one, and three tries for the next"))
                .getConnection();
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> joiner.acceptAll(List.of("a", "b")));
    }

    @Test
    void databaseThatIsStartingIsWaitedFor() throws SQLException {
        SQLException refusal = new SQLException("the database system is starting up", "57P03");
        DataSource starting = mock();
        when(starting.getConnection())
                .thenThrow(Collections.nCopies(10, refusal).toArray(Throwable[]::new))
                .thenAnswer(call -> pool.getConnection());

        assertThat(store(starting).size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"22001", "42000", "53100"})
    void whatWouldFailAgainIsNotTriedAgain(String sqlState) {
        Versioned<String> first = written("k", "a");
        observed.statements();
        observed.failNext(sqlState);

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.compareAndExchange("k", first, open("b")))
                .withCauseInstanceOf(SQLException.class);

        assertThat(observed.statements()).isEqualTo(1);
        assertThat(store.guess("k")).as("forgotten").isNull();
        assertThat(store.find("k")).isEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {DEADLOCK, LOST})
    void readsAreTriedAgain(String sqlState) {
        Versioned<String> first = written("k", "a");

        observed.failNext(sqlState);
        assertThat(store.find("k")).isEqualTo(first);
        observed.failNext(sqlState);
        assertThat(store.findAll(List.of("k", "l"))).containsExactly(first, null);
        observed.failNext(sqlState);
        assertThat(store.scan(null, 10).entries()).hasSize(1);
        observed.failNext(sqlState);
        assertThat(store.size()).isEqualTo(1);
        observed.failNext(sqlState);
        assertThat(store.due(Instant.MIN, Instant.EPOCH, 10)).isEmpty();
    }

    private static List<Change<String, String>> beginnings(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Change<>("k" + i, (Versioned<String>) null, open("v" + i)))
                .toList();
    }

    private static List<Change<String, String>> next(List<Change<String, String>> changes, boolean end) {
        return changes.stream()
                .map(change -> new Change<>(change.key(), change.next(), end ? null : open("w")))
                .toList();
    }

    @Test
    void aBatchThatIsRolledBackAgainAndAgainGoesOnKeyByKey() {
        List<Change<String, String>> begin = beginnings(5);
        IntStream.range(0, 3).forEach(i -> observed.failNext(DEADLOCK));

        assertThat(store.compareAndExchangeAll(begin)).allMatch(Exchange::won);

        assertThat(observed.statements()).isEqualTo(3 + 5);
        assertThat(store.findAll(begin.stream().map(Change::key).toList()))
                .isEqualTo(begin.stream().map(Change::next).toList());
    }

    @Test
    void aBatchThatHasHappenedIsRecognisedThoughItsAnswerWasLost() {
        List<Change<String, String>> begin = beginnings(5);
        store.compareAndExchangeAll(begin);
        List<Change<String, String>> grow = next(begin, false);
        observed.loseNextCommit();

        assertThat(store.compareAndExchangeAll(grow)).hasSize(5).containsOnly(Exchange.written());
    }

    @Test
    void aBatchOfRemovalsWhoseAnswerWasLostIsUnknown() {
        List<Change<String, String>> begin = beginnings(5);
        store.compareAndExchangeAll(begin);
        observed.loseNextCommit();

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.compareAndExchangeAll(next(begin, true)))
                .withMessageContaining("not known");

        assertThat(Stream.of("k0", "k4").map(store::guess)).containsOnlyNulls();
    }

    @Test
    void aBatchThatIsRolledBackOnceIsTriedAgainAsABatch() {
        observed.failNext(DEADLOCK);

        assertThat(store.compareAndExchangeAll(beginnings(5))).allMatch(Exchange::won);

        assertThat(observed.statements())
                .as("one look that failed, one look, one insert")
                .isEqualTo(3);
    }

    @Test
    void oneKeyOfABatchThatIsThereAlreadyIsLostAlone() {
        Versioned<String> theirs = open("theirs");
        other.compareAndExchange("k1", null, theirs);

        List<Exchange<String>> exchanges = store.compareAndExchangeAll(beginnings(3));

        assertThat(exchanges).extracting(Exchange::won).containsExactly(true, false, true);
        assertThat(exchanges.get(1).witness()).isEqualTo(theirs);
    }

    @Test
    void noConnectionIsAStoreException() throws SQLException {
        DataSource refusing = refusing(new SQLException("refused", "08001"));

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store(refusing))
                .withMessageContaining("no connection")
                .withMessageContaining("refused");

        verify(refusing, times(3)).getConnection();
    }

    @Test
    void aPoolThatHasWaitedIsNotAskedAgain() throws SQLException {
        DataSource exhausted = refusing(new SQLTransientConnectionException("pool is empty", "08001"));

        assertThatThrownBy(() -> store(exhausted)).isInstanceOf(StoreException.class);

        verify(exhausted).getConnection();
    }

    private static DataSource refusing(SQLException refusal) throws SQLException {
        DataSource refusing = mock();
        when(refusing.getConnection()).thenThrow(refusal);
        return refusing;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionGoesBackAsItCame(boolean autoCommit) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(autoCommit);
            JdbcJoinStore<String, String> onOne = store(always(connection));
            List<Change<String, String>> begin = beginnings(3);
            onOne.compareAndExchangeAll(begin);
            onOne.compareAndExchangeAll(next(begin, false));
            onOne.find("k0");
            onOne.transactional(JoinSpec.joining(String.class)
                            .keyedBy(message -> message)
                            .<String>mergedBy((message, pending) -> message)
                            .sufficientWhen(value -> true)
                            .build())
                    .accept("t");

            assertThat(connection.getAutoCommit()).isEqualTo(autoCommit);
            assertThat(other.size()).as("committed").isEqualTo(3);
        }
    }

    /** Gives out one connection, again and again: closed, it stays open, as one of a pool does. */
    private static DataSource always(Connection connection) throws SQLException {
        Connection handedOut = mock(Connection.class, delegatesTo(connection));
        doNothing().when(handedOut).close();
        DataSource dataSource = mock();
        when(dataSource.getConnection()).thenReturn(handedOut);
        return dataSource;
    }

    @Test
    void tryAfterAFailurePausesOnAnInterruptedThreadToo() {
        Thread.currentThread().interrupt();
        long began = System.nanoTime();

        Connections.pauseAfter(20);

        assertThat(System.nanoTime() - began)
                .as("at least half of 50 ms")
                .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(25));
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void rememberedIsAsManyBytesAsTheBuilderSays() {
        JdbcJoinStore<String, String> remembering = JdbcJoinStore.builder(pool)
                .namespace("test")
                .valueCodec(Codec.string())
                .cacheBytes(100_000)
                .build();
        for (int i = 0; i < 20; i++) {
            assertThat(remembering
                            .compareAndExchange("k" + i, null, open("x".repeat(30_000)))
                            .won())
                    .isTrue();
        }

        assertThat(IntStream.range(0, 20).filter(i -> remembering.guess("k" + i) != null))
                .hasSizeBetween(1, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT0.000999S"})
    void lockTimeoutIsAMillisecondAtLeast(Duration timeout) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JdbcJoinStore.builder(pool).lockTimeout(timeout))
                .withMessage("lockTimeout is " + timeout + ", must be at least 1 ms");
    }
}
