package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.joiner.Codec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.KeyCodec;
import dev.joiner.StoreException;
import dev.joiner.test.servers.MariaDbServer;
import dev.joiner.test.servers.MySqlServer;
import dev.joiner.test.servers.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections and databases that lack letters are refused, as they would take different keys for the same. */
class EncodingTest {
    private static void assertRefused(String url, String problem) {
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(
                        () -> JoinStores.open(url, JoinStoreConfig.of("letters", KeyCodec.string(), Codec.string())))
                .withMessageContaining(problem);
    }

    @Test
    void latin1OfMySqlsDriverOnMariaDb() {
        String url = MariaDbServer.shared()
                .jdbcUrl()
                .replace("jdbc:mariadb:", "jdbc:mysql:")
                .replace("=disable", "=DISABLED");

        assertRefused(url + "&characterEncoding=latin1", "would take different keys for the same");
    }

    @Test
    void latin1OfAConnectionToMariaDb() {
        assertRefused(
                MariaDbServer.shared().jdbcUrl() + "&sessionVariables=character_set_connection=latin1",
                "would take different keys for the same");
    }

    @Test
    void latin1OfMySql() {
        assumeTrue(MySqlServer.missing().isEmpty(), () -> MySqlServer.missing().orElseThrow());

        assertRefused(
                MySqlServer.shared().jdbcUrl() + "&characterEncoding=latin1", "would take different keys for the same");
    }

    @ParameterizedTest
    @ValueSource(strings = {"LATIN1", "WIN1252", "EUC_JP"})
    void databaseOfPostgres(String encoding) throws SQLException {
        String url = PostgresServer.shared().jdbcUrl();
        String name = "in_" + encoding.toLowerCase(java.util.Locale.ROOT);
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name + " ENCODING '" + encoding + "' LOCALE 'C' TEMPLATE template0");
        }

        assertThat(url).contains("/postgres?");
        assertRefused(url.replace("/postgres?", "/" + name + "?"), "does not take all of Unicode");
    }
}
