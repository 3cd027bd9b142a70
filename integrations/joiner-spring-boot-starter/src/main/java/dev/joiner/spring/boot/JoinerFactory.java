package dev.joiner.spring.boot;

import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.KeyedJoiner;

/**
 * Makes the joiners of an application's specs. A bean of your own takes the place of the one that properties configure: for stores
 * that are opened in another way, or not all in the same.
 *
 * <p>Thread-safe.
 */
public interface JoinerFactory {

    /**
     * Opens a store and creates a joiner on it, which is closed with the application.
     *
     * @param config the join's namespace and its codecs
     * @throws RuntimeException if that is not possible; the application does not start then
     */
    <M, K, V, R> KeyedJoiner<M, K, V, R> create(JoinSpec<M, K, V, R> spec, JoinStoreConfig<K, V> config);
}
