package dev.joiner.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import dev.joiner.test.servers.MariaDbServer;
import java.sql.Connection;
import org.junit.jupiter.api.Nested;

/** The contract on MariaDB, with its own driver and with MySQL's. */
class MariaDbContractTest {
    static void mariaDb(HikariConfig pool) {
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
    class WithoutAutoCommit extends JdbcSettingContract {
        WithoutAutoCommit() {
            super(pool -> {
                mariaDb(pool);
                withoutAutoCommit(pool);
            });
        }
    }

    @Nested
    class ReadCommitted extends JdbcSettingContract {
        ReadCommitted() {
            super(pool -> {
                mySqlDriver(pool);
                pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
            });
        }
    }

    @Nested
    class TransactionsOfParts extends TransactionalPartsContract {
        TransactionsOfParts() {
            super(MariaDbContractTest::mariaDb);
        }
    }

    @Nested
    class Transactions extends TransactionalContract {
        Transactions() {
            super(MariaDbContractTest::mariaDb);
        }
    }

    @Nested
    class Sweeps extends TransactionalSweepContract {
        Sweeps() {
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
    class SweepsWithoutAutoCommit extends TransactionalSweepContract {
        SweepsWithoutAutoCommit() {
            super(pool -> {
                mySqlDriver(pool);
                withoutAutoCommit(pool);
                pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
            });
        }
    }

    @Nested
    class EndedTransactions extends EndedTransactionContract {
        EndedTransactions() {
            super(MariaDbContractTest::mariaDb, true);
        }
    }

    @Nested
    class TransactionsOfCallers extends CallersTransactionContract {
        TransactionsOfCallers() {
            super(MariaDbContractTest::mariaDb);
        }

        @Override
        int isolationThatLetsOthersWrite() {
            return Connection.TRANSACTION_REPEATABLE_READ;
        }
    }

    @Nested
    class HandOverConnections extends HandOverConnectionContract {
        HandOverConnections() {
            super(MariaDbContractTest::mariaDb, "org.mariadb.jdbc.Connection", "java.sql.Connection");
        }
    }

    @Nested
    class Statements extends StatementsContract {
        Statements() {
            super(MariaDbContractTest::mariaDb, new Costs(1, 1, 3, 2, 2, 3, 0));
        }
    }

    @Nested
    class StoredValues extends StoredValuesContract {
        StoredValues() {
            super(MariaDbContractTest::mariaDb, "JSON_VALUE(join_value, '$.total')");
        }
    }

    @Nested
    class Locks extends LockContract {
        Locks() {
            super(MariaDbContractTest::mariaDb);
        }
    }

    @Nested
    class Tables extends MySqlFamilyTables {
        Tables() {
            super(MariaDbContractTest::mariaDb, JdbcDialect.MARIADB);
        }
    }
}
