package dev.joiner.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import dev.joiner.store.tck.JoinerContract;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;

/** The same, and that joins behave on it. */
abstract class JdbcStoreContract extends JdbcWritesContract {
    JdbcStoreContract(Consumer<HikariConfig> options) {
        super(options);
    }

    @Nested
    class Joins extends JoinerContract {
        Joins() {
            super(JdbcStoreContract.this);
        }
    }
}
