package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import dev.joiner.test.servers.MariaDbServer;
import dev.joiner.test.servers.PostgresServer;
import dev.joiner.test.servers.Server;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that dies and comes back while a joiner is open. */
class ServerRestartTest {
    @TempDir
    Path folder;

    @Test
    void postgresMayDieAndComeBack() {
        try (PostgresServer server = PostgresServer.start(folder)) {
            assertRecovers(server, server.jdbcUrl());
        }
    }

    @Test
    void mariaDbMayDieAndComeBack() {
        try (MariaDbServer server = MariaDbServer.start(folder)) {
            assertRecovers(server, server.jdbcUrl());
        }
    }

    private static void assertRecovers(Server server, String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setConnectionTimeout(1_000);
        JdbcJoinStore<String, String> store = JdbcJoinStore.builder(new HikariDataSource(config))
                .namespace("test")
                .valueCodec(Codec.string())
                .createTableIfMissing()
                .closeDataSource()
                .build();
        try (Joiner<String, String> joiner = Joiner.create(
                JoinSpec.joining(String.class)
                        .keyedBy(message -> message.substring(0, 1))
                        .<String>mergedBy((message, pending) -> pending == null ? message : pending + message)
                        .sufficientWhen(value -> value.length() == 6)
                        .identifiedBy(message -> message)
                        .build(),
                store)) {
            joiner.accept("k1");
            server.kill();
            server.restart();
            assertThat(redelivered(() -> joiner.accept("k2"))).isInstanceOf(Outcome.Incomplete.class);

            server.kill();
            assertThatExceptionOfType(StoreException.class).isThrownBy(() -> joiner.accept("k3"));
            server.restart();

            assertThat(redelivered(() -> joiner.accept("k3"))).isEqualTo(new Outcome.Joined<>("k1k2k3", true));
        }
    }

    private static Outcome<String> redelivered(Supplier<Outcome<String>> delivery) {
        return await().atMost(Duration.ofSeconds(60))
                .ignoreException(StoreException.class)
                .until(delivery::get, o -> true);
    }
}
