package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.zaxxer.hikari.HikariConfig;
import dev.joiner.Codec;
import dev.joiner.ContentionException;
import dev.joiner.HandOver;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import dev.joiner.engine.HandOverScope;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.StoredParts;
import dev.joiner.spi.StoredParts.Part;
import dev.joiner.spi.Versioned;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A store whose data source gives the connection of a transaction that its caller has begun, on one database. */
@Timeout(60)
abstract class CallersTransactionContract extends TransactionalFixture {
    private final boolean hasThreadsOfItsOwn;
    private BoundTransactions manager;

    CallersTransactionContract(Consumer<HikariConfig> options) {
        this(options, false);
    }

    /** @param hasThreadsOfItsOwn whether the store gets its connections where no transaction of the caller's is bound */
    CallersTransactionContract(Consumer<HikariConfig> options, boolean hasThreadsOfItsOwn) {
        super(options);
        this.hasThreadsOfItsOwn = hasThreadsOfItsOwn;
    }

    private void assumeThatItShows() {
        assumeFalse(hasThreadsOfItsOwn, "no transaction is bound to the threads of the store");
    }

    @BeforeEach
    void bindTransactions() {
        manager = new BoundTransactions(pool);
    }

    private JdbcJoinStore.Builder<String, String> builder(DataSource dataSource) {
        return JdbcJoinStore.builder(dataSource)
                .valueCodec(Codec.string())
                .namespace(namespace)
                .lockTimeout(Duration.ofSeconds(1));
    }

    /** How the store comes to take part: by what it sees, or by what it is told. */
    private enum Shown {
        BY_THE_CONNECTION,
        BY_A_HOOK
    }

    private void takePart(Shown shown) {
        store = shown == Shown.BY_THE_CONNECTION
                ? builder(manager.aware())
                        .callersTransaction(CallersTransaction.TAKE_PART)
                        .build()
                : builder(manager.hiding())
                        .callersTransaction(CallersTransaction.TAKE_PART)
                        .callersTransactionWhen(connection -> manager.isActive())
                        .build();
    }

    private KeyedJoiner<Message, String, String, String> plain() {
        return Joiner.create(joining(2).build(), store, clock);
    }

    /** What others see of the store. */
    private long committed() {
        return open(namespace).size();
    }

    private void write(String text) throws SQLException {
        insert(manager.connection(), text, "callers");
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(call)
                .withMessageContaining("inside a transaction of the caller's");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void isRefusedUnlessTheStoreIsToTakePart(boolean isHidden) throws Exception {
        assumeThatItShows();
        store = isHidden
                ? builder(manager.hiding())
                        .callersTransactionWhen(connection -> manager.isActive())
                        .build()
                : builder(manager.aware()).build();
        KeyedJoiner<Message, String, String, String> plain = plain();
        KeyedJoiner<Message, String, String, String> transactional = joiner(whole(1));

        manager.inTransaction(() -> {
            write("a");
            for (KeyedJoiner<Message, String, String, String> joiner : List.of(plain, transactional)) {
                assertRefused(() -> joiner.accept(Message.of("k:a")));
                assertRefused(() -> joiner.acceptAll(List.of(Message.of("k:a"), Message.of("l:a"))));
                assertRefused(() -> joiner.find("k"));
                assertRefused(() -> joiner.release("k"));
                assertRefused(() -> joiner.drop("k"));
                assertRefused(joiner::sweep);
                assertRefused(joiner::reexamine);
            }
            assertThat(effects()).as("not committed").isEmpty();
            return true;
        });

        assertThat(effects()).as("not rolled back").containsExactly("callers a");
        assertThat(store.size()).isZero();
        assertThat(transactional.accept(Message.of("k:a"))).as("afterwards").isEqualTo(joined("a"));
    }

    @Test
    void isFoundBeforeItHasDoneAnything() throws Exception {
        assumeThatItShows();
        store = builder(manager.aware()).build();
        Joiner<Message, String> joiner = plain();

        manager.inTransaction(() -> {
            assertRefused(() -> joiner.accept(Message.of("k:a")));
            return true;
        });

        assertThat(store.size()).isZero();
    }

    @Test
    void openingAStoreIsRefused() throws Exception {
        manager.inTransaction(() -> {
            write("a");
            assertRefused(() -> builder(manager.aware())
                    .callersTransaction(CallersTransaction.TAKE_PART)
                    .build());
            assertThat(effects()).isEmpty();
            return true;
        });

        assertThat(effects()).containsExactly("callers a");
    }

    /** What the store has done is the caller's to commit. */
    private void assertCommittedWithTheCaller(Callable<?> call) throws Exception {
        assertThatThrownBy(() -> manager.inTransaction(() -> {
                    write("a");
                    call.call();
                    assertThat(committed()).isZero();
                    assertThat(effects()).isEmpty();
                    throw new Refused();
                }))
                .isInstanceOf(Refused.class);
        assertThat(committed()).isZero();
        assertThat(effects()).isEmpty();

        manager.inTransaction(() -> {
            write("a");
            call.call();
            return true;
        });
        assertThat(effects()).contains("callers a");
    }

    private static Versioned<String> collecting(long version, StoredParts parts) {
        Join<String> join =
                new Join<>("v", parts.size(), 1_000, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false, parts);
        return Versioned.of(version, new JoinState<>(join, List.of(), null, 0));
    }

    /** The strictest in which a transaction may write what others have written since it began. */
    int isolationThatLetsOthersWrite() {
        return Connection.TRANSACTION_READ_COMMITTED;
    }

    /** The transaction began to read before the id was there. */
    @Test
    void knownIdUndoesNothingOfTheCaller() throws Exception {
        takePart(Shown.BY_THE_CONNECTION);
        JdbcJoinStore<String, String> other = open(namespace);
        StoredParts one = StoredParts.none(7).with("a", new byte[] {1});
        StoredParts two = one.with("b", new byte[] {2});
        other.compareAndExchange("k", null, collecting(1, one));

        manager.inTransaction(false, isolationThatLetsOthersWrite(), () -> {
            write("a");
            assertThat(store.find("k")).isEqualTo(collecting(1, one));
            other.compareAndExchange("k", collecting(1, one), collecting(2, two));
            byte[] part = {3};
            assertThat(store.compareAndExchange("k", collecting(2, two), collecting(3, two.with("b", part))))
                    .isEqualTo(Exchange.present(Map.of("b", 7L)));
            assertThat(store.compareAndExchange("k", collecting(2, two), collecting(4, two.with("c", part))))
                    .isEqualTo(Exchange.written());
            assertThat(other.parts("k", 7, 0, 10)).hasSize(2);
            return true;
        });

        assertThat(effects()).containsExactly("callers a");
        assertThat(other.parts("k", 7, 0, 10)).extracting(Part::id).containsExactly("a", "b", "c");
    }

    @ParameterizedTest
    @EnumSource
    void messagesOfAPlainJoinerAreCommittedWithTheCaller(Shown shown) throws Exception {
        takePart(shown);
        KeyedJoiner<Message, String, String, String> joiner = plain();

        assertCommittedWithTheCaller(() -> {
            assertThat(joiner.accept(Message.of("k:a"))).isInstanceOf(Outcome.Incomplete.class);
            assertThat(joiner.accept(Message.of("l:a"))).isInstanceOf(Outcome.Incomplete.class);
            assertThat(joiner.accept(Message.of("l:b"))).isEqualTo(joined("a+b"));
            return true;
        });

        assertThat(committed()).isEqualTo(1);
        assertThat(joiner.accept(Message.of("k:b"))).as("without a transaction").isEqualTo(joined("a+b"));
    }

    @ParameterizedTest
    @EnumSource
    void batchesOfAPlainJoinerAreCommittedWithTheCaller(Shown shown) throws Exception {
        takePart(shown);
        KeyedJoiner<Message, String, String, String> joiner = plain();

        assertCommittedWithTheCaller(() -> {
            joiner.acceptAll(List.of(Message.of("k:a"), Message.of("l:a"), Message.of("m:a")));
            List<Outcome<String>> outcomes =
                    joiner.acceptAll(List.of(Message.of("k:b"), Message.of("l:b"), Message.of("n:a")));
            assertThat(outcomes.get(0)).isEqualTo(joined("a+b"));
            assertThat(outcomes.get(1)).isEqualTo(joined("a+b"));
            assertThat(joiner.drop("n")).hasSize(1);
            return true;
        });

        assertThat(committed()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void messagesOfATransactionalJoinerAreCommittedWithTheCaller(Shown shown) throws Exception {
        takePart(shown);
        KeyedJoiner<Message, String, String, String> joiner = joiner(whole(2));

        assertCommittedWithTheCaller(() -> {
            joiner.acceptAll(List.of(Message.of("k:a"), Message.of("l:a")));
            assertThat(joiner.accept(Message.of("k:b"))).isEqualTo(joined("a+b"));
            return true;
        });

        assertThat(effects()).containsExactly("callers a", "COMPLETE k:a+b");
        assertThat(committed()).isEqualTo(1);
        assertThat(joiner.accept(Message.of("l:b"))).as("without a transaction").isEqualTo(joined("a+b"));
    }

    @Test
    void whatAHandlerUndoesIsNotTheCallers() throws Exception {
        takePart(Shown.BY_THE_CONNECTION);
        KeyedJoiner<Message, String, String, String> joiner = joiner(joining(2).process((value, handOver) -> {
            process(value, handOver);
            throw new Refused();
        }));

        manager.inTransaction(() -> {
            write("a");
            joiner.accept(Message.of("k:a"));
            assertThatThrownBy(() -> joiner.accept(Message.of("k:b"))).isInstanceOf(UndoneException.class);
            assertThat(joiner.release("k")).singleElement().isInstanceOf(Outcome.Failed.class);
            write("b");
            return true;
        });

        assertThat(effects()).containsExactly("callers a", "callers b");
        assertThat(open(namespace).find("k").state().inFlight()).hasSize(1);
    }

    @Test
    void whatOthersHaveLockedIsWaitedForOnceAndUndoesNothingOfTheCallers() throws Exception {
        takePart(Shown.BY_THE_CONNECTION);
        plain().accept(Message.of("k:a"));
        List<KeyedJoiner<Message, String, String, String>> joiners = List.of(plain(), joiner(whole(2)));
        try (Connection other = pool.getConnection()) {
            other.setAutoCommit(false);
            try (PreparedStatement lock = other.prepareStatement(
                    "SELECT version FROM joiner_joins WHERE namespace = ? AND join_key = 'k' FOR UPDATE")) {
                lock.setString(1, namespace);
                lock.executeQuery().close();
            }

            manager.inTransaction(() -> {
                write("a");
                for (KeyedJoiner<Message, String, String, String> joiner : joiners) {
                    assertThatExceptionOfType(ContentionException.class)
                            .isThrownBy(() -> joiner.accept(Message.of("k:b")));
                }
                return true;
            });

            other.rollback();
        }
        assertThat(effects()).containsExactly("callers a");
    }

    @Test
    void leavesTheCallersSettingsAsTheyWere() throws Exception {
        takePart(Shown.BY_THE_CONNECTION);
        Joiner<Message, String> plain = plain();
        Joiner<Message, String> transactional = joiner(whole(2));

        manager.inTransaction(() -> {
            String before = lockTimeout();
            plain.accept(Message.of("k:a"));
            assertThat(lockTimeout()).isEqualTo(before);
            plain.acceptAll(List.of(Message.of("l:a"), Message.of("m:a")));
            assertThat(lockTimeout()).isEqualTo(before);
            transactional.accept(Message.of("n:a"));
            assertThat(lockTimeout()).isEqualTo(before);
            return true;
        });
    }

    private String lockTimeout() throws SQLException {
        String sql = Stream.of("h2", "postgresql", "")
                .filter(database -> pool.getJdbcUrl().startsWith("jdbc:" + database))
                .findFirst()
                .map(database -> switch (database) {
                    case "h2" -> "SELECT LOCK_TIMEOUT()";
                    case "postgresql" -> "SELECT current_setting('lock_timeout')";
                    default -> "SELECT @@innodb_lock_wait_timeout";
                })
                .orElseThrow();
        try (Statement statement = manager.connection().createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Test
    void isFoundOnAPoolWithoutAutoCommitOnceItHasWritten() throws Exception {
        assumeThatItShows();
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            BoundTransactions bound = new BoundTransactions(pool);
            Supplier<JdbcJoinStore<String, String>> opened =
                    () -> builder(bound.aware()).build();
            store = bound.with(connection, opened::get); // which finds no auto-commit, and no work
            Joiner<Message, String> joiner = plain();

            bound.with(connection, () -> joiner.accept(Message.of("k:a")));
            assertThat(committed()).isEqualTo(1);
            insert(connection, "a", "callers");
            bound.with(connection, () -> {
                assertRefused(() -> joiner.accept(Message.of("k:b")));
                return true;
            });

            assertThat(effects()).isEmpty();
            connection.rollback();
        }
    }

    /** What an integration does for handlers that know nothing of the store. */
    @Nested
    class AScopeOfHandlers implements HandOverScope {
        private boolean refuses;

        @Override
        public <T> T call(HandOver<?> handOver, Callable<T> handler) throws Exception {
            try (Connection connection = store.handOverConnection()) {
                T result = manager.with(connection, handler);
                if (refuses) {
                    throw new Refused();
                }
                return result;
            }
        }

        @Test
        void bindsTheConnectionOfTheHandOver() throws SQLException {
            store = builder(pool).handlerScope(this).build();
            KeyedJoiner<Message, String, String, String> joiner =
                    joiner(joining(9).expireAfter(Duration.ofMinutes(1)).onExpired((value, handOver) -> write(value)));
            joiner.accept(Message.of("k:a"));
            clock.advance(Duration.ofMinutes(1));

            refuses = true;
            assertThat(joiner.sweep().failed()).isEqualTo(1);
            assertThat(effects()).isEmpty();
            refuses = false;
            clock.advance(Duration.ofMinutes(1));
            assertThat(joiner.sweep().expired()).isEqualTo(1);

            assertThat(effects()).containsExactly("callers a");
            assertThat(manager.isActive()).isFalse();
        }

        @Test
        void isPutAroundMessagesToo() throws SQLException {
            store = builder(pool).handlerScope(this).build();
            Joiner<Message, String> joiner = joiner(joining(1).process((value, handOver) -> {
                write(value);
                return value;
            }));

            refuses = true;
            assertThatThrownBy(() -> joiner.accept(Message.of("k:a"))).isInstanceOf(UndoneException.class);
            refuses = false;
            assertThat(joiner.accept(Message.of("k:b"))).isEqualTo(joined("b"));

            assertThat(effects()).containsExactly("callers b");
        }
    }
}
