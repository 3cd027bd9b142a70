package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.UnifiedJedis;

class JedisVersionTest {
    @Test
    void testsRunOnTheVersionThatTheyAreMeantFor() throws IOException {
        Properties jedis = new Properties();
        try (InputStream in = UnifiedJedis.class.getResourceAsStream("pom.properties")) {
            jedis.load(in);
        }
        assertThat(jedis.getProperty("version")).isEqualTo(System.getProperty("jedis.version"));
    }
}
