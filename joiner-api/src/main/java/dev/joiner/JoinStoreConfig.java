package dev.joiner;

import dev.joiner.internal.Text;
import java.util.Objects;

/**
 * Settings of a store that its URL does not carry.
 *
 * @param namespace separates the joins of one purpose from all others in the same database; 1 to 100 bytes of UTF-8
 * @param keys turns keys into text
 * @param values turns values into bytes
 */
public record JoinStoreConfig<K, V>(String namespace, KeyCodec<K> keys, Codec<V> values) {
    private static final int MAX_NAMESPACE_BYTES = 100;

    public JoinStoreConfig {
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(keys, "keys");
        Objects.requireNonNull(values, "values");
        if (namespace.isBlank()) {
            throw new IllegalArgumentException("namespace is blank: \"" + namespace + "\"");
        }
        Text.checked("namespace", namespace, MAX_NAMESPACE_BYTES);
    }

    public static <K, V> JoinStoreConfig<K, V> of(String namespace, KeyCodec<K> keys, Codec<V> values) {
        return new JoinStoreConfig<>(namespace, keys, values);
    }
}
