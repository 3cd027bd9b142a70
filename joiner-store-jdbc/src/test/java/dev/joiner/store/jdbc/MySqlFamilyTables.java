package dev.joiner.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import dev.joiner.ValueTooLargeException;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables whose columns may each have an encoding of their own. */
abstract class MySqlFamilyTables extends TableDefinitionContract {

    MySqlFamilyTables(Consumer<HikariConfig> options, JdbcDialect dialect) {
        super(
                options,
                dialect,
                "BLOB",
                ValueTooLargeException.class,
                "VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL");
    }

    @ParameterizedTest
    @ValueSource(strings = {"join_value", "last_error"})
    void columnThatWouldLoseLettersIsNamed(String column) throws Exception {
        String pattern = "(" + column + " [^,]*CHARACTER SET )utf8mb4( COLLATE utf8mb4_bin)?";

        assertRefused(tableWith(pattern, "$1latin1"), column, "latin1");
        assertRefused(tableWith(pattern, "$1utf8mb3"), column, "utf8");
    }
}
