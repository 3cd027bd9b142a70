package dev.joiner.spring.boot;

import dev.joiner.spring.boot.JoinerProperties.Connection;
import dev.joiner.store.redis.RedisJoinStore;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import redis.clients.jedis.UnifiedJedis;

/** Lets joins be stored on the application's {@code UnifiedJedis}. */
@AutoConfiguration(before = JoinerAutoConfiguration.class)
@ConditionalOnClass({RedisJoinStore.class, UnifiedJedis.class})
@ConditionalOnSingleCandidate(UnifiedJedis.class)
final class JedisJoinerAutoConfiguration {

    @Bean
    JoinerConnection jedisJoinerConnection(UnifiedJedis jedis) {
        return new JoinerConnection(Connection.JEDIS, (properties, clock) -> new JedisJoinerFactory(jedis, clock));
    }
}
