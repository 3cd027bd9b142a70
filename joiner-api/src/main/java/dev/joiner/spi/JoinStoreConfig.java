package dev.joiner.spi;

/**
 * What a store that is opened by URL cannot learn from the URL.
 *
 * @param namespace separates the joins of one purpose from all others in the same database; 1 to 100 bytes of UTF-8
 * @param keys turns keys into text
 * @param values turns values into bytes
 */
public record JoinStoreConfig<K, V>(String namespace, KeyCodec<K> keys, Codec<V> values) {
    private static final int MAX_NAMESPACE_BYTES = 100;

    public JoinStoreConfig {
        if (namespace.isBlank()) {
            throw new IllegalArgumentException("namespace is blank: \"" + namespace + "\"");
        }
        Text.checked("namespace", namespace, MAX_NAMESPACE_BYTES);
    }

    public static <K, V> JoinStoreConfig<K, V> of(String namespace, KeyCodec<K> keys, Codec<V> values) {
        return new JoinStoreConfig<>(namespace, keys, values);
    }
}
