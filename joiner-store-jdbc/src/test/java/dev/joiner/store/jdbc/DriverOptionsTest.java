package dev.joiner.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import dev.joiner.test.servers.MariaDbServer;
import dev.joiner.test.servers.PostgresServer;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;

/** The store with the options of drivers that change how statements are sent, and how their answers are counted and read. */
class DriverOptionsTest {
    private static Consumer<HikariConfig> h2(String options) {
        return pool -> pool.setJdbcUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1" + options);
    }

    private static Consumer<HikariConfig> postgres(String options) {
        return pool -> pool.setJdbcUrl(PostgresServer.shared().jdbcUrl() + options);
    }

    private static Consumer<HikariConfig> mariaDb(String options) {
        return pool -> pool.setJdbcUrl(MariaDbServer.shared().jdbcUrl() + options);
    }

    private static Consumer<HikariConfig> mySqlDriver(String options) {
        return mariaDb(options)
                .andThen(pool -> pool.setJdbcUrl(pool.getJdbcUrl()
                        .replace("jdbc:mariadb:", "jdbc:mysql:")
                        .replace("=disable", "=DISABLED")));
    }

    private static void withoutAutoCommit(HikariConfig pool) {
        pool.setAutoCommit(false);
    }

    @Nested
    class H2AsMySql extends JdbcWritesContract {
        H2AsMySql() {
            super(h2(";MODE=MySQL"));
        }
    }

    @Nested
    class H2AsPostgres extends JdbcWritesContract {
        H2AsPostgres() {
            super(h2(";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE"));
        }
    }

    @Nested
    class H2ThatKeepsCase extends JdbcWritesContract {
        H2ThatKeepsCase() {
            super(h2(";DATABASE_TO_UPPER=FALSE"));
        }
    }

    @Nested
    class PostgresSimpleQueries extends JdbcWritesContract {
        PostgresSimpleQueries() {
            super(postgres("&preferQueryMode=simple&autosave=always").andThen(DriverOptionsTest::withoutAutoCommit));
        }
    }

    /** Rows are fetched two at a time only within a transaction. */
    @Nested
    class PostgresPreparedAtOnce extends JdbcWritesContract {
        PostgresPreparedAtOnce() {
            super(postgres("&prepareThreshold=-1&reWriteBatchedInserts=true&defaultRowFetchSize=2&autosave=conservative"
                            + "&stringtype=unspecified")
                    .andThen(DriverOptionsTest::withoutAutoCommit));
        }
    }

    @Nested
    class PostgresNeverPrepared extends JdbcWritesContract {
        PostgresNeverPrepared() {
            super(postgres("&prepareThreshold=0&binaryTransfer=false&preferQueryMode=extendedForPrepared"));
        }
    }

    @Nested
    class MariaDbPreparedByServer extends JdbcWritesContract {
        MariaDbPreparedByServer() {
            super(mariaDb("&useServerPrepStmts=true&useBulkStmts=true&useAffectedRows=true&defaultFetchSize=2"));
        }
    }

    @Nested
    class MariaDbRewritten extends JdbcWritesContract {
        MariaDbRewritten() {
            super(mariaDb("&allowMultiQueries=true&rewriteBatchedStatements=true&useBulkStmtsForInserts=false")
                    .andThen(DriverOptionsTest::withoutAutoCommit));
        }
    }

    @Nested
    class MySqlDriverPreparedByServer extends JdbcWritesContract {
        MySqlDriverPreparedByServer() {
            super(mySqlDriver(
                    "&useServerPrepStmts=true&cachePrepStmts=true&rewriteBatchedStatements=true&useAffectedRows=true"));
        }
    }

    @Nested
    class MySqlDriverWithCursors extends JdbcWritesContract {
        MySqlDriverWithCursors() {
            super(mySqlDriver("&useCursorFetch=true&defaultFetchSize=2&allowMultiQueries=true")
                    .andThen(DriverOptionsTest::withoutAutoCommit));
        }
    }

    @Nested
    class MySqlDriverRewritten extends JdbcWritesContract {
        MySqlDriverRewritten() {
            super(mySqlDriver("&rewriteBatchedStatements=true&useAffectedRows=true"));
        }
    }
}
