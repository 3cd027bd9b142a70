package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.zaxxer.hikari.HikariConfig;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.StoreException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a handler can do with the connection that it is lent, and what it cannot, on one database. */
@Timeout(60)
abstract class HandOverConnectionContract extends TransactionalFixture {
    /** The class of the driver's connections, and an interface that they have. */
    private final String driversClass;

    private final String driversInterface;

    HandOverConnectionContract(Consumer<HikariConfig> options, String driversClass, String driversInterface) {
        super(options);
        this.driversClass = driversClass;
        this.driversInterface = driversInterface;
    }

    private interface Check {
        void on(Connection connection) throws Exception;
    }

    /** Runs a check in a handler that has written something, and asserts that it is committed. */
    private void inHandOver(Check check) throws SQLException {
        Joiner<Message, String> joiner = joiner(joining(1).process((value, handOver) -> {
            process(value, handOver);
            check.on(store.handOverConnection());
            return value;
        }));

        assertThat(joiner.accept(Message.of("k:a"))).isEqualTo(joined("a"));

        assertThat(effects()).containsExactly("COMPLETE k:a");
        assertThat(store.size()).isZero();
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(call)
                .withMessageContaining("Joiner's")
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("2D000"));
    }

    private static void assertGuarded(Connection connection) throws SQLException {
        assertRefused(connection::commit);
        assertRefused(connection::rollback);
        assertRefused(() -> connection.setAutoCommit(true));
        assertRefused(() -> connection.abort(Runnable::run));
        connection.setAutoCommit(false);
        assertThat(connection.getAutoCommit()).isFalse();
        assertThat(connection.isClosed()).isFalse();
    }

    @Test
    void cannotEndTheTransaction() throws SQLException {
        inHandOver(HandOverConnectionContract::assertGuarded);
    }

    @Test
    void isSetUpAlready() throws SQLException {
        inHandOver(connection -> {
            assertRefused(() -> connection.setReadOnly(true));
            assertRefused(() -> connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE));
        });
    }

    @Test
    void whateverLeadsBackToItIsGuardedToo() throws SQLException {
        inHandOver(connection -> {
            String sql = "SELECT text FROM effects";
            try (Statement statement = connection.createStatement();
                    PreparedStatement prepared = connection.prepareStatement(sql);
                    ResultSet rows = statement.executeQuery(sql);
                    ResultSet tables = connection.getMetaData().getTables(null, null, "none", null)) {
                assertGuarded(statement.getConnection());
                assertGuarded(prepared.getConnection());
                assertGuarded(rows.getStatement().getConnection());
                assertGuarded(connection.getMetaData().getConnection());
                if (tables.getStatement() != null) {
                    assertGuarded(tables.getStatement().getConnection());
                }
                assertThat(statement.getConnection()).isSameAs(connection);
            }
        });
    }

    @Test
    void arraysAreGuardedAndGoBackToTheDriver() throws SQLException {
        assumeFalse(pool.getJdbcUrl().matches("jdbc:(mariadb|mysql):.*"), "MariaDB and MySQL have no arrays");
        inHandOver(connection -> {
            Array array = connection.createArrayOf("VARCHAR", new Object[] {"k:a"});
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT COUNT(*) FROM effects WHERE text = ANY (?)")) {
                statement.setArray(1, array);
                try (ResultSet rows = statement.executeQuery()) {
                    rows.next();
                    assertThat(rows.getInt(1)).isEqualTo(1);
                }
            }
            try (ResultSet rows = array.getResultSet()) {
                if (rows.getStatement() != null && rows.getStatement().getConnection() != null) {
                    assertGuarded(rows.getStatement().getConnection());
                }
            }
        });
    }

    @Test
    void isUnwrappedOnlyAsFarAsItIsGuarded() throws SQLException {
        inHandOver(connection -> {
            Class<?> hidden = Class.forName(driversClass);
            Class<?> shown = Class.forName(driversInterface);
            try (Connection bare = pool.getConnection()) {
                assertThat(bare.isWrapperFor(hidden)).as("the test").isTrue();
            }

            assertThat(connection.isWrapperFor(hidden)).isFalse();
            assertThatThrownBy(() -> connection.unwrap(hidden)).isInstanceOf(SQLException.class);
            assertThat(connection.isWrapperFor(Connection.class)).isTrue();
            assertThat(connection.unwrap(Connection.class)).isSameAs(connection);
            assertThat(connection.isWrapperFor(shown)).isTrue();
            Object driversOwn = connection.unwrap(shown);
            assertThat(driversOwn).isInstanceOf(shown).isNotInstanceOf(hidden);
            if (driversOwn instanceof Connection guarded) {
                assertGuarded(guarded);
            }
            try (Statement statement = connection.createStatement()) {
                assertThat(statement.unwrap(Statement.class)).isSameAs(statement);
                assertThat(statement.isWrapperFor(hidden)).isFalse();
                assertThatThrownBy(() -> statement.unwrap(hidden)).isInstanceOf(SQLException.class);
            }
        });
    }

    @Test
    void savepointsAreTheHandlersOwn() throws SQLException {
        inHandOver(connection -> {
            Savepoint savepoint = connection.setSavepoint();
            insert(connection, "undone", "x");
            connection.rollback(savepoint);
            connection.releaseSavepoint(connection.setSavepoint());
        });
    }

    @Test
    void isEqualToItselfAlone() throws SQLException {
        inHandOver(connection -> {
            try (Statement statement = connection.createStatement()) {
                assertThat(connection)
                        .isEqualTo(statement.getConnection())
                        .hasSameHashCodeAs(statement.getConnection());
            }
            assertThat(connection).isNotEqualTo("x");
            assertThat(connection.toString()).startsWith("a hand-over's");
        });
    }

    @Test
    void hasTheUserThatItHas() throws SQLException {
        inHandOver(connection -> assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
                .isThrownBy(() -> store.handOverDataSource().getConnection("sa", ""))
                .withMessageContaining("hand-over"));
    }

    @Test
    void isClosedToItsUserAndNobodyElse() throws SQLException {
        inHandOver(connection -> {
            Statement statement = connection.createStatement();
            connection.close();
            connection.close();

            assertThat(connection.isClosed()).isTrue();
            assertThat(connection.isValid(1)).isFalse();
            assertThat(statement.isClosed()).isTrue();
            assertThatThrownBy(connection::createStatement).isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> statement.execute("SELECT 1")).isInstanceOf(SQLException.class);
            statement.close();
            try (Connection next = store.handOverConnection()) {
                assertThat(next.isClosed()).isFalse();
                assertThat(next.isValid(1)).isTrue();
            }
        });
    }

    @Test
    void endsWithItsHandler() throws SQLException {
        List<Connection> connections = new ArrayList<>();
        List<PreparedStatement> statements = new ArrayList<>();
        inHandOver(connection -> {
            connections.add(connection);
            connections.add(store.handOverDataSource().getConnection());
            connections.add(connection.getMetaData().getConnection());
            for (Connection kept : connections) {
                statements.add(kept.prepareStatement("INSERT INTO effects VALUES ('kept', 'x')"));
            }
        });

        assertThat(connections).allSatisfy(connection -> {
            assertThat(connection.isClosed()).isTrue();
            assertThatThrownBy(connection::createStatement)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("handler has ended");
            assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
            connection.close();
        });
        assertThat(statements).allSatisfy(statement -> {
            assertThat(statement.isClosed()).isTrue();
            assertThatThrownBy(statement::executeUpdate).hasMessageContaining("handler has ended");
            statement.close();
        });
        assertThat(effects()).containsExactly("COMPLETE k:a");
    }

    @Test
    void leavesNothingOnTheConnectionOfThePool() throws SQLException {
        boolean autoCommit = autoCommitOfPool();
        int isolation = isolationOfPool();

        inHandOver(connection -> store.handOverDataSource()
                .getConnection()
                .setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE));

        assertThat(autoCommitOfPool()).isEqualTo(autoCommit);
        assertThat(isolationOfPool()).isEqualTo(isolation);
    }

    private boolean autoCommitOfPool() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return connection.getAutoCommit();
        }
    }

    private int isolationOfPool() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return connection.getTransactionIsolation();
        }
    }

    /** A transaction manager that works on the data source for hand-overs, and knows nothing of them. */
    @Nested
    class ManagedTransactions {
        private BoundTransactions manager;
        private boolean fails = true;

        @BeforeEach
        void bindTransactions() {
            manager = new BoundTransactions(store.handOverDataSource());
        }

        private String managed(String value) throws Exception {
            return manager.inTransaction(true, Connection.TRANSACTION_SERIALIZABLE, () -> {
                assertRefused(() -> manager.connection().abort(Runnable::run));
                insert(manager.connection(), value, "managed");
                assertThatThrownBy(() -> manager.nested(() -> {
                            insert(manager.connection(), value, "nested");
                            throw new Refused();
                        }))
                        .isInstanceOf(Refused.class);
                manager.nested(() -> {
                    insert(manager.connection(), value, "nested again");
                    return true;
                });
                return value;
            });
        }

        @Test
        void leavesItsCommitToTheHandOver() throws SQLException {
            Joiner<Message, String> joiner = joiner(joining(1).process((value, handOver) -> {
                managed(value);
                managed(value + "!");
                assertThat(effects()).as("committed").isEmpty();
                if (fails) {
                    throw new Refused();
                }
                return value;
            }));

            assertThatThrownBy(() -> joiner.accept(Message.of("k:a"))).isInstanceOf(UndoneException.class);
            assertThat(effects()).isEmpty();
            fails = false;
            assertThat(joiner.accept(Message.of("k:a"))).isEqualTo(joined("a"));
            assertThat(effects())
                    .containsExactlyInAnyOrder("managed a", "nested again a", "managed a!", "nested again a!");
        }

        @Test
        void letsTheHandOverFailByItsRollback() throws SQLException {
            Joiner<Message, String> joiner = joiner(joining(2).process((value, handOver) -> {
                try {
                    manager.inTransaction(() -> {
                        managed(value);
                        if (fails) {
                            throw new Refused();
                        }
                        return true;
                    });
                } catch (Refused e) {
                    // as if nothing had happened
                }
                return process(value, handOver);
            }));
            joiner.accept(Message.of("k:a"));

            assertThatExceptionOfType(UndoneException.class)
                    .isThrownBy(() -> joiner.accept(Message.of("k:b")))
                    .withStackTraceContaining("was rolled back");
            assertThat(effects()).isEmpty();
            assertThat(store.find("k").state().open().value()).isEqualTo("a");
            fails = false;
            assertThat(joiner.accept(Message.of("k:b"))).isEqualTo(joined("a+b"));
            assertThat(effects()).contains("managed a+b", "COMPLETE k:a+b");
        }

        @Test
        void countsAnAttemptOfASweepByItsRollback() throws SQLException {
            KeyedJoiner<Message, String, String, String> joiner = joiner(joining(9)
                    .expireAfter(Duration.ofMinutes(1))
                    .onExpired((value, handOver) -> manager.inTransaction(() -> {
                        insert(manager.connection(), value, "managed");
                        throw new Refused();
                    })));
            joiner.accept(Message.of("k:a"));
            clock.advance(Duration.ofMinutes(1));

            assertThat(joiner.sweep().failed()).isEqualTo(1);

            assertThat(joiner.find("k")).extracting(PendingJoin::attempts).containsExactly(1);
            assertThat(effects()).isEmpty();
        }

        @Test
        void hasTransactionsOfItsOwnElsewhere() throws Exception {
            manager.inTransaction(() -> {
                insert(manager.connection(), "a", "managed");
                return true;
            });
            assertThatThrownBy(() -> manager.inTransaction(() -> {
                        insert(manager.connection(), "b", "managed");
                        throw new Refused();
                    }))
                    .isInstanceOf(Refused.class);

            assertThat(effects()).containsExactly("managed a");
        }
    }

    @Test
    void aRollbackInACallbackUndoesTheMessage() throws SQLException {
        Joiner<Message, String> joiner = joiner(whole(2).onIncomplete(value -> {
            try (Connection connection = store.handOverDataSource().getConnection()) {
                insert(connection, value, "waits");
                connection.rollback();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }));

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> joiner.accept(Message.of("k:a")))
                .withMessageContaining("rolled back");

        assertThat(effects()).isEmpty();
        assertThat(store.size()).isZero();
    }
}
