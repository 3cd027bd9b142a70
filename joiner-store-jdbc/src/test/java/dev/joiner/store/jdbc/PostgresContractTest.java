package dev.joiner.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import dev.joiner.StoreException;
import dev.joiner.test.servers.PostgresServer;
import java.sql.SQLException;
import org.junit.jupiter.api.Nested;

/** The contract on PostgreSQL, at the isolation levels that differ. */
class PostgresContractTest {
    private static void readCommitted(HikariConfig pool) {
        pool.setJdbcUrl(PostgresServer.shared().jdbcUrl());
    }

    private static void serializable(HikariConfig pool) {
        readCommitted(pool);
        pool.setTransactionIsolation("TRANSACTION_SERIALIZABLE");
    }

    private static void withoutAutoCommit(HikariConfig pool) {
        pool.setAutoCommit(false);
    }

    @Nested
    class ReadCommitted extends JdbcStoreContract {
        ReadCommitted() {
            super(PostgresContractTest::readCommitted);
        }
    }

    @Nested
    class WithoutAutoCommit extends JdbcSettingContract {
        WithoutAutoCommit() {
            super(pool -> {
                readCommitted(pool);
                withoutAutoCommit(pool);
            });
        }
    }

    @Nested
    class Serializable extends JdbcSettingContract {
        Serializable() {
            super(PostgresContractTest::serializable);
        }
    }

    @Nested
    class TransactionsOfParts extends TransactionalPartsContract {
        TransactionsOfParts() {
            super(PostgresContractTest::readCommitted);
        }
    }

    @Nested
    class Transactions extends TransactionalContract {
        Transactions() {
            super(PostgresContractTest::readCommitted);
        }
    }

    @Nested
    class Sweeps extends TransactionalSweepContract {
        Sweeps() {
            super(PostgresContractTest::readCommitted);
        }
    }

    @Nested
    class SerializableTransactions extends TransactionalContract {
        SerializableTransactions() {
            super(pool -> {
                serializable(pool);
                withoutAutoCommit(pool);
            });
        }
    }

    @Nested
    class SerializableSweeps extends TransactionalSweepContract {
        SerializableSweeps() {
            super(pool -> {
                serializable(pool);
                withoutAutoCommit(pool);
            });
        }
    }

    @Nested
    class EndedTransactions extends EndedTransactionContract {
        EndedTransactions() {
            super(PostgresContractTest::readCommitted, false);
        }
    }

    @Nested
    class TransactionsOfCallers extends CallersTransactionContract {
        TransactionsOfCallers() {
            super(PostgresContractTest::readCommitted);
        }
    }

    @Nested
    class HandOverConnections extends HandOverConnectionContract {
        HandOverConnections() {
            super(
                    PostgresContractTest::readCommitted,
                    "org.postgresql.jdbc.PgConnection",
                    "org.postgresql.PGConnection");
        }
    }

    @Nested
    class Statements extends StatementsContract {
        Statements() {
            super(PostgresContractTest::readCommitted, new Costs(1, 1, 3, 2, 1, 1, 0));
        }
    }

    @Nested
    class StoredValues extends StoredValuesContract {
        StoredValues() {
            super(PostgresContractTest::readCommitted, "join_value::json ->> 'total'");
        }
    }

    @Nested
    class Locks extends LockContract {
        Locks() {
            super(PostgresContractTest::readCommitted);
        }
    }

    @Nested
    class Tables extends TableDefinitionContract {
        Tables() {
            super(
                    PostgresContractTest::readCommitted,
                    JdbcDialect.POSTGRESQL,
                    "BYTEA CHECK (length(state) < 1000)",
                    StoreException.class,
                    "VARCHAR(500) COLLATE folding NOT NULL");
        }

        @Override
        void prepare() throws SQLException {
            run("CREATE COLLATION folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
        }
    }
}
