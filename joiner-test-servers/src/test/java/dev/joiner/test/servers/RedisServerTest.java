package dev.joiner.test.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisServerTest {
    @TempDir
    private Path folder;

    private static Object call(RedisServer server, String... command) throws IOException {
        try (RedisConnection connection = new RedisConnection(server.port())) {
            return connection.call(command);
        }
    }

    @Test
    void confirmedWriteSurvivesKill() throws Exception {
        try (RedisServer redis = RedisServer.start(folder)) {
            long pid = redis.pid();
            int port = redis.port();
            for (int i = 0; i < 100; i++) {
                call(redis, "SET", "key" + i, "ä");
            }

            redis.kill();

            assertThat(redis.isRunning()).isFalse();
            assertThat(ProcessHandle.of(pid)).isEmpty();
            redis.restart();
            assertThat(redis.port()).isEqualTo(port);
            assertThat(redis.pid()).isNotEqualTo(pid);
            assertThat(call(redis, "DBSIZE")).isEqualTo(100L);
            assertThat(call(redis, "GET", "key99")).isEqualTo("ä");
            assertThat(call(redis, "GET", "key100")).isNull();
        }
    }

    @Test
    void serverThatRunsRestarts() throws Exception {
        try (RedisServer redis = RedisServer.start(folder)) {
            call(redis, "SET", "key", "value");

            redis.restart();

            assertThat(call(redis, "GET", "key")).isEqualTo("value");
        }
    }

    @Test
    void stoppedServerRefusesConnections() {
        RedisServer redis = RedisServer.start(folder);
        long pid = redis.pid();

        redis.close();

        assertThat(redis.isRunning()).isFalse();
        assertThat(ProcessHandle.of(pid)).isEmpty();
        assertThat(Ports.isFree(redis.port())).isTrue();
        assertThatThrownBy(() -> call(redis, "PING")).isInstanceOf(IOException.class);
        assertThatIllegalStateException().isThrownBy(redis::pid).withMessageContaining("Redis on port");
        redis.close();
    }

    @Test
    void settingsWin() throws Exception {
        try (RedisServer redis = RedisServer.start(folder, "maxmemory=3mb", "appendonly=no")) {
            assertThat(call(redis, "CONFIG", "GET", "maxmemory")).isEqualTo(List.of("maxmemory", "3145728"));
            assertThat(call(redis, "CONFIG", "GET", "appendonly")).isEqualTo(List.of("appendonly", "no"));
        }
    }

    @Test
    void serverWithPasswordStarts() {
        try (RedisServer redis = RedisServer.start(folder, "requirepass=secret")) {
            assertThatThrownBy(() -> call(redis, "GET", "key")).hasMessageStartingWith("NOAUTH");
        }
    }

    @Test
    void settingThatServerRefusesIsInTheMessage() {
        assertThatIllegalStateException()
                .isThrownBy(() -> RedisServer.start(folder, "maxmemory-policy=sometimes"))
                .withMessageStartingWith("Redis ended with status 1 instead of starting")
                .withMessageContaining("'maxmemory-policy \"sometimes\"'");
    }

    @Test
    void sharedServerIsOne() {
        assertThat(RedisServer.shared()).isSameAs(RedisServer.shared());
        assertThat(RedisServer.shared().isRunning()).isTrue();
    }
}
