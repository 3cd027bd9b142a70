package dev.joiner.kafka.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.EntryCodec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.Versioned;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** The states of a task's joins, and the times at which they are due. For one thread. */
final class JoinStates<K, V> {
    private static final int NO_VERSION = 0;

    private final EntryCodec<K, V> codec;
    private final KeyValueStore<Bytes, byte[]> joins;
    private final Deadlines deadlines;

    /** @param maxBytes of a state */
    JoinStates(JoinStoreConfig<K, V> config, long maxBytes, KeyValueStore<Bytes, byte[]> joins, Deadlines deadlines) {
        codec = new EntryCodec<>(config, maxBytes);
        this.joins = joins;
        this.deadlines = deadlines;
    }

    static String storeOfJoins(String name) {
        return name + "-joins";
    }

    static String storeOfDeadlines(String name) {
        return name + "-deadlines";
    }

    static String storeOfParts(String name) {
        return name + "-parts";
    }

    Deadlines deadlines() {
        return deadlines;
    }

    Bytes bytes(K key) {
        return Bytes.wrap(codec.text(key).getBytes(UTF_8));
    }

    K key(Bytes key) {
        return codec.key(text(key));
    }

    static String text(Bytes key) {
        return new String(key.get(), UTF_8);
    }

    /** What is held under a key; null if nothing is. */
    @Nullable
    Versioned<V> find(Bytes key) {
        byte[] bytes = joins.get(key);
        return bytes == null ? null : held(key, bytes);
    }

    Versioned<V> held(Bytes key, byte[] bytes) {
        return codec.held(text(key), NO_VERSION, bytes);
    }

    /** Writes a state and its deadline. What cannot be written is refused before anything is. */
    void write(Bytes key, @Nullable JoinState<V> before, @Nullable JoinState<V> next) {
        if (next == null) {
            joins.delete(key);
        } else {
            joins.put(key, codec.bytes(text(key), next));
        }
        long was = dueAt(before);
        long is = dueAt(next);
        if (was == is) {
            return;
        }
        if (was != JoinState.NEVER) { // a delete of what is not there is written to the changelog all the same
            deadlines.remove(was, key);
        }
        if (is != JoinState.NEVER) {
            deadlines.add(is, key);
        }
    }

    static long dueAt(@Nullable JoinState<?> state) {
        return state == null ? JoinState.NEVER : state.dueAt();
    }
}
