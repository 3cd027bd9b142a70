package dev.joiner.benchmarks.subject;

import dev.joiner.Joiner;
import dev.joiner.benchmarks.subject.Contender.Kind;
import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Receiver;
import dev.joiner.benchmarks.work.Work;
import java.util.ArrayList;
import java.util.List;

/** What joins over a Redis server. */
public final class RedisContenders {
    private static final int BATCH = 500;

    public static final Contender<RedisAddress> JOINER =
            Contender.of("Joiner, RedisJoinStore", Kind.JOINER, RedisContenders::joiner);

    public static final Contender<RedisAddress> BATCHES = JOINER.inBatches("Joiner, batches of " + BATCH, BATCH);

    public static final Contender<RedisAddress> BY_HAND =
            Contender.of("Jedis and a script, by hand", Kind.BY_HAND, HandWrittenRedis::new);

    public static final Contender<RedisAddress> PIPELINES = BY_HAND.inBatches("the same, pipelines of " + BATCH, BATCH);

    public static final Contender<RedisAddress> CAMEL =
            Contender.of("Camel, RedisAggregationRepository", Kind.PEER, RedisPeers::camel);

    public static final Contender<RedisAddress> SPRING =
            Contender.of("Spring Integration, RedisMessageStore, RedisLockRegistry", Kind.PEER, RedisPeers::spring);

    public static final Contender<RedisAddress> PING = Contender.of(
            "limit: PING", Kind.LIMIT, (address, work, receiver) -> RedisRoundTrips.ofPings(address, work));

    public static final Contender<RedisAddress> SCRIPT = Contender.of(
            "limit: EVALSHA of a read and two writes",
            Kind.LIMIT,
            (address, work, receiver) -> RedisRoundTrips.ofScripts(address, work));

    public static final Contender<RedisAddress> PIPELINED_SCRIPTS =
            SCRIPT.inBatches("limit: the same, pipelines of " + BATCH, BATCH);

    private RedisContenders() {}

    public static List<Contender<RedisAddress>> all() {
        return List.of(JOINER, BATCHES, BY_HAND, PIPELINES, CAMEL, SPRING, PING, SCRIPT, PIPELINED_SCRIPTS);
    }

    private static Subject joiner(RedisAddress address, Work work, Receiver receiver) {
        String namespace = UniqueNames.next("joiner");
        List<Joiner<Message, ?>> nodes = new ArrayList<>();
        for (int node = 0; node < work.nodes(); node++) {
            nodes.add(Joiner.create(JoinerSubject.spec(receiver), JoinerStores.on(address, namespace, work)));
        }
        return new JoinerSubject(nodes, () -> {});
    }
}
