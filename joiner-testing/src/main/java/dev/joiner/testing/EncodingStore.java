package dev.joiner.testing;

import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.EntryCodec;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import dev.joiner.store.memory.MapJoinStore;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A store in memory that holds texts and bytes, as stores on a server do: nothing comes back that its codec did not read. */
final class EncodingStore<K, V> implements JoinStore<K, V> {
    private final EntryCodec<K, V> codec;
    private final MapJoinStore<String, byte[]> encoded;

    /** @param encoded holds each state as the bytes of an open join that is due when the state is */
    EncodingStore(JoinStoreConfig<K, V> config, MapJoinStore<String, byte[]> encoded) {
        codec = new EntryCodec<>(config);
        this.encoded = encoded;
    }

    private Versioned<byte[]> encoded(String text, Versioned<V> next) {
        JoinState<V> state = next.state();
        Join<byte[]> bytes =
                new Join<>(codec.bytes(text, state), 1, 0, state.dueAt(), JoinState.NEVER, Ids.NONE, false);
        return Versioned.of(next.version(), new JoinState<>(bytes, List.of(), null, 0));
    }

    private static byte[] bytes(Versioned<byte[]> held) {
        return Objects.requireNonNull(held.state().open()).value();
    }

    private @Nullable Versioned<V> decoded(String text, @Nullable Versioned<byte[]> held) {
        return held == null ? null : codec.held(text, held.version(), bytes(held));
    }

    @Override
    public @Nullable Versioned<V> find(K key) {
        String text = codec.text(key);
        return decoded(text, encoded.find(text));
    }

    @Override
    public @Nullable Versioned<V> guess(K key) {
        return find(key);
    }

    @Override
    public Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        String text = codec.text(key);
        Versioned<byte[]> written = next == null ? null : encoded(text, next);
        Versioned<byte[]> held = encoded.find(text);
        if (held == null ? expected != null : expected == null || held.version() != expected.version()) {
            return Exchange.lost(decoded(text, held));
        }
        Exchange<byte[]> exchange = encoded.compareAndExchange(text, held, written);
        return exchange.won() ? Exchange.written() : Exchange.lost(decoded(text, exchange.witness()));
    }

    @Override
    public List<Due<K>> due(Instant from, Instant upTo, int limit) {
        return encoded.due(from, upTo, limit).stream().map(this::decoded).toList();
    }

    private Due<K> decoded(Due<String> due) {
        String text = Objects.requireNonNull(due.key());
        Versioned<byte[]> held = encoded.find(text);
        return codec.due(text, due.at(), held == null ? 0 : bytes(held).length);
    }

    @Override
    public Page<K, V> scan(@Nullable String cursor, int limit) {
        Page<String, byte[]> page = encoded.scan(cursor, limit);
        return new Page<>(page.entries().stream().map(this::decoded).toList(), page.next());
    }

    private Entry<K, V> decoded(Entry<String, byte[]> entry) {
        Versioned<byte[]> held = entry.held();
        return codec.entry(Objects.requireNonNull(entry.key()), held.version(), bytes(held));
    }

    @Override
    public long size() {
        return encoded.size();
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
        return "EncodingStore[" + size() + " keys]";
    }
}
