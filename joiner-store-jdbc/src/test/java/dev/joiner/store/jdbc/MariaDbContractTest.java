package dev.joiner.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import dev.joiner.test.servers.MariaDbServer;
import org.junit.jupiter.api.Nested;

/** The contract on MariaDB, with its own driver and with MySQL's, and with the statements for MySQL. */
class MariaDbContractTest {
    private static void mariaDb(HikariConfig pool) {
        pool.setJdbcUrl(MariaDbServer.shared().jdbcUrl());
        pool.setUsername(MariaDbServer.shared().user());
    }

    private static void mySqlDriver(HikariConfig pool) {
        mariaDb(pool);
        pool.setJdbcUrl(
                pool.getJdbcUrl().replace("jdbc:mariadb:", "jdbc:mysql:").replace("=disable", "=DISABLED"));
    }

    private static void withoutAutoCommit(HikariConfig pool) {
        pool.setAutoCommit(false);
    }

    @Nested
    class RepeatableRead extends JdbcStoreContract {
        RepeatableRead() {
            super(MariaDbContractTest::mariaDb);
        }
    }

    @Nested
    class WithoutAutoCommit extends JdbcStoreContract {
        WithoutAutoCommit() {
            super(pool -> {
                mariaDb(pool);
                withoutAutoCommit(pool);
            });
        }
    }

    @Nested
    class ReadCommitted extends JdbcStoreContract {
        ReadCommitted() {
            super(pool -> {
                mySqlDriver(pool);
                pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
            });
        }
    }

    @Nested
    class StatementsForMySql extends JdbcStoreContract {
        StatementsForMySql() {
            super(MariaDbContractTest::mySqlDriver);
        }

        /** In a table with MariaDB's collation: the one for MySQL is not the same there. */
        @Override
        JdbcJoinStore.Builder<?, ?> customize(JdbcJoinStore.Builder<?, ?> builder) {
            builder.namespace("any").createTableIfMissing().build().close();
            return builder.dialect(JdbcDialect.MYSQL);
        }
    }

    @Nested
    class Transactions extends TransactionalContract {
        Transactions() {
            super(MariaDbContractTest::mariaDb);
        }
    }

    @Nested
    class TransactionsWithoutAutoCommit extends TransactionalContract {
        TransactionsWithoutAutoCommit() {
            super(pool -> {
                mySqlDriver(pool);
                withoutAutoCommit(pool);
                pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
            });
        }
    }

    @Nested
    class Statements extends StatementsContract {
        Statements() {
            super(MariaDbContractTest::mariaDb, 1, 1);
        }
    }

    @Nested
    class Tables extends TableDefinitionContract {
        Tables() {
            super(
                    MariaDbContractTest::mariaDb,
                    JdbcDialect.MARIADB,
                    "BLOB",
                    "key \"k\"",
                    "VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL");
        }
    }
}
