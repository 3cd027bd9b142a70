package dev.joiner.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import dev.joiner.store.tck.JoinerContract;
import dev.joiner.store.tck.JoinerRacesContract;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/**
 * The same on a further setting of a database: what joins are was checked on another, so that each build checks only what
 * happens when nodes meet.
 */
abstract class JdbcSettingContract extends JdbcWritesContract {
    JdbcSettingContract(Consumer<HikariConfig> options) {
        super(options);
    }

    @Nested
    class Races extends JoinerRacesContract {
        Races() {
            super(JdbcSettingContract.this);
        }
    }

    @Nested
    @Tag("all-settings")
    class Joins extends JoinerContract {
        Joins() {
            super(JdbcSettingContract.this);
        }
    }
}
