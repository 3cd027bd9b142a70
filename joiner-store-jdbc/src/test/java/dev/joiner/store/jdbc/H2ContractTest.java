package dev.joiner.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import java.util.UUID;
import org.junit.jupiter.api.Nested;

/** The contract on H2, in memory and in a file. */
class H2ContractTest {
    private static void inMemory(HikariConfig pool) {
        pool.setJdbcUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    }

    @Nested
    class InMemory extends JdbcStoreContract {
        InMemory() {
            super(H2ContractTest::inMemory);
        }
    }

    @Nested
    class Transactions extends TransactionalContract {
        Transactions() {
            super(H2ContractTest::inMemory);
        }
    }
}
