package dev.joiner.spring.boot;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.OptionalInt;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ClassUtils;

/**
 * The application's data source, for joiners whose transactions are independent of their callers'. Inside of a transaction of the
 * caller's, its connection is the thread's second: if there is none, this says so.
 */
final class IndependentConnections extends DelegatingDataSource {
    static final String TAKE_PART = "joiner.store.callers-transaction to take-part";
    static final String POOL_SIZE = "spring.datasource.hikari.maximum-pool-size";

    private static final boolean HAS_HIKARI =
            ClassUtils.isPresent("com.zaxxer.hikari.HikariDataSource", IndependentConnections.class.getClassLoader());

    private final DataSource dataSource;

    IndependentConnections(DataSource dataSource) {
        super(dataSource);
        this.dataSource = dataSource;
    }

    /** The application's own. */
    DataSource pool() {
        return dataSource;
    }

    /** How many connections a pool has at most; empty if that is not known. */
    static OptionalInt maximumSize(DataSource dataSource) {
        return HAS_HIKARI ? Hikari.maximumSize(dataSource) : OptionalInt.empty();
    }

    /** Apart, as Hikari may be missing. */
    private static final class Hikari {
        static OptionalInt maximumSize(DataSource dataSource) {
            return dataSource instanceof HikariDataSource pool
                    ? OptionalInt.of(pool.getMaximumPoolSize())
                    : OptionalInt.empty();
        }
    }

    /** Whether this thread is in a transaction that holds a connection of the pool. */
    boolean isWithinTransaction() {
        return TransactionSynchronizationManager.isActualTransactionActive()
                && TransactionSynchronizationManager.hasResource(dataSource);
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (!isWithinTransaction()) {
            return dataSource.getConnection();
        }
        requireSecond();
        try {
            return dataSource.getConnection();
        } catch (SQLException e) {
            throw explained(e);
        }
    }

    /** Refuses what could only wait for itself, until the pool's timeout. */
    private void requireSecond() throws SQLException {
        if (maximumSize(dataSource).orElse(Integer.MAX_VALUE) == 1) {
            throw new SQLException(
                    "the joiner is called in a transaction that holds the only connection of the pool, and needs"
                            + " a second one: set " + TAKE_PART + ", or " + POOL_SIZE + " to more than 1");
        }
    }

    /** Says what a pool's timeout does not say: that this thread holds one of the connections itself. */
    static SQLException explained(SQLException failure) {
        return failure instanceof SQLTransientConnectionException
                ? new SQLTransientConnectionException(
                        "the joiner is called in a transaction that holds a connection of the pool, and got no second one: set "
                                + TAKE_PART + ", or " + POOL_SIZE + " to more than twice the threads that call it so: "
                                + failure.getMessage(),
                        failure.getSQLState(),
                        failure.getErrorCode(),
                        failure)
                : failure;
    }
}
