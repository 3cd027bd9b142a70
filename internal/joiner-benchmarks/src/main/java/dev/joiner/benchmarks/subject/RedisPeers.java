package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.work.Receiver;
import dev.joiner.benchmarks.work.Work;
import org.apache.camel.component.redis.processor.aggregate.RedisAggregationRepository;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.integration.redis.store.RedisMessageStore;
import org.springframework.integration.redis.util.RedisLockRegistry;
import org.springframework.integration.redis.util.RedisLockRegistry.RedisLockType;

/** Frameworks on Redis, set up as their documentation recommends for several nodes. */
final class RedisPeers {
    private RedisPeers() {}

    /**
     * Without optimistic locking: with it no thing of several parts is ever whole in this version, as what it wants to
     * remove, compared byte by byte, has got properties that what is stored has not. So this is for one node only.
     */
    static Subject camel(RedisAddress address, Work work, Receiver receiver) throws Exception {
        Config config = new Config();
        config.useSingleServer().setAddress("redis://" + RedisAddress.HOST + ":" + address.port());
        RedissonClient client = Redisson.create(config);
        String map = UniqueNames.next("camel");
        RedisAggregationRepository repository = new RedisAggregationRepository(map, map + "-completed", null, false);
        repository.setRedisson(client);
        return CamelAggregator.on(repository, false, work, receiver, client::shutdown);
    }

    /** Locks that are told of by publication, which the documentation prefers. */
    static Subject spring(RedisAddress address, Work work, Receiver receiver) {
        LettuceConnectionFactory connections = new LettuceConnectionFactory(RedisAddress.HOST, address.port());
        connections.afterPropertiesSet();
        connections.start();
        String prefix = UniqueNames.next("spring");
        RedisMessageStore store = new RedisMessageStore(connections, prefix);
        RedisLockRegistry locks = new RedisLockRegistry(connections, prefix + "-locks");
        locks.setRedisLockType(RedisLockType.PUB_SUB_LOCK);
        return SpringAggregator.on(store, locks, receiver, () -> {
            locks.destroy();
            connections.destroy();
        });
    }
}
