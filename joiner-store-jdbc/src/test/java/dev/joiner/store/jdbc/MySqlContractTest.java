package dev.joiner.store.jdbc;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import dev.joiner.test.servers.MySqlServer;
import java.sql.Connection;
import org.junit.jupiter.api.Nested;

/** The contract on MySQL, where there is one. */
class MySqlContractTest {
    static void mySql(HikariConfig pool) {
        assumeTrue(MySqlServer.missing().isEmpty(), () -> MySqlServer.missing().orElseThrow());
        pool.setJdbcUrl(MySqlServer.shared().jdbcUrl());
        // As a store that is opened by URL has it: the driver asks before each write whether it may write, otherwise.
        pool.addDataSourceProperty("readOnlyPropagatesToServer", "false");
    }

    private static void readCommitted(HikariConfig pool) {
        mySql(pool);
        pool.setAutoCommit(false);
        pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    }

    @Nested
    class RepeatableRead extends JdbcStoreContract {
        RepeatableRead() {
            super(MySqlContractTest::mySql);
        }
    }

    @Nested
    class WithoutAutoCommit extends JdbcWritesContract {
        WithoutAutoCommit() {
            super(pool -> {
                readCommitted(pool);
                pool.setJdbcUrl(
                        pool.getJdbcUrl() + "&useServerPrepStmts=true&cachePrepStmts=true&useAffectedRows=true");
            });
        }
    }

    @Nested
    class WithCursors extends JdbcWritesContract {
        WithCursors() {
            super(pool -> {
                mySql(pool);
                pool.setJdbcUrl(
                        pool.getJdbcUrl() + "&useCursorFetch=true&defaultFetchSize=2&rewriteBatchedStatements=true");
            });
        }
    }

    /** The timeout of the connection counts: the server's own is 50 s. */
    private static void waitingForOneSecond(HikariConfig pool) {
        pool.addDataSourceProperty("sessionVariables", "innodb_lock_wait_timeout=1");
    }

    @Nested
    class TransactionsOfParts extends TransactionalPartsContract {
        TransactionsOfParts() {
            super(pool -> {
                mySql(pool);
                waitingForOneSecond(pool);
            });
        }
    }

    @Nested
    class Transactions extends TransactionalContract {
        Transactions() {
            super(pool -> {
                mySql(pool);
                waitingForOneSecond(pool);
            });
        }
    }

    @Nested
    class Sweeps extends TransactionalSweepContract {
        Sweeps() {
            super(MySqlContractTest::mySql);
        }
    }

    @Nested
    class TransactionsWithoutAutoCommit extends TransactionalContract {
        TransactionsWithoutAutoCommit() {
            super(pool -> {
                readCommitted(pool);
                waitingForOneSecond(pool);
            });
        }
    }

    @Nested
    class SweepsWithoutAutoCommit extends TransactionalSweepContract {
        SweepsWithoutAutoCommit() {
            super(MySqlContractTest::readCommitted);
        }
    }

    @Nested
    class EndedTransactions extends EndedTransactionContract {
        EndedTransactions() {
            super(
                    pool -> {
                        mySql(pool);
                        waitingForOneSecond(pool);
                    },
                    true);
        }
    }

    @Nested
    class TransactionsOfCallers extends CallersTransactionContract {
        TransactionsOfCallers() {
            super(pool -> {
                mySql(pool);
                waitingForOneSecond(pool);
            });
        }

        @Override
        int isolationThatLetsOthersWrite() {
            return Connection.TRANSACTION_REPEATABLE_READ;
        }
    }

    @Nested
    class HandOverConnections extends HandOverConnectionContract {
        HandOverConnections() {
            super(MySqlContractTest::mySql, "com.mysql.cj.jdbc.ConnectionImpl", "com.mysql.cj.jdbc.JdbcConnection");
        }
    }

    @Nested
    class Statements extends StatementsContract {
        Statements() {
            super(MySqlContractTest::mySql, new Costs(2, 1, 4, 5, 2, 3, 0));
        }
    }

    @Nested
    class Locks extends LockContract {
        Locks() {
            super(pool -> {
                mySql(pool);
                waitingForOneSecond(pool);
            });
        }
    }

    @Nested
    class Tables extends MySqlFamilyTables {
        Tables() {
            super(MySqlContractTest::mySql, JdbcDialect.MYSQL);
        }
    }
}
