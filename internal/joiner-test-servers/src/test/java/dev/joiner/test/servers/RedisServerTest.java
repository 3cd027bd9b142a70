package dev.joiner.test.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisServerTest {
    @TempDir
    private Path folder;

    @Test
    void confirmedWriteSurvivesKill() {
        try (RedisServer redis = RedisServer.start(folder)) {
            long pid = redis.pid();
            int port = redis.port();
            for (int i = 0; i < 100; i++) {
                redis.call("SET", "key" + i, "ä");
            }

            redis.kill();

            assertThat(redis.isRunning()).isFalse();
            assertThat(ProcessHandle.of(pid)).isEmpty();
            redis.restart();
            assertThat(redis.port()).isEqualTo(port);
            assertThat(redis.pid()).isNotEqualTo(pid);
            assertThat(redis.call("DBSIZE")).isEqualTo(100L);
            assertThat(redis.call("GET", "key99")).isEqualTo("ä");
            assertThat(redis.call("GET", "key100")).isNull();
        }
    }

    @Test
    void serverThatRunsRestarts() {
        try (RedisServer redis = RedisServer.start(folder)) {
            redis.call("SET", "key", "value");

            redis.restart();

            assertThat(redis.call("GET", "key")).isEqualTo("value");
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
        assertThatThrownBy(() -> redis.call("PING")).hasRootCauseInstanceOf(ConnectException.class);
        assertThatIllegalStateException().isThrownBy(redis::pid).withMessageContaining("Redis on port");
        redis.close();
    }

    @Test
    void settingsWin() {
        try (RedisServer redis = RedisServer.start(folder, "maxmemory=3mb", "appendonly=no")) {
            assertThat(redis.call("CONFIG", "GET", "maxmemory")).isEqualTo(List.of("maxmemory", "3145728"));
            assertThat(redis.call("CONFIG", "GET", "appendonly")).isEqualTo(List.of("appendonly", "no"));
        }
    }

    @Test
    void serverWithPasswordStarts() {
        try (RedisServer redis = RedisServer.start(folder, "requirepass=secret")) {
            assertThatThrownBy(() -> redis.call("GET", "key")).hasRootCauseMessage("NOAUTH Authentication required.");
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
