package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Receiver;
import dev.joiner.benchmarks.work.Whole;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/** A Kafka Streams processor that keeps what is pending in RocksDB. */
final class KafkaJoin implements Processor<String, byte[], Void, Void> {
    private final String storeName;
    private final Receiver receiver;
    private final Runnable processed;
    private @Nullable KeyValueStore<String, byte[]> pending;

    private KafkaJoin(String storeName, Receiver receiver, Runnable processed) {
        this.storeName = storeName;
        this.receiver = receiver;
        this.processed = processed;
    }

    /** Records of a topic, joined in a store. {@code processed} is told of each. */
    static Topology topology(String topic, String store, Receiver receiver, Runnable processed) {
        return new Topology()
                .addSource("source", new StringDeserializer(), new ByteArrayDeserializer(), topic)
                .addProcessor("join", () -> new KafkaJoin(store, receiver, processed), "source")
                .addStateStore(
                        Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(store), Serdes.String(), Serdes.ByteArray()),
                        "join");
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        pending = context.getStateStore(storeName);
    }

    @Override
    public void process(Record<String, byte[]> part) {
        KeyValueStore<String, byte[]> store = Objects.requireNonNull(pending);
        byte @Nullable [] before = store.get(part.key());
        Whole merged = Whole.merge(decoded(part.key(), part.value()), before == null ? null : Whole.decoded(before));
        if (merged.isWhole()) {
            receiver.receive(part.key(), merged);
            store.delete(part.key());
        } else {
            store.put(part.key(), merged.encoded());
        }
        processed.run();
    }

    /** A part of a thing as a record's value. */
    static byte[] encoded(Message message) {
        return ByteBuffer.allocate(2 * Integer.BYTES + message.value().length)
                .putInt(message.part())
                .putInt(message.parts())
                .put(message.value())
                .array();
    }

    private static Message decoded(String key, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int part = in.getInt();
        int parts = in.getInt();
        byte[] value = new byte[in.remaining()];
        in.get(value);
        return new Message(key, part, parts, value);
    }
}
