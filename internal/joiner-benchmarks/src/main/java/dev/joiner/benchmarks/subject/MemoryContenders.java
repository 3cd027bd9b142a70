package dev.joiner.benchmarks.subject;

import dev.joiner.Joiner;
import dev.joiner.benchmarks.subject.Contender.Kind;
import dev.joiner.store.memory.MapJoinStore;
import java.time.InstantSource;
import java.util.List;

/** What joins in the memory of one process. */
public final class MemoryContenders {
    public static final Contender<ThisProcess> JOINER = Contender.of(
            "Joiner, MapJoinStore",
            Kind.JOINER,
            (memory, work, receiver) -> new JoinerSubject(
                    List.of(Joiner.create(JoinerSubject.spec(receiver), MapJoinStore.create())), () -> {}));

    public static final Contender<ThisProcess> BY_HAND = Contender.of(
            "ConcurrentHashMap, by hand", Kind.BY_HAND, (memory, work, receiver) -> new HandWrittenMap(receiver));

    public static final Contender<ThisProcess> BY_HAND_EXPIRING = Contender.of(
            "the same, which can expire",
            Kind.BY_HAND,
            (memory, work, receiver) -> new HandWrittenExpiringMap(receiver, InstantSource.system()));

    public static final Contender<ThisProcess> CAMEL = Contender.of(
            "Camel, in memory", Kind.PEER, (memory, work, receiver) -> CamelAggregator.inMemory(work, receiver));

    public static final Contender<ThisProcess> SPRING = Contender.of(
            "Spring Integration, SimpleMessageStore",
            Kind.PEER,
            (memory, work, receiver) -> SpringAggregator.inMemory(receiver));

    public static final Contender<ThisProcess> KAFKA_STREAMS = Contender.of(
            "Kafka Streams, RocksDB, without a broker",
            Kind.PEER,
            (memory, work, receiver) -> new KafkaStreamsSubject(receiver));

    public static final Contender<ThisProcess> KAFKA_STREAMS_ON_BROKER = Contender.of(
            "Kafka Streams, RocksDB, with a broker",
            Kind.PEER,
            (memory, work, receiver) -> new KafkaStreamsOnBroker(work, receiver));

    private MemoryContenders() {}

    public static List<Contender<ThisProcess>> all() {
        return List.of(JOINER, BY_HAND, BY_HAND_EXPIRING, CAMEL, SPRING, KAFKA_STREAMS, KAFKA_STREAMS_ON_BROKER);
    }
}
